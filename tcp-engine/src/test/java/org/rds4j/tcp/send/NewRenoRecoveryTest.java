package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.congestion.CongestionSample;
import org.rds4j.tcp.congestion.NewReno;

class NewRenoRecoveryTest {
    private static final int MSS = 1000;
    private final NewReno reno = new NewReno();
    private final NewRenoRecovery recovery = new NewRenoRecovery(reno);
    private final CongestionSample sample = new CongestionSample();

    @Test
    void shouldInflateAndDeflateByWhatAPartialAcknowledgementCovers() {
        reno.onConnected(MSS, 20 * MSS);
        for (int i = 0; i < 3; i++) {
            recovery.onDuplicate(0, 20 * MSS, 0);
        }
        assertTrue(recovery.isRecovering());
        assertEquals(10 * MSS, reno.threshold());
        assertEquals(13 * MSS, reno.window());
        recovery.onDuplicate(0, 20 * MSS, 0);
        assertEquals(14 * MSS, reno.window());
        acknowledge(5 * MSS, 5 * MSS, 15 * MSS);
        assertEquals(10 * MSS, reno.window());
        acknowledge(50 * MSS, 19 * MSS, MSS);
        assertEquals(MSS, reno.window());
        acknowledge(MSS, 20 * MSS, 0);
        assertEquals(2 * MSS, reno.window(), "no burst after recovery");
        assertFalse(recovery.isRecovering());
    }

    private void acknowledge(final long octets, final long unacknowledged, final long flight) {
        recovery.onAcknowledged(sample.start(0).octets(octets, octets).flight(flight, true), unacknowledged);
    }
}
