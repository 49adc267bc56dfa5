package org.rds4j.message;

import org.agrona.UnsafeApi;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * What a log notes of a message beside its octets, at the end of the block the message begins in.
 * <pre>
 *   0                                8                        16
 *   +---------------+----------------+------------------------+
 *   | owner, C, length               | end in the carrier     |   native byte order
 *   +---------------+----------------+------------------------+
 * </pre>
 * The first word has the owner in its upper half, whether the message was cancelled in bit 31, whether its payload is lent in
 * bit 30, and the length below.
 */
final class LogEntry {
    static final int LENGTH = 16;

    private static final int END_OFFSET = 8;
    private static final long CANCELLED = 1L << 31;
    private static final long LENT = 1L << 30;
    private static final long LENGTH_MASK = LENT - 1;

    private LogEntry() {
    }

    static void write(final long entry, final int owner, final int length) {
        UnsafeApi.putLong(entry, (long) owner << 32 | length);
    }

    /** Of a message whose payload lies in the next block, which is lent. */
    static void writeLent(final long entry, final int owner, final int length) {
        UnsafeApi.putLong(entry, (long) owner << 32 | LENT | length);
    }

    static boolean isLent(final long entry) {
        return (UnsafeApi.getLong(entry) & LENT) != 0;
    }

    static int owner(final long entry) {
        return (int) (UnsafeApi.getLong(entry) >> 32);
    }

    static void owner(final long entry, final int owner) {
        UnsafeApi.putLong(entry, (long) owner << 32 | (UnsafeApi.getLong(entry) & 0xffff_ffffL));
    }

    /** Octets of payload. */
    static int length(final long entry) {
        return (int) (UnsafeApi.getLong(entry) & LENGTH_MASK);
    }

    /** Octets of header and payload. */
    static int total(final long entry) {
        return RdsHeaderFlyweight.LENGTH + length(entry);
    }

    static boolean isCancelled(final long entry) {
        return (UnsafeApi.getLong(entry) & CANCELLED) != 0;
    }

    static void cancel(final long entry) {
        UnsafeApi.putLong(entry, UnsafeApi.getLong(entry) | CANCELLED);
    }

    /** The carrier's position just after the chunk that holds the message's last octet, once that was taken. */
    static long end(final long entry) {
        return UnsafeApi.getLong(entry + END_OFFSET);
    }

    static void end(final long entry, final long position) {
        UnsafeApi.putLong(entry + END_OFFSET, position);
    }
}
