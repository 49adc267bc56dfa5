package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RttEstimatorTest {
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;

    @Test
    void shouldFollowTheArithmeticOfTheRfc() {
        final RttEstimator rtt = new RttEstimator(new RttLimits(SECOND, MS, 120 * SECOND, false));
        final double[] samplesMs = {
            100, 120, 80, 100, 300, 100, 100, 90, 20, 40, 40, 40, 40, 1000, 40, 41, 42, 43, 44, 45};
        double smoothed = 0;
        double variation = 0;
        for (final double sample : samplesMs) {
            if (smoothed == 0) {
                smoothed = sample;
                variation = sample / 2;
            } else {
                variation = 0.75 * variation + 0.25 * Math.abs(smoothed - sample);
                smoothed = 0.875 * smoothed + 0.125 * sample;
            }
            rtt.onSample((long) (sample * MS), 0);
            assertEquals(smoothed * MS, (double) rtt.smoothedNs(), 1_000);
            assertEquals(variation * MS, (double) rtt.variationNs(), 1_000);
            assertEquals((smoothed + 4 * variation) * MS, (double) rtt.timeoutNs(), 5_000);
        }
    }

    @Test
    void shouldAddTheFloorToTheRoundTripWhereAsked() {
        final RttEstimator rtt = new RttEstimator(new RttLimits(SECOND, 200 * MS, 120 * SECOND, true));
        rtt.onSample(10 * MS, 0);
        assertEquals(210 * MS, rtt.timeoutNs());
        rtt.onSample(10 * MS, 0);
        assertEquals(210 * MS, rtt.timeoutNs());
        rtt.onSpuriousTimeout(400 * MS, 0);
        assertEquals(1200 * MS, rtt.timeoutNs());
    }

    @Test
    void shouldKeepFloorAndCeilingAndBackOff() {
        final RttEstimator rtt = new RttEstimator(new RttLimits(SECOND, 5 * MS, 120 * SECOND, false));
        assertEquals(SECOND, rtt.timeoutNs());
        rtt.onSample(20_000, 0);
        assertEquals(5 * MS, rtt.timeoutNs());
        for (int i = 1; i <= 14; i++) {
            rtt.backOff();
            assertEquals((5 * MS) << i, rtt.timeoutNs());
        }
        for (int i = 0; i < 100; i++) {
            rtt.backOff();
        }
        assertEquals(120 * SECOND, rtt.timeoutNs());
        rtt.onSample(20_000, 0);
        assertEquals(5 * MS, rtt.timeoutNs());
    }

    @Test
    void shouldForgetTheShortestRoundTripOfAPathThatHasBecomeLonger() {
        final RttEstimator rtt = new RttEstimator(new RttLimits(SECOND, MS, 120 * SECOND, false));
        rtt.onSample(20 * MS, 0);
        for (int at = 1; at <= 100; at++) {
            rtt.onRoundTrip(80 * MS, at * SECOND);
            assertEquals(20 * MS, rtt.minimumNs());
        }
        for (int at = 101; at <= 300; at++) {
            rtt.onRoundTrip(80 * MS, at * SECOND);
        }
        assertEquals(80 * MS, rtt.minimumNs());
        rtt.onRoundTrip(30 * MS, 301 * SECOND);
        assertEquals(30 * MS, rtt.minimumNs());
    }
}
