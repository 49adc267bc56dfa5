package org.rds4j.crypto.offload.record;

/**
 * Which octets of a receive stream stand in memory as a device has decrypted them; all others stand as they came. Separate
 * ranges in order, those that touch are one. Bounded; engine thread.
 */
final class DecryptedRanges {
    /** Separate ranges, at most: as many as the parts of one record may be. */
    static final int CAPACITY = 64;

    private final long[] starts = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether other ranges find room, wherever they lie. */
    boolean hasRoom(final int ranges) {
        return count + ranges <= CAPACITY;
    }

    /** Takes octets that are in no range yet; there is room. */
    void add(final long start, final long end) {
        int index = count;
        while (index > 0 && starts[index - 1] > start) {
            index--;
        }
        if (index > 0 && ends[index - 1] == start) {
            ends[index - 1] = end;
            join(index - 1);
        } else if (index < count && starts[index] == end) {
            starts[index] = start;
        } else {
            insert(index, start, end);
        }
    }

    /** Forgets all before a position. */
    void dropUntil(final long position) {
        int dropped = 0;
        while (dropped < count && ends[dropped] <= position) {
            dropped++;
        }
        remove(0, dropped);
        if (count > 0 && starts[0] < position) {
            starts[0] = position;
        }
    }

    /** Says what lies in a part of the stream. */
    void copy(final long start, final long end, final RecordParts parts) {
        for (int i = 0; i < count && starts[i] < end; i++) {
            if (ends[i] > start) {
                parts.add((int) (Math.max(starts[i], start) - start), (int) (Math.min(ends[i], end) - start));
            }
        }
    }

    private void join(final int index) {
        if (index + 1 < count && ends[index] == starts[index + 1]) {
            ends[index] = ends[index + 1];
            remove(index + 1, 1);
        }
    }

    private void insert(final int index, final long start, final long end) {
        System.arraycopy(starts, index, starts, index + 1, count - index);
        System.arraycopy(ends, index, ends, index + 1, count - index);
        starts[index] = start;
        ends[index] = end;
        count++;
    }

    private void remove(final int index, final int removed) {
        System.arraycopy(starts, index + removed, starts, index, count - index - removed);
        System.arraycopy(ends, index + removed, ends, index, count - index - removed);
        count -= removed;
    }
}
