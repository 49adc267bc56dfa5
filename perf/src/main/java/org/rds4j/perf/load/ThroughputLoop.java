package org.rds4j.perf.load;

import org.agrona.concurrent.NanoClock;

/** Drives a {@link ThroughputSession} and counts what its receiver got. Not thread safe. */
public final class ThroughputLoop {
    /** Longest time without a delivery before the measurement is given up. */
    public static final long STALL_LIMIT_NS = 5_000_000_000L;

    private static final int PUMPS_PER_CLOCK_READING = 8;

    private final NanoClock clock;
    private long elapsedNs;

    /**
     * A loop on a clock.
     *
     * @param clock read between bursts of pumps.
     */
    public ThroughputLoop(final NanoClock clock) {
        this.clock = clock;
    }

    /**
     * Streams for a while.
     *
     * @param session    borrowed.
     * @param durationNs to go on for.
     * @return messages that arrived during {@link #elapsedNs()}, whenever they were sent.
     * @throws MeasurementException if nothing arrives for long, or something wrong does.
     */
    public long run(final ThroughputSession session, final long durationNs) {
        final long beginNs = clock.nanoTime();
        long progressNs = beginNs;
        long nowNs = beginNs;
        long delivered = 0;
        while (nowNs - beginNs < durationNs) {
            final long before = delivered;
            for (int i = 0; i < PUMPS_PER_CLOCK_READING; i++) {
                delivered += session.pump();
            }
            nowNs = clock.nanoTime();
            if (delivered != before) {
                progressNs = nowNs;
            } else if (nowNs - progressNs > STALL_LIMIT_NS) {
                throw new MeasurementException("nothing delivered for " + STALL_LIMIT_NS / 1_000_000_000L + " s");
            }
        }
        elapsedNs = nowNs - beginNs;
        return delivered;
    }

    /**
     * How long the last {@link #run} took in fact.
     *
     * @return nanoseconds between the two clock readings that bound its deliveries.
     */
    public long elapsedNs() {
        return elapsedNs;
    }
}
