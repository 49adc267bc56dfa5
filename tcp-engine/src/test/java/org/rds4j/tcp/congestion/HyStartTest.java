package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HyStartTest {
    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;

    private final CongestionSample sample = new CongestionSample();
    private Cubic cubic;

    private void connect(final long leastNs, final long mostNs) {
        cubic = new Cubic(leastNs, mostNs);
        cubic.onConnected(MSS, 10 * MSS);
    }

    /** A round trip of the window in force, a segment per acknowledgement; returns the growth in percent of it. */
    private long round(final long rttNs) {
        final long window = cubic.window();
        for (long left = window / MSS; left > 0; left--) {
            cubic.onAcknowledged(sample.start(0).octets(MSS, MSS).flight(cubic.window() - MSS, true)
                .roundTrip(rttNs, rttNs, rttNs));
        }
        return (cubic.window() - window) * 100 / window;
    }

    @Test
    void shouldDoubleWhileRoundTripsStayShort() {
        connect(4 * MS, 16 * MS);
        for (int i = 0; i < 8; i++) {
            assertEquals(100, round(20 * MS + i * MS / 10));
        }
        assertTrue(cubic.window() < cubic.threshold());
    }

    @Test
    void shouldSlowDownWhenRoundTripsGetLongerAndStopFiveRoundsLater() {
        connect(4 * MS, 16 * MS);
        round(20 * MS);
        round(20 * MS);
        round(24 * MS);
        int rounds = 0;
        while (cubic.window() < cubic.threshold() && rounds < 20) {
            assertTrue(round(24 * MS) <= 26, "a quarter of slow start");
            rounds++;
        }
        assertTrue(rounds >= 4 && rounds <= 6, "rounds " + rounds);
        assertTrue(round(24 * MS) <= 2, "congestion avoidance");
    }

    @Test
    void shouldSpeedUpAgainWhenTheRiseWasPassing() {
        connect(4 * MS, 16 * MS);
        round(20 * MS);
        round(20 * MS);
        round(25 * MS);
        assertTrue(round(25 * MS) <= 26);
        round(20 * MS);
        assertTrue(round(20 * MS) >= 90, "slow start resumes");
    }

    @Test
    void shouldTakeItsBoundsFromTheConfiguration() {
        connect(4 * MS, 16 * MS);
        round(MS / 10);
        round(MS / 10);
        round(MS);
        assertEquals(100, round(MS), "in a datacenter 4 ms never come together");
        connect(MS / 50, 16 * MS);
        round(MS / 10);
        round(MS / 10);
        round(MS);
        assertTrue(round(MS) <= 26, "with a lower bound they do");
        connect(4 * MS, 16 * MS);
        round(400 * MS);
        round(400 * MS);
        round(420 * MS);
        assertTrue(round(420 * MS) <= 26, "an eighth would be 50 ms, but 16 ms suffice");
    }
}
