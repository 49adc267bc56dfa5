package org.rds4j.tcp.send;

/** Round-trip time and retransmission timeout (RFC 6298), in nanoseconds. One per connection; one thread. */
public final class RttEstimator {
    private static final long GRANULARITY_NS = 1_000;
    private static final int MAX_BACKOFF = 40;

    private final long initialNs;
    private final long floorNs;
    private final long ceilingNs;
    private final long leastVariationNs;
    private long smoothedNs;
    private long variationNs;
    private long timeoutNs;
    private long minimumNs;
    private int backoff;

    /**
     * An estimator without samples.
     *
     * @param initialNs timeout before the first sample.
     * @param floorNs   lowest timeout.
     * @param ceilingNs highest timeout.
     */
    public RttEstimator(final long initialNs, final long floorNs, final long ceilingNs) {
        this(initialNs, floorNs, ceilingNs, false);
    }

    /**
     * An estimator without samples.
     *
     * @param initialNs   timeout before the first sample.
     * @param floorNs     lowest timeout.
     * @param ceilingNs   highest timeout.
     * @param onVariation the floor is what is added to SRTT at least, as Linux has it, so that no timeout is that close to it.
     */
    public RttEstimator(final long initialNs, final long floorNs, final long ceilingNs, final boolean onVariation) {
        leastVariationNs = onVariation ? floorNs : GRANULARITY_NS;
        this.initialNs = initialNs;
        this.floorNs = floorNs;
        this.ceilingNs = ceilingNs;
        reset();
    }

    /** Forgets every sample. */
    public void reset() {
        reset(initialNs);
    }

    /**
     * Forgets every sample.
     *
     * @param timeoutNs timeout until the next one.
     */
    public void reset(final long timeoutNs) {
        smoothedNs = 0;
        variationNs = 0;
        minimumNs = 0;
        backoff = 0;
        this.timeoutNs = clamp(timeoutNs);
    }

    /**
     * Takes a sample and ends any backoff.
     *
     * @param sampleNs a measured round trip, more than 0.
     */
    public void onSample(final long sampleNs) {
        onRoundTrip(sampleNs);
        if (smoothedNs == 0) {
            smoothedNs = sampleNs;
            variationNs = sampleNs / 2;
        } else {
            variationNs += (Math.abs(smoothedNs - sampleNs) - variationNs) / 4;
            smoothedNs += (sampleNs - smoothedNs) / 8;
        }
        backoff = 0;
        timeoutNs = clamp(smoothedNs + Math.max(leastVariationNs, 4 * variationNs));
    }

    /**
     * Takes a round trip for the minimum only, as every acknowledgement may measure one.
     *
     * @param sampleNs a measured round trip, more than 0.
     */
    public void onRoundTrip(final long sampleNs) {
        minimumNs = minimumNs == 0 ? sampleNs : Math.min(minimumNs, sampleNs);
    }

    /**
     * The timer has expired for nothing (RFC 4015 section 3.3): the path is at least as slow as this shows.
     *
     * @param sampleNs a measured round trip, or less than 0 if there is none.
     */
    public void onSpuriousTimeout(final long sampleNs) {
        if (sampleNs > 0) {
            onRoundTrip(sampleNs);
            smoothedNs = Math.max(smoothedNs, sampleNs);
            variationNs = Math.max(variationNs, sampleNs / 2);
            timeoutNs = clamp(smoothedNs + Math.max(leastVariationNs, 4 * variationNs));
        }
        backoff = 0;
    }

    /** The timer expired: doubles the timeout until the next sample (RFC 6298 section 5.5). */
    public void backOff() {
        backoff = Math.min(backoff + 1, MAX_BACKOFF);
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
     * The shortest sample.
     *
     * @return nanoseconds, 0 before the first.
     */
    public long minimumNs() {
        return minimumNs;
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
        return timeoutNs >= ceilingNs >> backoff ? ceilingNs : timeoutNs << backoff;
    }

    /**
     * The lowest RTO: what was sent again because the timer expired had left at least that long before.
     *
     * @return nanoseconds.
     */
    public long leastTimeoutNs() {
        return floorNs;
    }

    private long clamp(final long timeoutNs) {
        return Math.min(Math.max(timeoutNs, floorNs), ceilingNs);
    }
}
