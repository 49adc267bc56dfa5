package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.tcp.support.Script.MS;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Script;

/** Loss: the retransmission timer (RFC 6298), fast retransmit and recovery (RFC 5681, 6582, 3042). */
class RecoveryTest {
    private static final int MSS = 1460;

    private static Script established() {
        return new Script(Script.plain()).established(65_535);
    }

    private static String segment(final int index) {
        return "A seq=" + (1 + index * MSS) + " ack=1 win=65535 len=" + MSS;
    }

    private static String ack(final int segments) {
        return "A seq=1 ack=" + (1 + segments * MSS) + " win=65535";
    }

    @Test
    void shouldBackOffAndGiveUp() {
        final Script script = new Script(Script.plain().dataRetries(8)).established(65_535);
        script.send(10);
        script.emitted();
        final List<Long> waits = new ArrayList<>();
        long from = script.nowNs;
        while (!script.connection.isClosed()) {
            script.toDeadline();
            if (!script.emitted().isEmpty()) {
                waits.add((script.nowNs - from) / MS);
                from = script.nowNs;
            }
        }
        assertEquals(List.of(200L, 400L, 800L, 1600L, 3200L, 6400L, 12_800L, 25_600L), waits);
        assertEquals("closed TIMEOUT", script.events.getLast());
        assertEquals(1, script.count(TcpCounter.CONNECTION_TIMEOUTS));
    }

    @Test
    void shouldRestartTheTimerOnEveryAdvanceAndStopItAtTheEnd() {
        final Script script = established();
        script.send(2 * MSS);
        script.emitted();
        script.after(150 * MS);
        script.inject(ack(1));
        script.after(199 * MS);
        script.expect();
        script.inject(ack(2));
        script.after(10 * SECOND);
        script.expect();
        assertEquals(0, script.connection.retransmissions());
    }

    @Test
    void shouldSampleRoundTripsOfWhatWasSentOnceOnly() {
        final Script script = established();
        final long handshake = script.connection.smoothedRttNs();
        script.send(10);
        script.emitted();
        script.after(300 * MS);
        assertEquals(1, script.emitted().size(), "retransmission");
        script.after(50 * MS);
        script.inject("A seq=1 ack=11 win=65535");
        assertEquals(handshake, script.connection.smoothedRttNs(), "Karn");
        script.send(10);
        script.emitted();
        script.after(80 * MS);
        script.inject("A seq=1 ack=21 win=65535");
        assertEquals(handshake + (80 * MS - handshake) / 8, script.connection.smoothedRttNs());
    }

    @Test
    void shouldNotSampleASegmentThatWasRetransmittedFast() {
        final Script script = established();
        final long handshake = script.connection.smoothedRttNs();
        script.send(4 * MSS);
        script.emitted();
        for (int i = 0; i < 3; i++) {
            script.inject(ack(0));
        }
        script.expect(segment(0));
        script.after(90 * MS);
        script.inject(ack(1));
        assertEquals(handshake, script.connection.smoothedRttNs());
    }

    @Test
    void shouldGoBackAndSlowStartAfterATimeout() {
        final Script script = established();
        script.send(8 * MSS);
        assertEquals(8, script.emitted().size());
        script.after(200 * MS);
        script.expect(segment(0));
        assertEquals(MSS, script.connection.congestionWindow());
        assertEquals(4 * MSS, script.connection.slowStartThreshold());
        script.inject(ack(1));
        script.expect(segment(1), segment(2));
        script.inject(ack(6));
        assertEquals(3 * MSS, script.connection.congestionWindow(), "one segment per acknowledgement after a timeout");
        script.expect(segment(6), "PA seq=" + (1 + 7 * MSS) + " ack=1 win=65535 len=1460");
    }

    @Test
    void shouldRetransmitFastOnTheThirdDuplicate() {
        final Script script = established();
        script.send(20 * MSS);
        assertEquals(10, script.emitted().size());
        script.inject(ack(0));
        script.expect(segment(10));
        script.inject(ack(0));
        script.expect(segment(11));
        script.inject(ack(0));
        script.expect(segment(0));
        assertEquals(1, script.count(TcpCounter.FAST_RETRANSMITS));
        assertEquals(5 * MSS, script.connection.slowStartThreshold(), "limited transmit does not count (RFC 5681 section 3.2)");
        assertEquals(8 * MSS, script.connection.congestionWindow());
        for (int i = 4; i <= 7; i++) {
            script.inject(ack(0));
            script.expect();
        }
        script.inject(ack(0));
        script.expect(segment(12));
        script.inject(ack(12));
        assertEquals(2 * MSS, script.connection.congestionWindow(), "min(ssthresh, flight + SMSS)");
        script.expect(segment(13));
    }

