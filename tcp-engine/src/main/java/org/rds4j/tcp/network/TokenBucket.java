package org.rds4j.tcp.network;

/** A rate limit: so many events per second on average, so many at once. Not thread safe. */
final class TokenBucket {
    private final long nanosPerToken;
    private final long fullNs;
    private long fillNs;
    private long lastNs;
    private boolean isStarted;

    TokenBucket(final int perSecond, final int burst) {
        this.nanosPerToken = 1_000_000_000L / perSecond;
        this.fullNs = burst * nanosPerToken;
        this.fillNs = fullNs;
    }

    /** Whether one more event fits; if so it is counted. */
    boolean tryTake(final long nowNs) {
        final long elapsedNs = isStarted ? Math.max(0, nowNs - lastNs) : 0;
        isStarted = true;
        lastNs = nowNs;
        fillNs = elapsedNs >= fullNs - fillNs ? fullNs : fillNs + elapsedNs;
        if (fillNs < nanosPerToken) {
            return false;
        }
        fillNs -= nanosPerToken;
        return true;
    }
}
