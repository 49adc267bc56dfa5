package org.rds4j.crypto.record;

/**
 * How much one key may protect. At the soft limits a new key should be asked for, at the hard limits sealing stops. A
 * record counts {@code ceil((content + 1) / 16) + 1} blocks of AES.
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
}
