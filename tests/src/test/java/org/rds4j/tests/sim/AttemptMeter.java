package org.rds4j.tests.sim;

import org.rds4j.sim.world.SimHost;

/** Watches how many attempts to connect a host makes in any second, twenty times a second. */
final class AttemptMeter implements SimHost {
    private static final long INTERVAL_NS = 50_000_000L;
    private static final int INTERVALS = 20;

    private final FleetHost host;
    private final long[] attemptsAt = new long[INTERVALS];
    private long nextNs;
    private int samples;
    private long attempts;
    private long mostInASecond;

    AttemptMeter(final FleetHost host) {
        this.host = host;
    }

    @Override
    public int doWork(final long nowNs) {
        if (nowNs < nextNs) {
            return 0;
        }
        nextNs = nowNs + INTERVAL_NS;
        attempts = AllToAll.counter(host.node(), "conn_attempts");
        final int slot = samples++ % INTERVALS;
        mostInASecond = Math.max(mostInASecond, attempts - attemptsAt[slot]);
        attemptsAt[slot] = attempts;
        return 0;
    }

    @Override
    public long nextDeadlineNs() {
        return nextNs;
    }

    long attempts() {
        return attempts;
    }

    long mostInASecond() {
        return mostInASecond;
    }
}
