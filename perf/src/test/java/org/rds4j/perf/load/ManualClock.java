package org.rds4j.perf.load;

import org.agrona.concurrent.NanoClock;

/** A clock that the test, or the fake subject that the test made, moves on. */
final class ManualClock implements NanoClock {
    private long nowNs = 1_000;

    @Override
    public long nanoTime() {
        return nowNs;
    }

    void advance(final long ns) {
        nowNs += ns;
    }
}
