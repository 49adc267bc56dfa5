package org.rds4j.tcp.receive;

import org.agrona.UnsafeApi;

/**
 * A bounded, ordered set of disjoint, non-adjacent ranges of stream positions, kept in memory that is lent to it while it is not
 * empty: begin and end of each range, 8 octets both.
 */
final class Ranges {
    private static final int RANGE_LENGTH = 2 * Long.BYTES;

    private final int capacity;
    private long address;
    private int count;
    private int touched;

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
        count = 0;
    }

    int count() {
        return count;
    }

    long start(final int index) {
        return UnsafeApi.getLong(address + (long) index * RANGE_LENGTH);
    }

    long end(final int index) {
        return UnsafeApi.getLong(address + (long) index * RANGE_LENGTH + Long.BYTES);
    }

    private void set(final int index, final long start, final long end) {
        UnsafeApi.putLong(address + (long) index * RANGE_LENGTH, start);
        UnsafeApi.putLong(address + (long) index * RANGE_LENGTH + Long.BYTES, end);
    }

    private void move(final int from, final int to) {
        UnsafeApi.copyMemory(
            address + (long) from * RANGE_LENGTH, address + (long) to * RANGE_LENGTH, (long) (count - from) * RANGE_LENGTH);
    }

    /** Index of the range that the last successful {@link #add} has become part of. */
    int touched() {
        return touched;
    }

    void clear() {
        count = 0;
    }

    /** Adds [start, end), merging what it touches. False, and nothing changed, if a new range is needed and none is left. */
    boolean add(final long start, final long end) {
        int first = 0;
        while (first < count && end(first) < start) {
            first++;
        }
        int last = first;
        while (last < count && start(last) <= end) {
            last++;
        }
        touched = first;
        if (first == last) {
            return insert(first, start, end);
        }
        set(first, Math.min(start(first), start), Math.max(end(last - 1), end));
        remove(first + 1, last);
        return true;
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
        move(index, index + 1);
        set(index, start, end);
        count++;
        return true;
    }

    private void remove(final int from, final int to) {
        if (from < to) {
            move(to, from);
            count -= to - from;
        }
    }
}
