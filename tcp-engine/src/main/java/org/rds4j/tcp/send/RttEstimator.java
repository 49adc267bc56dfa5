package org.rds4j.tcp.send;

/** Round-trip time and retransmission timeout (RFC 6298), in nanoseconds. One per connection; one thread. */
public final class RttEstimator {
    private static final long GRANULARITY_NS = 1_000;
    private static final int MAX_BACKOFF = 40;
    /** How long the shortest round trip counts (RFC 8985 section 6.2 step 1); so does Linux's, by tcp_min_rtt_wlen. */
    private static final long MINIMUM_WINDOW_NS = 300_000_000_000L;
    /** To be small, the least round trip is kept in units of 4 ns, up to eight seconds, and its age in about milliseconds. */
    private static final int SAMPLE_BITS = 2;
    private static final int AGE_BITS = 20;
    private static final int THIRD_OF_WINDOW = (int) ((MINIMUM_WINDOW_NS / 3) >> AGE_BITS);

    private final RttLimits limits;
    private final WindowedMinimum minimum = new WindowedMinimum();
    private long smoothedNs;
    private long variationNs;
    private long timeoutNs;
    private byte backoff;

    /**
     * An estimator without samples.
     *
     * @param limits of the timeout.
     */
    public RttEstimator(final RttLimits limits) {
        this.limits = limits;
        reset();
    }

    /** Forgets every sample. */
    public void reset() {
        reset(limits.initialNs());
    }

    /**
     * Forgets every sample.
     *
     * @param timeoutNs timeout until the next one.
     */
    public void reset(final long timeoutNs) {
        smoothedNs = 0;
        variationNs = 0;
        minimum.reset();
        backoff = 0;
        this.timeoutNs = clamp(timeoutNs);
    }

    /**
     * Takes a sample and ends any backoff.
     *
     * @param sampleNs a measured round trip, more than 0.
     * @param nowNs    the engine's time.
     */
    public void onSample(final long sampleNs, final long nowNs) {
        onRoundTrip(sampleNs, nowNs);
        if (smoothedNs == 0) {
            smoothedNs = sampleNs;
            variationNs = sampleNs / 2;
        } else {
            variationNs += (Math.abs(smoothedNs - sampleNs) - variationNs) / 4;
            smoothedNs += (sampleNs - smoothedNs) / 8;
        }
        backoff = 0;
        timeoutNs = measuredNs();
    }

    /**
     * Takes a round trip for the minimum only, as every acknowledgement may measure one.
     *
     * @param sampleNs a measured round trip, more than 0.
     * @param nowNs    the engine's time.
     */
    public void onRoundTrip(final long sampleNs, final long nowNs) {
        minimum.add(
            Math.clamp(sampleNs >> SAMPLE_BITS, 1, Integer.MAX_VALUE), (int) (nowNs >> AGE_BITS), THIRD_OF_WINDOW);
    }

    /**
     * The timer has expired for nothing (RFC 4015 section 3.3): the path is at least as slow as this shows.
     *
     * @param sampleNs a measured round trip, or less than 0 if there is none.
     * @param nowNs    the engine's time.
     */
    public void onSpuriousTimeout(final long sampleNs, final long nowNs) {
        if (sampleNs > 0) {
            onRoundTrip(sampleNs, nowNs);
            smoothedNs = Math.max(smoothedNs, sampleNs);
            variationNs = Math.max(variationNs, sampleNs / 2);
            timeoutNs = measuredNs();
        }
        backoff = 0;
    }

    /** The timer expired: doubles the timeout until the next sample (RFC 6298 section 5.5). */
    public void backOff() {
        backoff = (byte) Math.min(backoff + 1, MAX_BACKOFF);
    }

    /**
     * Whether there was a sample.
     *
     * @return true after the first.
     */
    public boolean hasSample() {
        return smoothedNs != 0;
    }

    /**
     * SRTT.
     *
     * @return nanoseconds, 0 before the first sample.
     */
    public long smoothedNs() {
        return smoothedNs;
    }

    /**
     * The shortest sample of the last five minutes: a path that has become longer is not judged by what it was.
     *
     * @return nanoseconds, 0 before the first.
     */
    public long minimumNs() {
        return (long) minimum.value() << SAMPLE_BITS;
    }

    /**
     * RTTVAR.
     *
     * @return nanoseconds.
     */
    public long variationNs() {
        return variationNs;
    }

    /**
     * RTO with backoff.
     *
     * @return nanoseconds.
     */
    public long timeoutNs() {
        return timeoutNs >= limits.ceilingNs() >> backoff ? limits.ceilingNs() : timeoutNs << backoff;
    }

    /**
     * The lowest RTO: what was sent again because the timer expired had left at least that long before.
     *
     * @return nanoseconds.
     */
    public long leastTimeoutNs() {
        return limits.floorNs();
    }

    private long measuredNs() {
        return clamp(smoothedNs + Math.max(limits.onVariation() ? limits.floorNs() : GRANULARITY_NS, 4 * variationNs));
    }

    private long clamp(final long timeoutNs) {
        return Math.min(Math.max(timeoutNs, limits.floorNs()), limits.ceilingNs());
    }
}
