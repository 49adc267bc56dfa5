package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.NewReno;

class NewRenoRecoveryTest {
    private static final int MSS = 1000;
    private final NewReno reno = new NewReno();
    private final SendRecords records = new SendRecords(new RecordPool(1 << 16));
    private final NewRenoRecovery recovery = new NewRenoRecovery(
        records, reno, new RttEstimator(new RttLimits(1_000_000, 1_000, 1_000_000_000, false)), TcpCounters.inMemory());
    private final Acknowledgement ack = new Acknowledgement();

    @Test
    void shouldInflateAndDeflateByWhatAPartialAcknowledgementCovers() {
        reno.onConnected(MSS, 20 * MSS);
        send(1, 20);
        acknowledge(1, false);
        send(21, 21);
        for (int i = 0; i < 3; i++) {
            acknowledge(1, true);
        }
        assertTrue(recovery.isRecovering());
        assertEquals(10 * MSS, reno.threshold());
        assertEquals(13 * MSS, reno.window());
        repairHead(1);
        acknowledge(1, true);
        assertEquals(14 * MSS, reno.window());
        acknowledge(6, false);
        assertEquals(10 * MSS, reno.window());
        repairHead(6);
        acknowledge(20, false);
        assertEquals(MSS, reno.window());
        repairHead(20);
        acknowledge(21, false);
        assertEquals(2 * MSS, reno.window(), "no burst after recovery");
        assertFalse(recovery.isRecovering());
        assertEquals(0, recovery.inFlight());
    }

    private void send(final int from, final int to) {
        for (int i = from; i <= to; i++) {
            recovery.onSent((long) i * MSS, 0);
        }
    }

    private void repairHead(final int segment) {
        assertTrue(recovery.planRepair(), "whatever the window says");
        assertEquals((long) segment * MSS, recovery.plannedStart());
        assertEquals((segment + 1L) * MSS, recovery.plannedEnd());
        recovery.onSentAgain(recovery.plannedStart(), recovery.plannedEnd(), 0);
        assertFalse(recovery.planRepair());
    }

    private void acknowledge(final int segments, final boolean duplicate) {
        recovery.onAcknowledgement(ack.start((long) segments * MSS, duplicate, false, 0));
    }
}
