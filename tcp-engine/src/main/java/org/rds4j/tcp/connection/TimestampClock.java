package org.rds4j.tcp.connection;

/** The clock of the timestamps option: one tick per millisecond (RFC 7323 section 5.4). */
final class TimestampClock {
    static final long TICK_NS = 1_000_000;
    /** Older than this a remembered timestamp says nothing any more (RFC 7323 section 5.5). */
    static final long MAX_AGE_NS = 24L * 24 * 3600 * 1_000_000_000L;

    private TimestampClock() {
    }

    static int ticks(final long nowNs) {
        return (int) (nowNs / TICK_NS);
    }
}
