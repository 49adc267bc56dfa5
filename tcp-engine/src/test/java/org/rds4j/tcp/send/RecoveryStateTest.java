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
    private final RttEstimator rtt = new RttEstimator(new RttLimits(1_000_000_000, 200_000_000, 100_000_000_000L, false));
    private final SackRecovery recovery =
        new SackRecovery(new SendRecords(new RecordPool(1 << 10)), reno, rtt, TcpCounters.inMemory(), 0, 0, true);
    private final Acknowledgement ack = new Acknowledgement();
    private long nowNs = 1_000_000_000;
    private long una;
    private long next;

    RecoveryStateTest() {
        reno.onConnected(MSS, 20 * MSS);
        rtt.onSample(RTT, 0);
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

    private void report(final int segment) {
        ack.start(una, false, true, nowNs);
        ack.report((long) segment * MSS, (segment + 1L) * MSS);
        recovery.onAcknowledgement(ack);
    }

    /** One segment is held for lost, sent again, and everything arrives; it stays to be seen whether that was needed. */
    private void repairInVain(final int lost) {
        nowNs += RTT;
        acknowledge(lost, lost + 1, lost + 5);
        assertTrue(recovery.isRecovering());
        assertTrue(recovery.planRepair());
        recovery.onSentAgain(recovery.plannedStart(), recovery.plannedEnd(), nowNs);
        nowNs += RTT;
    }

    /** RFC 2018 lets nobody sack what SND.UNA points at, but a peer may do so; what it then acknowledges was delivered before. */
    @Test
    void shouldProbeForNothingOnceAllIsAcknowledged() {
        send(5);
        nowNs += RTT;
        acknowledge(0, 1, 4);
        assertTrue(recovery.planRepair());
        recovery.onSentAgain(recovery.plannedStart(), recovery.plannedEnd(), nowNs);
        acknowledge(0, 0, 5);
        acknowledge(5);
        assertEquals(Long.MAX_VALUE, recovery.deadlineNs(Long.MAX_VALUE));
        assertFalse(recovery.planSpare());
    }

    @Test
    void shouldNotSendAgainWhatWasSackedThoughARepairHearsNothing() {
        send(5);
        nowNs += RTT;
        acknowledge(0, 1, 4);
        assertTrue(recovery.planRepair());
        recovery.onSentAgain(recovery.plannedStart(), recovery.plannedEnd(), nowNs);
        acknowledge(0, 0, 1);
        nowNs = recovery.deadlineNs(nowNs + 100 * RTT);
        recovery.onTime(nowNs);
        assertFalse(recovery.planRepair());
    }

    @Test
    void shouldNotUndoWhatAMarkHasConfirmed() {
        send(20);
        repairInVain(0);
        acknowledge(20);
        final long before = reno.window();
        send(10);
        nowNs += RTT;
        acknowledge(25);
        assertTrue(recovery.onCongestionEcho(5 * MSS, nowNs));
        assertTrue(reno.threshold() < before);
        report(0);
        assertTrue(reno.window() <= before && reno.threshold() < before, "congestion was real: window " + reno.window());
    }

    @Test
    void shouldNotUndoAReductionThatNobodyMade() {
        send(20);
        repairInVain(0);
        acknowledge(20);
        final long before = reno.window();
        send(10);
        nowNs += RTT;
        acknowledge(22);
        assertTrue(recovery.onCongestionEcho(2 * MSS, nowNs));
        repairInVain(23); // the window is on its way down already, and goes no further
        acknowledge(30);
        report(23);
        assertTrue(reno.window() < before, "what came back was from an earlier repair: window " + reno.window());
    }

    @Test
    void shouldNotTakeADoubledProbeForReordering() {
        send(2);
        nowNs += RTT;
        acknowledge(2);
        send(4);
        nowNs = recovery.deadlineNs(Long.MAX_VALUE);
        recovery.onTime(nowNs);
        assertTrue(recovery.planSpare());
        recovery.onSentAgain(recovery.plannedStart(), recovery.plannedEnd(), nowNs);
        nowNs += RTT;
        una = 6L * MSS;
        ack.start(una, false, true, nowNs);
        ack.report(5L * MSS, 6L * MSS); // only answers were lost
        recovery.onAcknowledgement(ack);
        send(4);
        nowNs += RTT;
        acknowledge(6, 7, 8);
        assertEquals(nowNs + RTT / 4, recovery.deadlineNs(Long.MAX_VALUE), "a quarter of a round trip, and not two");
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
