package org.rds4j.crypto.offload.record;

/**
 * The records of a connection that may still have to be sent, in order. A record leaves when the peer has all of it and no
 * element of the queue reads it any more. Bounded; not thread safe.
 */
final class RecordMap {
    static final int NONE = -1;

    private final int mask;
    private final int[] starts;
    private final int[] ends;
    private final long[] numbers;
    private final long[] digests;
    private final long[] lastReads;
    private int head;
    private int count;
    private int end;

    /** A map of at most so many records, a power of two. */
    RecordMap(final int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("a map of " + capacity + " records is not a power of two");
        }
        mask = capacity - 1;
        starts = new int[capacity];
        ends = new int[capacity];
        numbers = new long[capacity];
        digests = new long[capacity];
        lastReads = new long[capacity];
    }

    /** Takes a record, for which there is room, behind the last one and what may be between them. */
    void append(final int start, final int length, final long number, final long digest) {
        final int slot = head + count & mask;
        end = start + length;
        starts[slot] = start;
        ends[slot] = end;
        numbers[slot] = number;
        digests[slot] = digest;
        lastReads[slot] = 0;
        count++;
    }

    /** The record that holds an octet. */
    int find(final int sequence) {
        final int slot = findBehind(sequence);
        return slot == NONE || sequence - starts[slot] < 0 ? NONE : slot;
    }

    /** The first record that ends behind an octet. */
    int findBehind(final int sequence) {
        if (count == 0 || sequence - end >= 0) {
            return NONE;
        }
        int low = 0;
        int high = count - 1;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (sequence - ends[head + middle & mask] < 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return head + low & mask;
    }

    /** The record behind one; only when there is one. */
    int next(final int slot) {
        return slot + 1 & mask;
    }

    /** The record kept longest; only when there is one. */
    int first() {
        return head;
    }

    int startOf(final int slot) {
        return starts[slot];
    }

    int endOf(final int slot) {
        return ends[slot];
    }

    int lengthOf(final int slot) {
        return ends[slot] - starts[slot];
    }

    long numberOf(final int slot) {
        return numbers[slot];
    }

    long digestOf(final int slot) {
        return digests[slot];
    }

    /** An element ending at this position of the queue reads the record. */
    void onRead(final int slot, final long position) {
        lastReads[slot] = position;
    }

    long lastReadOf(final int slot) {
        return lastReads[slot];
    }

    /** Lets records go that nobody needs. */
    void release(final int acknowledged, final long completed) {
        while (count > 0 && ends[head] - acknowledged <= 0 && lastReads[head] <= completed) {
            head = head + 1 & mask;
            count--;
        }
    }

    int count() {
        return count;
    }
}
