package org.rds4j.crypto.offload.record;

/** Where records began lately, for a device that asks for the number of one that may be gone by then. Engine thread. */
final class HeaderLog {
    private static final int CAPACITY = 256;
    private static final int MASK = CAPACITY - 1;

    private final int[] sequences = new int[CAPACITY];
    private final long[] positions = new long[CAPACITY];
    private final long[] numbers = new long[CAPACITY];
    private int count;

    void clear() {
        count = 0;
    }

    void add(final int sequence, final long position, final long number) {
        sequences[count & MASK] = sequence;
        positions[count & MASK] = position;
        numbers[count & MASK] = number;
        count++;
    }

    /** Which of the last records began there, as a value for {@link #number} and {@link #position}; -1 for none. */
    int find(final int sequence) {
        for (int i = count - 1; i >= Math.max(0, count - CAPACITY); i--) {
            if (sequences[i & MASK] == sequence) {
                return i & MASK;
            }
        }
        return -1;
    }

    long number(final int slot) {
        return numbers[slot];
    }

    /** Of its header in the stream. */
    long position(final int slot) {
        return positions[slot];
    }

    /** Whether the last record began behind a place, so that none can begin there any more. */
    boolean isBeyond(final int sequence) {
        return count > 0 && sequences[count - 1 & MASK] - sequence > 0;
    }

    /** Whether the last record began there. */
    boolean isLast(final int sequence) {
        return count > 0 && sequences[count - 1 & MASK] == sequence;
    }
}
