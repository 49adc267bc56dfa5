package org.rds4j.perf.load;

import java.util.function.LongUnaryOperator;

/** A session whose echo of message n takes as long as the script says; waiting for it moves the clock. */
final class ScriptedRtt implements RttSession {
    private static final long POLL_NS = 10;
    private static final long NEVER_POLL_NS = 1_000_000;

    private final ManualClock clock;
    private final LongUnaryOperator rttNs;
    private boolean underWay;
    private long sentNs;
    long sent;
    boolean closed;

    ScriptedRtt(final ManualClock clock, final LongUnaryOperator rttNs) {
        this.clock = clock;
        this.rttNs = rttNs;
    }

    @Override
    public boolean trySend() {
        if (underWay) {
            return false;
        }
        underWay = true;
        sentNs = clock.nanoTime();
        sent++;
        return true;
    }

    @Override
    public boolean poll() {
        final long takesNs = rttNs.applyAsLong(sent - 1);
        clock.advance(takesNs == Long.MAX_VALUE ? NEVER_POLL_NS : POLL_NS);
        if (underWay && clock.nanoTime() - sentNs >= takesNs) {
            underWay = false;
            return true;
        }
        return false;
    }

    @Override
    public void close() {
        closed = true;
    }
}
