package org.rds4j.tcp.congestion;

/**
 * Spaces segments out in time: the rate is a multiple of the congestion window per smoothed round trip, larger in slow start, and
 * no more leaves at once than a configured time at that rate, or two segments. It keeps the time at which everything sent would
 * have left at an even pace; a segment may leave when that is no further ahead than the burst allows. One per connection, reused;
 * one thread.
 */
public final class Pacer {
    private static final int PERCENT = 100;

    private final FlowConfiguration configuration;
    private long evenNs;
    private long opensNs;

    /**
     * A pacer that holds nothing back yet.
     *
     * @param configuration of the engine. Retained.
     */
    public Pacer(final FlowConfiguration configuration) {
        this.configuration = configuration;
        reset();
    }

    /** Starts over for a new connection. */
    public void reset() {
        evenNs = Long.MIN_VALUE;
        opensNs = Long.MIN_VALUE;
    }

    /**
     * The round trip to pace by. A path on which a window takes no longer than a burst may is not paced at all, whatever SRTT
     * says: there it tells how long the hosts at its ends were busy with something else, and a pace by it would repeat that
     * delay.
     *
     * @param minimumNs  shortest round trip seen of late.
     * @param smoothedNs SRTT.
     * @return SRTT, or 0 to hold nothing back.
     */
    public long roundTripNs(final long minimumNs, final long smoothedNs) {
        return minimumNs <= configuration.pacingBurstNs() ? 0 : smoothedNs;
    }

    /**
     * Whether a segment may leave.
     *
     * @param nowNs the engine's time.
     * @return false until {@link #opensNs()}.
     */
    public boolean isOpen(final long nowNs) {
        return opensNs <= nowNs;
    }

    /**
     * When the next segment may leave.
     *
     * @return the engine's time, in the past if one may leave now.
     */
    public long opensNs() {
        return opensNs;
    }

    /**
     * A segment left.
     *
     * @param octets        of payload.
     * @param congestion    of the connection.
     * @param smoothedRttNs SRTT, 0 before the first sample: then nothing is held back.
     * @param nowNs         the engine's time.
     */
    public void onSent(final int octets, final CongestionControl congestion, final long smoothedRttNs, final long nowNs) {
        if (!configuration.pacing() || smoothedRttNs == 0) {
            return;
        }
        final long window = congestion.window();
        final int percent = percent(congestion);
        final long perSegmentNs = durationNs(congestion.maxSegmentSize(), smoothedRttNs, window, percent);
        evenNs = Math.max(evenNs, nowNs) + durationNs(octets, smoothedRttNs, window, percent);
        opensNs = evenNs - Math.max(configuration.pacingBurstNs(), 2 * perSegmentNs) + perSegmentNs;
    }

    /**
     * How many full segments may leave now, one behind the other, as {@link #isOpen} would have it before each.
     *
     * @param congestion    of the connection.
     * @param smoothedRttNs SRTT, 0 before the first sample.
     * @param nowNs         the engine's time, at which it is open.
     * @return 1 or more.
     */
    public int segmentsOpen(final CongestionControl congestion, final long smoothedRttNs, final long nowNs) {
        if (!configuration.pacing() || smoothedRttNs == 0) {
            return Integer.MAX_VALUE;
        }
        final long window = congestion.window();
        final int percent = percent(congestion);
        final long perSegmentNs = durationNs(congestion.maxSegmentSize(), smoothedRttNs, window, percent);
        final long aheadNs = Math.max(0, evenNs - nowNs);
        final long leftNs = Math.max(configuration.pacingBurstNs(), 2 * perSegmentNs) - perSegmentNs - aheadNs;
        return 1 + Math.clamp(leftNs / Math.max(1, perSegmentNs), 0, 1 << 20);
    }

    private int percent(final CongestionControl congestion) {
        return congestion.window() < congestion.threshold()
            ? configuration.slowStartPacingPercent() : configuration.avoidancePacingPercent();
    }

    private static long durationNs(final int octets, final long smoothedRttNs, final long window, final int percent) {
        return octets * smoothedRttNs / Math.max(1, window * percent / PERCENT);
    }
}
