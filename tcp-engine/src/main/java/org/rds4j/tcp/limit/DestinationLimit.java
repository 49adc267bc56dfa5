package org.rds4j.tcp.limit;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.rds4j.tcp.sequence.SipHash;

/**
 * A rate limit on answers to strangers: a budget for each destination and one for all together, per second. Each budget is drawn
 * anew every second between half of its limit and the whole: who sees a fixed budget run out learns what others made this host
 * send (CVE-2016-5696, and CVE-2020-25705 for ICMP). Destinations share a fixed number of slots by a keyed hash, so memory is
 * bounded and a stranger cannot choose whose slot it drains. Allocates nothing after construction; one thread.
 */
public final class DestinationLimit {
    private static final int SLOTS = 1024;
    private static final long PERIOD_NS = 1_000_000_000L;
    private static final int ADDRESS_LENGTH = 16;

    private final RandomGenerator random;
    private final SipHash hash;
    private final int perSecond;
    private final int perDestination;
    private final long[] periods = new long[SLOTS];
    private final int[] left = new int[SLOTS];
    private long period = -1;
    private int leftForAll;

    /**
     * A limit with nothing taken.
     *
     * @param perSecond      most answers a second, at least 1.
     * @param perDestination most answers a second to one address, at least 1.
     * @param random         gives the hash's secret and the budgets. Retained.
     */
    public DestinationLimit(final int perSecond, final int perDestination, final RandomGenerator random) {
        this.random = random;
        this.hash = new SipHash(random.nextLong(), random.nextLong());
        this.perSecond = perSecond;
        this.perDestination = perDestination;
        Arrays.fill(periods, -1);
    }

    /**
     * Whether one more answer may be sent; if so it is counted.
     *
     * @param high  bits 127..64 of the destination.
     * @param low   bits 63..0 of the destination.
     * @param nowNs the engine's time, 0 or more.
     * @return false when the destination's budget or the common one is spent.
     */
    public boolean tryTake(final long high, final long low, final long nowNs) {
        final long now = nowNs / PERIOD_NS;
        if (now != period) {
            period = now;
            leftForAll = draw(perSecond);
        }
        final int slot = (int) hash.begin().add(high).add(low).end(0, ADDRESS_LENGTH) & (SLOTS - 1);
        if (periods[slot] != now) {
            periods[slot] = now;
            left[slot] = draw(perDestination);
        }
        if (leftForAll == 0 || left[slot] == 0) {
            return false;
        }
        leftForAll--;
        left[slot]--;
        return true;
    }

    private int draw(final int limit) {
        return limit - random.nextInt(limit / 2 + 1);
    }
}
