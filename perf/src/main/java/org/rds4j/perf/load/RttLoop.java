package org.rds4j.perf.load;

import org.HdrHistogram.Histogram;
import org.agrona.concurrent.NanoClock;

/**
 * Drives an {@link RttSession} and records round-trip times. Two loops, for two questions:
 * <ul>
 * <li>closed: the next message leaves when the echo of the last has come. The plain cost of a round trip. A stall counts
 * as <em>one</em> slow round trip however long it lasts, because nothing is sent meanwhile: read its high percentiles as
 * a share of round trips, not of time.</li>
 * <li>fixed rate: message n is due at {@code start + n * interval} whether or not the system kept up, and its time counts
 * from when it was <em>due</em>. A stall counts for every message that it held up (no coordinated omission).</li>
 * </ul>
 * Not thread safe. Allocates nothing while it runs.
 */
public final class RttLoop {
    /** Longest wait for one echo before the measurement is given up. */
    public static final long STALL_LIMIT_NS = 5_000_000_000L;

    private static final int POLLS_PER_CLOCK_READING = 1024;

    private final NanoClock clock;

    /**
     * A loop on a clock.
     *
     * @param clock read around every round trip.
     */
    public RttLoop(final NanoClock clock) {
        this.clock = clock;
    }

    /**
     * Runs the closed loop.
     *
     * @param session    borrowed.
     * @param durationNs to go on sending for.
     * @param histogram  gets one value in nanoseconds for each round trip.
     * @throws MeasurementException if an echo does not come, or is wrong.
     */
    public void closed(final RttSession session, final long durationNs, final Histogram histogram) {
        final long beginNs = clock.nanoTime();
        long startNs = beginNs;
        while (startNs - beginNs < durationNs) {
            roundTrip(session, startNs);
            final long nowNs = clock.nanoTime();
            histogram.recordValue(nowNs - startNs);
            startNs = nowNs;
        }
    }

    /**
     * Runs at a fixed rate.
     *
     * @param session    borrowed.
     * @param durationNs to go on sending for.
     * @param intervalNs between the times at which messages are due.
     * @param histogram  gets one value in nanoseconds for each message that was due. Messages still waiting at the end
     *                   count with the time that they had waited by then.
     * @throws MeasurementException if an echo does not come, or is wrong.
     */
    public void fixedRate(final RttSession session, final long durationNs, final long intervalNs, final Histogram histogram) {
        final long beginNs = clock.nanoTime();
        final long endNs = beginNs + durationNs;
        long dueNs = beginNs;
        long nowNs = beginNs;
        while (nowNs - endNs < 0 && dueNs - endNs < 0) {
            awaitDue(session, dueNs);
            roundTrip(session, clock.nanoTime());
            nowNs = clock.nanoTime();
            histogram.recordValue(nowNs - dueNs);
            dueNs += intervalNs;
        }
        for (; dueNs - endNs < 0; dueNs += intervalNs) {
            histogram.recordValue(nowNs - dueNs);
        }
    }

    private void awaitDue(final RttSession session, final long dueNs) {
        while (clock.nanoTime() - dueNs < 0) {
            session.poll();
        }
    }

    private void roundTrip(final RttSession session, final long startNs) {
        int polls = 0;
        while (!session.trySend()) {
            session.poll();
            polls = countPoll(polls, startNs);
        }
        while (!session.poll()) {
            polls = countPoll(polls, startNs);
        }
    }

    private int countPoll(final int polls, final long startNs) {
        if (polls < POLLS_PER_CLOCK_READING) {
            return polls + 1;
        }
        if (clock.nanoTime() - startNs > STALL_LIMIT_NS) {
            throw new MeasurementException("no echo within " + STALL_LIMIT_NS / 1_000_000_000L + " s");
        }
        return 0;
    }
}
