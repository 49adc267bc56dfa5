package org.rds4j.tcp.send;

/** Memory of so many send records: their words, and their order by position. Owned by one {@link SendRecords} at a time. */
final class RecordBlock {
    /** Words of one record. */
    static final int WORDS = 4;

    final long[] words;
    final int[] order;
    RecordBlock next;

    RecordBlock(final int capacity) {
        words = new long[capacity * WORDS];
        order = new int[capacity];
    }

    int capacity() {
        return order.length;
    }
}
