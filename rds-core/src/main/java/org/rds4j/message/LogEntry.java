package org.rds4j.message;

import org.agrona.UnsafeApi;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * What a log notes of a message beside its octets, at the end of the block the message begins in.
 * <pre>
 *   0               4                8                        16
 *   +---------------+----------------+------------------------+
 *   | owner         | C | length     | end in the carrier     |   native byte order; C: cancelled
 *   +---------------+----------------+------------------------+
 * </pre>
 */
final class LogEntry {
    static final int LENGTH = 16;

    private static final int OWNER_OFFSET = 0;
    private static final int LENGTH_OFFSET = 4;
    private static final int END_OFFSET = 8;
    private static final int CANCELLED = 1 << 31;

    private LogEntry() {
    }

    static void write(final long entry, final int owner, final int length) {
        UnsafeApi.putInt(entry + OWNER_OFFSET, owner);
        UnsafeApi.putInt(entry + LENGTH_OFFSET, length);
    }

    static int owner(final long entry) {
        return UnsafeApi.getInt(entry + OWNER_OFFSET);
    }

    /** Octets of payload. */
    static int length(final long entry) {
        return UnsafeApi.getInt(entry + LENGTH_OFFSET) & ~CANCELLED;
    }

    /** Octets of header and payload. */
    static int total(final long entry) {
        return RdsHeaderFlyweight.LENGTH + length(entry);
    }

    static boolean isCancelled(final long entry) {
        return UnsafeApi.getInt(entry + LENGTH_OFFSET) < 0;
    }

    static void cancel(final long entry) {
        UnsafeApi.putInt(entry + LENGTH_OFFSET, UnsafeApi.getInt(entry + LENGTH_OFFSET) | CANCELLED);
    }

    /** The carrier's position just after the chunk that holds the message's last octet, once that was taken. */
    static long end(final long entry) {
        return UnsafeApi.getLong(entry + END_OFFSET);
    }

    static void end(final long entry, final long position) {
        UnsafeApi.putLong(entry + END_OFFSET, position);
    }
}
