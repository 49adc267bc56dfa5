package org.rds4j.tcp.congestion;

/**
 * What the algorithms have in common: slow start with appropriate byte counting (RFC 5681 section 3.1, RFC 3465), one segment
 * after a timeout, the restart after idleness, and undoing. What they differ in is how the window grows above the threshold and
 * what the threshold becomes.
 */
abstract class SlowStart implements CongestionControl {
    static final long MAX_WINDOW = 1L << 30;
    private static final int LEAST_SEGMENTS = 2;
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    /** L of RFC 3465 section 2.3. */
    static final int USUAL_SEGMENTS = 2;

    private final int mostSegments;
    private int maxSegmentSize;
    private long initialWindow;
    private long window;
    private long threshold;
    private long windowBefore;
    private long thresholdBefore;
    private long smoothedRttNs;
    private long echoNs;
    private boolean afterTimeout;
    private boolean recovering;

    SlowStart(final int mostSegments) {
        this.mostSegments = mostSegments;
    }

    @Override
    public void onConnected(final int maxSegmentSize, final long initialWindow) {
        this.maxSegmentSize = maxSegmentSize;
        this.initialWindow = initialWindow;
        window = initialWindow;
        threshold = MAX_WINDOW;
        windowBefore = 0;
        thresholdBefore = 0;
        smoothedRttNs = 0;
        echoNs = LONG_AGO;
        afterTimeout = false;
        recovering = false;
    }

    @Override
    public void onSegmentSize(final int maxSegmentSize) {
        this.maxSegmentSize = maxSegmentSize;
    }

    @Override
    public void onAcknowledged(final CongestionSample sample) {
        smoothedRttNs = sample.smoothedRttNs();
        if (sample.isRecovering() || sample.acknowledged() == 0 || sample.marked() > 0) {
            return; // RFC 3168 section 6.1.2: an echo does not make the window grow
        }
        if (!sample.isWindowLimited()) {
            onUnused(sample);
        } else if (isSlowStart()) {
            window = Math.min(window + slowStartGrowth(sample), MAX_WINDOW);
        } else {
            afterTimeout = false;
            window = Math.min(avoidanceWindow(sample), MAX_WINDOW);
        }
    }

    /**
     * RFC 3465 section 2.3: at most L segments for an acknowledgement, but 1 in the slow start that follows a timeout. Where L is
     * above the RFC's 2, an acknowledgement that fills a gap would count all that was sacked before at once, so that does not.
     */
    long slowStartGrowth(final CongestionSample sample) {
        final long octets = mostSegments > USUAL_SEGMENTS
            ? Math.min(sample.delivered(), sample.acknowledged()) : sample.acknowledged();
        return Math.min(octets, (afterTimeout ? 1L : mostSegments) * maxSegmentSize);
    }

    /** The window of congestion avoidance after an acknowledgement. */
    abstract long avoidanceWindow(CongestionSample sample);

    /** The window a congested path is left with, the floor not applied. */
    abstract long reduced(long flight, long nowNs);

    /** The window that an echoed mark leaves. */
    long reducedByEcho(final long flight, final long nowNs) {
        return reduced(flight, nowNs);
    }

    /** An acknowledgement came while the sender used less than its window. */
    void onUnused(final CongestionSample sample) {
        // nothing to learn from it unless the algorithm measures time
    }

    @Override
    public void onCongestion(final long flight, final long nowNs) {
        remember();
        if (reducesForLossAfterEcho() || nowNs - echoNs > smoothedRttNs) {
            reduceThreshold(reduced(used(flight), nowNs));
        }
        recovering = true;
    }

    @Override
    public void onEcnEcho(final long flight, final long nowNs) {
        reduceThreshold(reducedByEcho(used(flight), nowNs));
        window = Math.min(window, threshold);
        echoNs = nowNs;
    }

    /**
     * What of the window was in use. Octets that were sacked count into FlightSize, so that behind an old hole it can be far more
     * than ever was in the network; a reduction must not become a rise by that. In recovery the window means little.
     */
    private long used(final long flight) {
        return Math.min(flight, recovering ? Math.max(window, threshold) : window);
    }

    private void reduceThreshold(final long octets) {
        threshold = Math.max(octets, (long) LEAST_SEGMENTS * maxSegmentSize);
        afterTimeout = false;
    }

    @Override
    public void onRecovered(final long nowNs) {
        recovering = false;
        window = threshold;
    }

    @Override
    public void onTimeout(final long flight, final boolean first, final long nowNs) {
        if (first) {
            if (!recovering) {
                remember();
            }
            reduceThreshold(reduced(used(flight), nowNs));
        }
        recovering = false;
        window = maxSegmentSize;
        afterTimeout = true;
    }

    void remember() {
        windowBefore = window;
        thresholdBefore = threshold;
    }

    @Override
    public void onUndo() {
        window = Math.max(window, windowBefore);
        threshold = Math.max(threshold, thresholdBefore);
        afterTimeout = false;
        recovering = false;
    }

    @Override
    public void onIdle(final long nowNs) {
        window = Math.min(window, initialWindow);
    }

    final boolean isRecovering() {
        return recovering;
    }

    final boolean isSlowStart() {
        return window < threshold;
    }

    final void threshold(final long octets) {
        threshold = octets;
    }

    @Override
    public final void window(final long octets) {
        window = Math.min(octets, MAX_WINDOW);
    }

    @Override
    public final long window() {
        return window;
    }

    @Override
    public final long threshold() {
        return threshold;
    }

    @Override
    public final int maxSegmentSize() {
        return maxSegmentSize;
    }

    @Override
    public boolean reducesForLossAfterEcho() {
        return false;
    }

    @Override
    public boolean needsExactMarks() {
        return false;
    }
}
