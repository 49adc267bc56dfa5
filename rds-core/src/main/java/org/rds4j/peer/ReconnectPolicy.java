package org.rds4j.peer;

import java.util.random.RandomGenerator;

/**
 * When to dial again: first at once, then after a delay uniform in [0, bound), the bound doubling from the least to the
 * greatest ("full jitter"). Starts over once a carrier has proven itself.
 */
final class ReconnectPolicy {
    /** Doublings of the least bound for a peer that failed to authenticate: it will hardly be right soon. */
    private static final int DOUBLINGS_AFTER_REFUSAL = 6;

    private final long minNs;
    private final long maxNs;
    private final RandomGenerator random;
    private long boundNs;

    ReconnectPolicy(final long minNs, final long maxNs, final RandomGenerator random) {
        this.minNs = minNs;
        this.maxNs = maxNs;
        this.random = random;
    }

    void reset() {
        boundNs = 0;
    }

    /** The peer or this host was not accepted by the other. */
    void onAuthenticationFailed() {
        final long leastNs = minNs > maxNs >> DOUBLINGS_AFTER_REFUSAL ? maxNs : minNs << DOUBLINGS_AFTER_REFUSAL;
        boundNs = Math.max(boundNs, leastNs);
    }

    long nextDelayNs() {
        if (boundNs == 0) {
            boundNs = minNs;
            return 0;
        }
        final long delayNs = random.nextLong(boundNs);
        boundNs = Math.min(maxNs, boundNs * 2);
        return delayNs;
    }
}
