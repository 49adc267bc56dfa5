package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NewRenoTest {
    private static final int MSS = 1000;
    private final NewReno reno = new NewReno();
    private final CongestionSample sample = new CongestionSample();

    private void acknowledge(final long octets, final boolean windowLimited) {
        reno.onAcknowledged(sample.start(0).octets(octets, octets).flight(0, windowLimited));
    }

    @Test
    void shouldDoublePerRoundTripInSlowStartAndAddOneSegmentAfterwards() {
        reno.onConnected(MSS, 10 * MSS);
        for (int i = 0; i < 5; i++) {
            acknowledge(2 * MSS, true);
        }
        assertEquals(20 * MSS, reno.window());
        reno.onCongestion(20 * MSS, 0);
        reno.onRecovered(0);
        assertEquals(10 * MSS, reno.window());
        for (int i = 0; i < 5; i++) {
            assertEquals(10 * MSS, reno.window());
            acknowledge(2 * MSS, true);
        }
        assertEquals(11 * MSS, reno.window());
    }

    @Test
    void shouldNotGrowWhenTheWindowWasNotUsed() {
        reno.onConnected(MSS, 10 * MSS);
        acknowledge(2 * MSS, false);
        assertEquals(10 * MSS, reno.window());
    }

    @Test
    void shouldNeverFallBelowTwoSegmentsOfThreshold() {
        reno.onConnected(MSS, 10 * MSS);
        reno.onTimeout(MSS, true, 0);
        assertEquals(2 * MSS, reno.threshold());
        assertEquals(MSS, reno.window());
        reno.onTimeout(50 * MSS, false, 0);
        assertEquals(2 * MSS, reno.threshold(), "a segment that times out again does not change it");
    }

    @Test
    void shouldTakeASegmentPerAcknowledgementInTheSlowStartThatFollowsATimeout() {
        reno.onConnected(MSS, 10 * MSS);
        acknowledge(5 * MSS, true);
        assertEquals(12 * MSS, reno.window(), "RFC 3465: two at most");
        reno.onTimeout(20 * MSS, true, 0);
        acknowledge(5 * MSS, true);
        assertEquals(2 * MSS, reno.window(), "RFC 3465: one after a timeout");
    }

    @Test
    void shouldNeverRaiseTheWindowByAReduction() {
        reno.onConnected(MSS, 10 * MSS);
        reno.onCongestion(50 * MSS, 0); // most of which was sacked behind an old hole
        assertEquals(5 * MSS, reno.threshold());
        reno.onRecovered(0);
        reno.onEcnEcho(50 * MSS, 0);
        assertEquals(2500, reno.threshold());
    }

    @Test
    void shouldLeaveTheWindowToRecovery() {
        reno.onConnected(MSS, 10 * MSS);
        reno.onCongestion(10 * MSS, 0);
        reno.window(7 * MSS);
        reno.onAcknowledged(sample.start(0).octets(MSS, MSS).flight(0, true).recovering(true));
        assertEquals(7 * MSS, reno.window());
        reno.onRecovered(0);
        assertEquals(5 * MSS, reno.window());
    }

    @Test
    void shouldGoBackToWhatWasBeforeAReductionForNothing() {
        reno.onConnected(MSS, 10 * MSS);
        reno.onCongestion(10 * MSS, 0);
        reno.window(5 * MSS);
        reno.onTimeout(5 * MSS, true, 0);
        reno.onUndo();
        assertEquals(10 * MSS, reno.window());
        assertEquals(SlowStart.MAX_WINDOW, reno.threshold());
    }

    @Test
    void shouldBeginAsRfc6928Says() {
        assertEquals(14_600, InitialWindow.octets(1460, 10, false));
        assertEquals(5360, InitialWindow.octets(536, 10, false));
        assertEquals(14_600, InitialWindow.octets(4000, 10, false));
        assertEquals(17_920, InitialWindow.octets(8960, 10, false));
        assertEquals(1460, InitialWindow.octets(1460, 10, true), "RFC 5681 section 3.1: one segment when the SYN was lost");
    }
}
