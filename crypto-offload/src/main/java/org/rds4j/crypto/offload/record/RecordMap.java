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
    private final KeyEpoch[] epochs;
    private final boolean[] forDevice;
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
        epochs = new KeyEpoch[capacity];
        forDevice = new boolean[capacity];
    }

    /** Where the first record will start. */
    void start(final int sequence) {
        end = sequence;
    }

    boolean isFull() {
        return count > mask;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Where the next record will start. */
    int end() {
        return end;
    }

    void append(final int length, final long number, final KeyEpoch epoch, final boolean isForDevice, final long digest) {
        final int slot = head + count & mask;
        starts[slot] = end;
        end += length;
        ends[slot] = end;
        numbers[slot] = number;
        epochs[slot] = epoch;
        forDevice[slot] = isForDevice;
        digests[slot] = digest;
        lastReads[slot] = 0;
        count++;
    }

    /** Leaves octets out that belong to no record, up to where the next record will start. */
    void skipTo(final int sequence) {
        end = sequence;
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

    KeyEpoch epochOf(final int slot) {
        return epochs[slot];
    }

    boolean isForDevice(final int slot) {
        return forDevice[slot];
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
            epochs[head] = null;
            head = head + 1 & mask;
            count--;
        }
    }

    /** Where the first record kept starts: what is before may change. */
    int firstKept() {
        return count == 0 ? end : starts[head];
    }

    /** The key of the first record kept. */
    KeyEpoch firstEpoch() {
        return count == 0 ? null : epochs[head];
    }

    int count() {
        return count;
    }
}
