package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NewRenoTest {
    private static final int MSS = 1000;
    private final NewReno reno = new NewReno();

    @Test
    void shouldDoublePerRoundTripInSlowStartAndAddOneSegmentAfterwards() {
        reno.onConnected(MSS, 10, false);
        for (int i = 0; i < 5; i++) {
            reno.onAcknowledged(2 * MSS, true);
        }
        assertEquals(20 * MSS, reno.window());
        reno.onLoss(20 * MSS);
        reno.onRecovered(20 * MSS);
        assertEquals(10 * MSS, reno.window());
        for (int i = 0; i < 5; i++) {
            assertEquals(10 * MSS, reno.window());
            reno.onAcknowledged(2 * MSS, true);
        }
        assertEquals(11 * MSS, reno.window());
    }

    @Test
    void shouldNotGrowWhenTheWindowWasNotUsed() {
        reno.onConnected(MSS, 10, false);
        reno.onAcknowledged(2 * MSS, false);
        assertEquals(10 * MSS, reno.window());
    }

    @Test
    void shouldNeverFallBelowTwoSegmentsOfThreshold() {
        reno.onConnected(MSS, 10, false);
        reno.onTimeout(MSS, true);
        assertEquals(2 * MSS, reno.threshold());
        assertEquals(MSS, reno.window());
        reno.onTimeout(50 * MSS, false);
        assertEquals(2 * MSS, reno.threshold(), "a segment that times out again does not change it");
    }

    @Test
    void shouldDeflateByWhatAPartialAcknowledgementCovers() {
        reno.onConnected(MSS, 20, false);
        reno.onLoss(20 * MSS);
        assertEquals(13 * MSS, reno.window());
        reno.onDuplicate();
        assertEquals(14 * MSS, reno.window());
        reno.onPartialAcknowledgement(5 * MSS);
        assertEquals(10 * MSS, reno.window());
        reno.onPartialAcknowledgement(50 * MSS);
        assertEquals(MSS, reno.window());
    }

    @Test
    void shouldBeginWithOneSegmentWhenTheSynWasLost() {
        reno.onConnected(MSS, 10, true);
        assertEquals(MSS, reno.window());
    }
}
