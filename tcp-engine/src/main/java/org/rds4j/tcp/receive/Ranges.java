package org.rds4j.tcp.receive;

import org.agrona.UnsafeApi;

/**
 * A bounded, ordered set of disjoint, non-adjacent ranges of stream positions, kept in memory that is lent to it while it is not
 * empty: begin and end of each range, 8 octets both. Ranges are found by halving, those at either end come and go at no cost, and
 * one in between moves the shorter side; so what a segment costs hardly grows with the bound, whatever a peer makes of it.
 */
final class Ranges {
    /** What {@link #add} returns when no range is left. */
    static final int REFUSED = -1;

    private static final int RANGE_LENGTH = 2 * Long.BYTES;

    private final int capacity;
    private long address;
    private int first;
    private int count;

    Ranges(final int capacity) {
        this.capacity = capacity;
    }

    /** Octets that so many ranges take. */
    static int length(final int capacity) {
        return capacity * RANGE_LENGTH;
    }

    /** Settles where the ranges lie; there are none now. */
    void at(final long address) {
        this.address = address;
        clear();
    }

    int count() {
        return count;
    }

    long start(final int index) {
        return UnsafeApi.getLong(addressOf(index));
    }

    long end(final int index) {
        return UnsafeApi.getLong(addressOf(index) + Long.BYTES);
    }

    private long addressOf(final int index) {
        return address + (long) (first + index) * RANGE_LENGTH;
    }

    private void set(final int index, final long start, final long end) {
        UnsafeApi.putLong(addressOf(index), start);
        UnsafeApi.putLong(addressOf(index) + Long.BYTES, end);
    }

    private void move(final int from, final int to, final int ranges) {
        UnsafeApi.copyMemory(addressOf(from), addressOf(to), (long) ranges * RANGE_LENGTH);
    }

    void clear() {
        first = 0;
        count = 0;
    }

    /** Index of the lowest range that ends at or above a position, or their number. */
    int indexOf(final long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (end(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Adds [start, end), merging what it touches.
     *
     * @return index of the range it is part of now; {@link #REFUSED}, and nothing changed, if a new one is needed and none left.
     */
    int add(final long start, final long end) {
        final int index = indexOf(start);
        int behind = index;
        while (behind < count && start(behind) <= end) {
            behind++;
        }
        if (index == behind) {
            return insert(index, start, end) ? index : REFUSED;
        }
        set(index, Math.min(start(index), start), Math.max(end(behind - 1), end));
        remove(index + 1, behind);
        return index;
    }

    /** Removes every range that begins at or below a position; returns the position moved to the end of the last of them. */
    long absorb(final long position) {
        long reached = position;
        int absorbed = 0;
        while (absorbed < count && start(absorbed) <= reached) {
            reached = Math.max(reached, end(absorbed));
            absorbed++;
        }
        remove(0, absorbed);
        return reached;
    }

    /** Removes everything at and above a position. */
    void truncate(final long position) {
        while (count > 0 && start(count - 1) >= position) {
            count--;
        }
        if (count > 0) {
            set(count - 1, start(count - 1), Math.min(end(count - 1), position));
        }
    }

    private boolean insert(final int index, final long start, final long end) {
        if (count == capacity) {
            return false;
        }
        final boolean isRoomBehind = first + count < capacity;
        if (first > 0 && (index < count / 2 || !isRoomBehind)) {
            move(0, -1, index);
            first--;
        } else {
            move(index, index + 1, count - index);
        }
        set(index, start, end);
        count++;
        return true;
    }

    private void remove(final int from, final int to) {
        if (from < count - to) {
            move(0, to - from, from);
            first += to - from;
        } else if (from < to) {
            move(to, from, count - to);
        }
        count -= to - from;
    }
}
