package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.record.KeyLimits;

/** The record numbers of one key, and how much it has protected. Each record counts once, however often it is encrypted. */
final class KeyUsage {
    /** The number no record may have, so that the next one can never wrap. */
    private static final long END = -1L;

    private final KeyLimits limits;
    private long nextNumber;
    private long records;
    private long blocks;

    KeyUsage(final KeyLimits limits) {
        this.limits = limits;
    }

    void restart(final long firstNumber) {
        nextNumber = firstNumber;
        records = 0;
        blocks = 0;
    }

    long nextNumber() {
        return nextNumber;
    }

    /** Whether there is no number left. */
    boolean isEnded() {
        return nextNumber == END;
    }

    boolean isLimitExceededBy(final int contentLength) {
        return records >= limits.hardRecords() || blocks + blocks(contentLength) > limits.hardBlocks();
    }

    void onRecord(final int contentLength) {
        nextNumber++;
        records++;
        blocks += blocks(contentLength);
    }

    boolean isSoftLimitReached() {
        return records >= limits.softRecords() || blocks >= limits.softBlocks();
    }

    private static long blocks(final int contentLength) {
        return ((contentLength + 1 + 15) >> 4) + 1L;
    }
}