    @Test
    void shouldRepairSeveralLossesOnPartialAcknowledgements() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        for (int i = 0; i < 3; i++) {
            script.inject(ack(0));
        }
        script.expect(segment(0));
        script.inject(ack(4));
        script.expect(segment(4));
        script.inject(ack(7));
        script.expect(segment(7));
        script.inject(ack(10));
        script.expect();
        assertEquals(1, script.count(TcpCounter.FAST_RETRANSMITS));
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldNotTakeWindowUpdatesOrDataForDuplicates() {
        final Script script = established();
        script.send(10 * MSS);
        script.emitted();
        for (int i = 0; i < 10; i++) {
            script.inject("A seq=" + (1 + 5 * i) + " ack=1 win=65535 len=5");
            script.inject("A seq=" + (6 + 5 * i) + " ack=1 win=" + (60_000 + i));
        }
        assertEquals(0, script.count(TcpCounter.FAST_RETRANSMITS));
    }

    @Test
    void shouldNotStartAnotherFastRetransmitForDuplicatesOfTheLastFlight() {
        final Script script = established();
        script.send(8 * MSS);
        script.emitted();
        script.after(200 * MS);
        script.expect(segment(0));
        for (int i = 0; i < 5; i++) {
            script.inject(ack(0));
        }
        assertEquals(0, script.count(TcpCounter.FAST_RETRANSMITS), "RFC 6582 section 4: not until the recovery point is passed");
    }

    @Test
    void shouldRestartFromTheInitialWindowAfterBeingIdle() {
        final Script script = established();
        script.send(40 * MSS);
        int acknowledged = 0;
        while (acknowledged < 40) {
            script.emitted();
            acknowledged += 2;
            script.inject(ack(acknowledged));
        }
        final long grown = script.connection.congestionWindow();
        assertEquals(true, grown > 10 * MSS);
        script.after(SECOND);
        script.send(40 * MSS);
        assertEquals(10, script.emitted().size());
    }

    @Test
    void shouldProbeWhenThePeerTakesItsWindowBack() {
        final Script script = established();
        script.send(2 * MSS);
        script.emitted();
        script.inject("A seq=1 ack=1 win=0");
        script.after(200 * MS);
        script.expect();
        script.after(200 * MS);
        script.expect("A seq=0 ack=1 win=65535");
        script.inject("A seq=1 ack=1 win=65535");
        script.expect(segment(0), "PA seq=1461 ack=1 win=65535 len=1460");
        assertEquals(TcpState.ESTABLISHED, script.connection.state());
    }

    @Test
    void shouldEndByTheUserTimeout() {
        final Script script = established();
        script.connection.userTimeout(700 * MS);
        script.send(10);
        script.emitted();
        script.after(699 * MS);
        assertEquals(TcpState.ESTABLISHED, script.connection.state());
        script.after(MS);
        script.expectEvents("closed TIMEOUT");
    }

    @Test
    void shouldEndAConnectAttemptByTheUserTimeout() {
        final Script script = new Script(Script.plain().userTimeoutNs(2500 * MS)).connect();
        script.emitted();
        script.after(2499 * MS);
        script.expectEvents();
        script.after(MS);
        script.expectEvents("closed TIMEOUT");
    }

    @Test
    void shouldProbeASilentPeerAndGiveUpOnlyAfterSeveralProbes() {
        final Script script = new Script(
            Script.plain().keepaliveIdleNs(10 * SECOND).keepaliveIntervalNs(2 * SECOND).keepaliveProbes(3)).established(1000);
        script.after(10 * SECOND);
        script.expect("A seq=0 ack=1 win=65535");
        script.inject("A seq=1 ack=1 win=1000");
        script.after(10 * SECOND - 1);
        script.expect();
        script.after(1);
        for (int i = 0; i < 3; i++) {
            script.expect("A seq=0 ack=1 win=65535");
            script.after(2 * SECOND);
        }
        script.expectEvents("closed TIMEOUT");
        assertEquals(4, script.count(TcpCounter.KEEPALIVE_PROBES));
    }
}
