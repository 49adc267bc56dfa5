package org.rds4j.tcp.congestion;

/**
 * CUBIC (RFC 9438) with HyStart++ (RFC 9406): the window is a cubic function of the time since the last congestion, flat near the
 * window at which that happened, and never below what Reno would have. Counts in segments as the RFC does, in floating point,
 * since a whole segment is too coarse for the growth per acknowledgement.
 */
public final class Cubic extends SlowStart {
    private static final double C = 0.4;
    private static final double BETA = 0.7;
    private static final double FAST_CONVERGENCE = (1 + BETA) / 2;
    private static final double RENO_ALPHA = 3 * (1 - BETA) / (1 + BETA);
    private static final double MOST_PER_ROUND = 1.5;
    private static final double NS_PER_SECOND = 1e9;
    private static final long NO_EPOCH = Long.MIN_VALUE;

    private final HyStart hyStart;
    private final State state = new State();
    private final State before = new State();
    private long lastSampleNs;
    private boolean restarted;

    /**
     * A window of 0 until the connection is established.
     *
     * @param hyStartLeastNs least rise of the round-trip time that ends slow start (RFC 9406: 4 ms).
     * @param hyStartMostNs  rise that always does (RFC 9406: 16 ms).
     */
    public Cubic(final long hyStartLeastNs, final long hyStartMostNs) {
        this(hyStartLeastNs, hyStartMostNs, USUAL_SEGMENTS);
    }

    Cubic(final long hyStartLeastNs, final long hyStartMostNs, final int mostSegments) {
        super(mostSegments);
        hyStart = new HyStart(hyStartLeastNs, hyStartMostNs);
    }

    @Override
    public void onConnected(final int maxSegmentSize, final long initialWindow) {
        super.onConnected(maxSegmentSize, initialWindow);
        hyStart.reset();
        state.reset();
        before.reset();
        restarted = false;
        lastSampleNs = NO_EPOCH;
    }

    @Override
    public void onAcknowledged(final CongestionSample sample) {
        super.onAcknowledged(sample);
        lastSampleNs = sample.nowNs();
    }

    @Override
    long slowStartGrowth(final CongestionSample sample) {
        final long growth = super.slowStartGrowth(sample);
        if (threshold() < MAX_WINDOW) {
            return growth;
        }
        if (hyStart.onAcknowledged(sample)) {
            threshold(window());
            return 0;
        }
        return Math.max(1, growth / hyStart.divisor());
    }

    @Override
    long avoidanceWindow(final CongestionSample sample) {
        final double segment = maxSegmentSize();
        final double window = state.window(window(), segment);
        if (state.epochNs == NO_EPOCH) {
            beginEpoch(window, sample.nowNs());
        }
        final double acknowledged = sample.acknowledged() / segment;
        final double seconds = (sample.nowNs() - state.epochNs) / NS_PER_SECOND;
        final double reno = state.growReno(acknowledged / window);
        final double grown = cubic(seconds) < reno
            ? Math.max(window, reno)
            : window + (target(seconds, sample, window) - window) / window * acknowledged;
        state.exact = grown;
        return (long) (grown * segment);
    }

    private double target(final double seconds, final CongestionSample sample, final double window) {
        final double next = cubic(seconds + sample.smoothedRttNs() / NS_PER_SECOND);
        return Math.max(window, Math.min(next, MOST_PER_ROUND * window));
    }

    /** W_cubic(t), RFC 9438 figure 1. */
    private double cubic(final double seconds) {
        final double offset = seconds - state.k;
        return C * offset * offset * offset + state.max;
    }

    /** RFC 9438 section 4.2; without a known maximum, as after slow start or a timeout, it is the window (section 4.8). */
    private void beginEpoch(final double window, final long nowNs) {
        if (restarted || state.max <= window) {
            state.max = window;
            state.k = 0;
        } else {
            state.k = Math.cbrt((state.max - window) / C);
        }
        restarted = false;
        state.reno = window;
        state.epochNs = nowNs;
    }

    /** RFC 9438 section 5.8: the clock of the epoch stands still while the application sends too little. */
    @Override
    void onUnused(final CongestionSample sample) {
        if (state.epochNs != NO_EPOCH && lastSampleNs != NO_EPOCH) {
            state.epochNs += sample.nowNs() - lastSampleNs;
        }
    }

    @Override
    public void onIdle(final long nowNs) {
        super.onIdle(nowNs);
        state.epochNs = NO_EPOCH;
    }

    @Override
    long reduced(final long flight, final long nowNs) {
        if (!isRecovering()) {
            final double window = (double) window() / maxSegmentSize();
            state.max = window < state.max ? window * FAST_CONVERGENCE : window;
            state.prior = window;
        }
        state.epochNs = NO_EPOCH;
        return Math.round(flight * BETA);
    }

    @Override
    public void onTimeout(final long flight, final boolean first, final long nowNs) {
        super.onTimeout(flight, first, nowNs);
        state.epochNs = NO_EPOCH;
        restarted = true;
    }

    @Override
    void remember() {
        super.remember();
        before.copy(state);
    }

    @Override
    public void onUndo() {
        super.onUndo();
        state.copy(before);
        restarted = false;
    }

    /** What an undo brings back. */
    private static final class State {
        private double max;
        private double prior;
        private double k;
        private double reno;
        private double exact;
        private long epochNs;

        void reset() {
            max = 0;
            prior = 0;
            k = 0;
            reno = 0;
            exact = 0;
            epochNs = NO_EPOCH;
        }

        void copy(final State other) {
            max = other.max;
            prior = other.prior;
            k = other.k;
            reno = other.reno;
            exact = other.exact;
            epochNs = other.epochNs;
        }

        /** The window in segments, with the fraction of an octet that was cut off unless somebody else has set it since. */
        double window(final long octets, final double segment) {
            return octets == (long) (exact * segment) ? exact : octets / segment;
        }

        /** W_est of RFC 9438 section 4.3: as aggressive as Reno once it has got back to where the window was. */
        double growReno(final double windows) {
            reno += (reno < prior ? RENO_ALPHA : 1) * windows;
            return reno;
        }
    }
}
