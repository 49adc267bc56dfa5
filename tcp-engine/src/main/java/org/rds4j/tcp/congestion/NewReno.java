package org.rds4j.tcp.congestion;

/** Slow start, congestion avoidance and the window side of fast recovery: RFC 5681, RFC 6582, RFC 6928, RFC 3465. */
public final class NewReno implements CongestionControl {
    private static final int DUPLICATES = 3;
    private static final long MAX_WINDOW = 1L << 30;

    private int maxSegmentSize;
    private long initialWindow;
    private long window;
    private long threshold;
    private long acknowledged;
    private boolean afterTimeout;

    /** A window of 0 until the connection is established. */
    public NewReno() {
    }

    @Override
    public void onConnected(final int maxSegmentSize, final int initialSegments, final boolean synLost) {
        this.maxSegmentSize = maxSegmentSize;
        initialWindow = synLost ? maxSegmentSize : (long) initialSegments * maxSegmentSize;
        window = initialWindow;
        threshold = MAX_WINDOW;
        acknowledged = 0;
        afterTimeout = false;
    }

    @Override
    public void onAcknowledged(final long octets, final boolean windowLimited) {
        if (!windowLimited) {
            return;
        }
        if (window < threshold) {
            // RFC 3465 section 2.3: L = 2 segments, but 1 in the slow start that follows a timeout
            window += Math.min(octets, (afterTimeout ? 1L : 2L) * maxSegmentSize);
        } else {
            afterTimeout = false;
            acknowledged += octets;
            if (acknowledged >= window) {
                acknowledged -= window;
                window += maxSegmentSize;
            }
        }
        window = Math.min(window, MAX_WINDOW);
    }

    @Override
    public void onLoss(final long flight) {
        threshold = halved(flight);
        window = threshold + (long) DUPLICATES * maxSegmentSize;
        acknowledged = 0;
    }

    @Override
    public void onDuplicate() {
        window = Math.min(window + maxSegmentSize, MAX_WINDOW);
    }

    @Override
    public void onPartialAcknowledgement(final long octets) {
        // RFC 6582 section 3.2 step 3: deflate by what was acknowledged, add one segment back for the one resent
        window = Math.max(window - octets, 0) + (octets >= maxSegmentSize ? maxSegmentSize : 0);
        window = Math.max(window, maxSegmentSize);
    }

    @Override
    public void onRecovered(final long flight) {
        window = Math.min(threshold, Math.max(flight, maxSegmentSize) + maxSegmentSize);
    }

    @Override
    public void onTimeout(final long flight, final boolean first) {
        if (first) {
            threshold = halved(flight);
        }
        window = maxSegmentSize;
        acknowledged = 0;
        afterTimeout = true;
    }

    @Override
    public void onIdle() {
        window = Math.min(window, initialWindow);
    }

    @Override
    public long window() {
        return window;
    }

    @Override
    public long threshold() {
        return threshold;
    }

    private long halved(final long flight) {
        return Math.max(flight / 2, 2L * maxSegmentSize);
    }
}
