package org.rds4j.node;

/** So many in a second, and as many at once: the time at which all that were taken would have come evenly. */
final class Rate {
    private static final long SECOND_NS = 1_000_000_000L;

    private final long intervalNs;
    private long evenNs = Long.MIN_VALUE / 2;

    Rate(final int perSecond) {
        intervalNs = SECOND_NS / perSecond;
    }

    boolean has(final long nowNs) {
        return evenNs - nowNs <= SECOND_NS - intervalNs;
    }

    void take(final long nowNs) {
        evenNs = Math.max(evenNs, nowNs) + intervalNs;
    }

    boolean isIdle(final long nowNs) {
        return evenNs - nowNs <= 0;
    }
}
