package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.NewReno;

/** What loss recovery is in the middle of, and what may begin then: SackRecovery by itself, segments of 1000 octets. */
class RecoveryStateTest {
    private static final int MSS = 1000;
    private static final long RTT = 10_000_000;

    private final NewReno reno = new NewReno();
    private final RttEstimator rtt = new RttEstimator(1_000_000_000, 200_000_000, 100_000_000_000L);
    private final SackRecovery recovery =
        new SackRecovery(new SendRecords(new RecordPool(1 << 10)), reno, rtt, TcpCounters.inMemory(), 0, 0, false);
    private final Acknowledgement ack = new Acknowledgement();
    private long nowNs = 1_000_000_000;
    private long una;
    private long next;

    RecoveryStateTest() {
        reno.onConnected(MSS, 20 * MSS);
        rtt.onSample(RTT);
    }

    private void send(final int segments) {
        for (int i = 0; i < segments; i++) {
            next += MSS;
            recovery.onSent(next, nowNs);
        }
    }

    /** Acknowledges segments below the first number and sacks [from, to) for each further pair. */
    private void acknowledge(final int below, final int... blocks) {
        una = (long) below * MSS;
        ack.start(una, false, true, nowNs);
        for (int i = 0; i < blocks.length; i += 2) {
            ack.block((long) blocks[i] * MSS, (long) blocks[i + 1] * MSS);
        }
        recovery.onAcknowledgement(ack);
    }

    @Test
    void shouldAnswerOneEchoAtATime() {
        send(20);
        nowNs += RTT;
        acknowledge(2);
        assertTrue(recovery.onCongestionEcho(2 * MSS, nowNs));
        final long threshold = reno.threshold();
        acknowledge(4);
        assertFalse(recovery.onCongestionEcho(2 * MSS, nowNs), "the window is on its way down");
        assertEquals(threshold, reno.threshold());
    }
}
