package org.rds4j.crypto.record;

/**
 * How much one key may protect. At the soft limits a new key should be asked for, at the hard limits sealing stops. A
 * record counts {@code ceil(inner / 16) + 1} blocks of AES, where the inner text is content, type and padding. Every record
 * counts that a key has protected, control records included; what is sent again does not, as it is the same record.
 *
 * @param softRecords records before a new key is due.
 * @param hardRecords records before sealing stops.
 * @param softBlocks  blocks before a new key is due.
 * @param hardBlocks  blocks before sealing stops.
 */
public record KeyLimits(long softRecords, long hardRecords, long softBlocks, long hardBlocks) {
    /** Half of 2^24 records or of 2^34.5 blocks, below the bound for AES-GCM of RFC 8446 section 5.5. */
    public static final KeyLimits DEFAULT = new KeyLimits(1L << 23, 1L << 24, 1L << 33, 24_296_003_999L);

    /** Checks the order of the limits. */
    public KeyLimits {
        if (softRecords < 1 || softBlocks < 1 || hardRecords <= softRecords || hardBlocks <= softBlocks) {
            throw new IllegalArgumentException("each soft limit must be at least 1 and below its hard limit");
        }
    }

    static long blocks(final int innerLength) {
        return ((innerLength + 15) >> 4) + 1L;
    }

    /** Whether the one who seals should change the key. */
    boolean isDue(final long records, final long blocks) {
        return records >= softRecords || blocks >= softBlocks;
    }

    /** Whether the one who seals should have changed the key long ago, and the one who opens may remind it. */
    boolean isOverdue(final long records, final long blocks) {
        return records >= softRecords + (hardRecords - softRecords) / 2
            || blocks >= softBlocks + (hardBlocks - softBlocks) / 2;
    }

    /** Whether a key that has protected so much may not protect another record. */
    boolean isExhausted(final long records, final long blocks, final long blocksOfNext) {
        return records >= hardRecords || blocks + blocksOfNext > hardBlocks;
    }
}
