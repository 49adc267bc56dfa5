package org.rds4j.tcp.connection;

/**
 * Where segments have to end: positions in the send stream behind which nothing is appended to a segment (Linux's MSG_EOR).
 * Kept in ascending order until they are acknowledged. One thread.
 */
final class SegmentEnds {
    static final int CAPACITY = 64;
    static final long NONE = Long.MAX_VALUE;

    private final long[] ends = new long[CAPACITY];
    private int head;
    private int count;

    /** Keeps the end of what was written so far; false if there are too many. */
    boolean add(final long position) {
        if (count > 0 && at(count - 1) == position) {
            return true;
        }
        if (count == CAPACITY) {
            return false;
        }
        ends[(head + count) & (CAPACITY - 1)] = position;
        count++;
        return true;
    }

    void acknowledge(final long position) {
        while (count > 0 && ends[head] <= position) {
            head = (head + 1) & (CAPACITY - 1);
            count--;
        }
    }

    /** The first end behind a position, or {@link #NONE}. */
    long behind(final long position) {
        for (int i = 0; i < count; i++) {
            if (at(i) > position) {
                return at(i);
            }
        }
        return NONE;
    }

    private long at(final int index) {
        return ends[(head + index) & (CAPACITY - 1)];
    }
}
