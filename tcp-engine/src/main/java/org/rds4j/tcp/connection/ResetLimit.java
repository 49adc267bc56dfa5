package org.rds4j.tcp.connection;

/** A token bucket for resets sent to strangers: a second's worth at most, refilled evenly. */
final class ResetLimit {
    private final long costNs;
    private final long burstNs;
    private long paidUntilNs = Long.MIN_VALUE;

    ResetLimit(final int perSecond) {
        burstNs = 1_000_000_000L;
        costNs = burstNs / perSecond;
    }

    boolean tryTake(final long nowNs) {
        final long from = Math.max(paidUntilNs, nowNs - burstNs);
        if (from + costNs > nowNs) {
            return false;
        }
        paidUntilNs = from + costNs;
        return true;
    }
}
