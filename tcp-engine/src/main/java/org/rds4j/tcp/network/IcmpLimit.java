package org.rds4j.tcp.network;

import java.util.random.RandomGenerator;

/**
 * How much ICMP leaves: so much per second in all, and so much to one host, so that neither a flood nor a forged packet per
 * victim makes this host a reflector. Hosts share a fixed number of budgets by a seeded hash: never more, sometimes less.
 */
final class IcmpLimit {
    private static final int BUDGETS = 1024;
    private static final int INDEX_SHIFT = 54;
    private static final int AT_ONCE = 100;

    private final TokenBucket all;
    private final TokenBucket[] perHost = new TokenBucket[BUDGETS];
    private final long seed;

    IcmpLimit(final NetworkTuning tuning, final RandomGenerator random) {
        this.all = new TokenBucket(tuning.icmpPerSecond(), Math.min(AT_ONCE, tuning.icmpPerSecond()));
        for (int i = 0; i < BUDGETS; i++) {
            perHost[i] = new TokenBucket(tuning.icmpPerDestination(), tuning.icmpPerDestination());
        }
        this.seed = random.nextLong() | 1;
    }

    /** Whether one more message may go to the host; if so it is counted. */
    boolean tryTake(final long high, final long low, final long nowNs) {
        final long mixed = (((high ^ Long.rotateLeft(low, 32)) * seed) ^ low) * seed;
        return perHost[(int) (mixed >>> INDEX_SHIFT)].tryTake(nowNs) && all.tryTake(nowNs);
    }
}
