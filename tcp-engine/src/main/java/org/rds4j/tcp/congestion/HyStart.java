package org.rds4j.tcp.congestion;

/**
 * HyStart++ (RFC 9406): leaves slow start when round trips get longer. A first rise makes growth slow (conservative slow start)
 * for {@value #CSS_ROUNDS} round trips; if round trips fall below what they were at its beginning, slow start resumes. Not used
 * after the first slow start (RFC 9406 section 4.3).
 */
final class HyStart {
    private static final int SAMPLES = 8;
    private static final int DIVISOR = 8;
    private static final int CSS_ROUNDS = 5;
    private static final int CSS_DIVISOR = 4;
    private static final long NONE = Long.MAX_VALUE;

    private final long leastNs;
    private final long mostNs;
    private final RoundTrips rounds = new RoundTrips();
    private long lastMinNs;
    private long currentMinNs;
    private long baselineNs;
    private int samples;
    private int conservativeRounds;
    private boolean conservative;

    HyStart(final long leastNs, final long mostNs) {
        this.leastNs = leastNs;
        this.mostNs = mostNs;
    }

    void reset() {
        rounds.reset();
        lastMinNs = NONE;
        currentMinNs = NONE;
        baselineNs = NONE;
        samples = 0;
        conservativeRounds = 0;
        conservative = false;
    }

    /** By what the growth of slow start is divided. */
    int divisor() {
        return conservative ? CSS_DIVISOR : 1;
    }

    /** Takes an acknowledgement in; true if slow start is over. */
    boolean onAcknowledged(final CongestionSample sample) {
        if (rounds.onAcknowledged(sample)) {
            if (conservative && ++conservativeRounds >= CSS_ROUNDS) {
                return true;
            }
            lastMinNs = currentMinNs;
            currentMinNs = NONE;
            samples = 0;
        }
        if (sample.rttNs() != CongestionSample.NO_RTT) {
            currentMinNs = Math.min(currentMinNs, sample.rttNs());
            samples++;
            judge();
        }
        return false;
    }

    private void judge() {
        if (samples < SAMPLES) {
            return;
        }
        if (conservative) {
            conservative = currentMinNs >= baselineNs;
        } else if (lastMinNs != NONE) {
            final long threshold = Math.max(leastNs, Math.min(lastMinNs / DIVISOR, mostNs));
            if (currentMinNs >= lastMinNs + threshold) {
                conservative = true;
                conservativeRounds = 0;
                baselineNs = currentMinNs;
            }
        }
    }
}
