package org.rds4j.tcp.congestion;

/**
 * DCTCP (RFC 8257): grows as Reno, and gives way to congestion marks by their share of the octets acknowledged, so that a switch
 * that marks early keeps its queue short and its link full. Loss halves the window. For networks whose switches mark at a
 * configured queue length and in which both ends use it.
 */
public final class Dctcp extends RenoGrowth {
    private static final double GAIN = 1.0 / 16;

    private final RoundTrips rounds = new RoundTrips();
    private double alpha;
    private long acknowledged;
    private long marked;

    /** A window of 0 until the connection is established. */
    public Dctcp() {
        this(USUAL_SEGMENTS);
    }

    Dctcp(final int mostSegments) {
        super(mostSegments);
    }

    @Override
    public void onConnected(final int maxSegmentSize, final long initialWindow) {
        super.onConnected(maxSegmentSize, initialWindow);
        rounds.reset();
        alpha = 1;
        acknowledged = 0;
        marked = 0;
    }

    @Override
    public void onAcknowledged(final CongestionSample sample) {
        acknowledged += sample.acknowledged();
        marked += sample.marked();
        if (rounds.onAcknowledged(sample) && acknowledged > 0) {
            alpha = (1 - GAIN) * alpha + GAIN * marked / acknowledged;
            acknowledged = 0;
            marked = 0;
        }
        super.onAcknowledged(sample);
    }

    /**
     * The share of marked octets, smoothed.
     *
     * @return 0 to 1.
     */
    public double alpha() {
        return alpha;
    }

    @Override
    long reducedByEcho(final long flight, final long nowNs) {
        return (long) (window() * (1 - alpha / 2));
    }

    @Override
    public boolean reducesForLossAfterEcho() {
        return true;
    }

    @Override
    public boolean needsExactMarks() {
        return true;
    }
}
