package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

class OpeningTest {
    @Test
    void shouldOpenActively() {
        final Script script = new Script(Script.plain()).connect();
        script.expect("S seq=0 win=65535 mss=1460");
        script.inject("SA seq=0 ack=1 win=1000 mss=1400");
        script.expect("A seq=1 ack=1 win=65535");
        script.expectEvents("connected");
        assertEquals(TcpState.ESTABLISHED, script.connection.state());
        assertEquals(1400, script.connection.maxSegmentSize());
        assertEquals(1000, script.connection.sendWindow());
    }

    @Test
    void shouldOpenPassively() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0 win=1000 mss=1400");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.expectEvents();
        assertEquals(1, script.listener.halfOpen());
        script.inject("A seq=1 ack=1 win=1000");
        script.expect();
        script.expectEvents("accepted", "connected");
        assertEquals(0, script.listener.halfOpen());
    }

    @Test
    void shouldNegotiateTimestampsAndWindowScale() {
        final Script script = new Script(
            Script.plain().timestamps(true).windowScale(true).receiveBufferLength(1 << 20)).connect();
        script.expect("S seq=0 win=65535 mss=1460 ws=5 ts=0/0");
        script.after(20 * MS);
        script.inject("SA seq=0 ack=1 win=1000 mss=1460 ws=7 ts=500/0");
        script.expect("A seq=1 ack=1 win=4096 ts=20/500"); // 128 KiB at first, by auto-tuning
        assertEquals(1000, script.connection.sendWindow(), "the window of a SYN-ACK is not scaled");
        script.inject("A seq=1 ack=1 win=1000 ts=501/20");
        assertEquals(128_000, script.connection.sendWindow());
        assertEquals(1448, script.connection.maxSegmentSize());
    }

    @Test
    void shouldLeaveOutOptionsThatThePeerDidNotSend() {
        final Script script = new Script(Script.plain().timestamps(true).windowScale(true)).listen();
        script.inject("S seq=0 win=1000 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.inject("A seq=1 ack=1 win=1000");
        assertEquals(1000, script.connection.sendWindow());
        assertEquals(1460, script.connection.maxSegmentSize());
    }

    @Test
    void shouldClampAWindowScaleAboveFourteen() {
        final Script script = new Script(Script.plain().windowScale(true)).connect();
        script.expect("S seq=0 win=65535 mss=1460 ws=1");
        script.inject("SA seq=0 ack=1 win=1 ws=15");
        script.inject("A seq=1 ack=1 win=1");
        assertEquals(1 << 14, script.connection.sendWindow());
    }

    @ParameterizedTest
    @CsvSource({"0,88", "1,88", "64,88", "536,536", "1460,1460", "65535,1460", "-1,536"})
    void shouldKeepTheSegmentSizeSane(final int offered, final int used) {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("SA seq=0 ack=1" + (offered < 0 ? "" : " mss=" + offered));
        assertEquals(used, script.connection.maxSegmentSize());
    }

    @ParameterizedTest
    @CsvSource({"576,536", "1500,1460", "9000,8960", "65535,65495"})
    void shouldAnnounceTheSegmentSizeOfTheMtu(final int mtu, final int mss) {
        final Script script = new Script(Script.plain(), mtu).connect();
        script.expect("S seq=0 win=65535 mss=" + mss);
    }

    @Test
    void shouldEndCrossingSynsInOneConnectionEachSide() {
        final Script script = new Script(Script.plain()).connect();
        script.expect("S seq=0 win=65535 mss=1460");
        script.inject("S seq=0 win=65535 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        assertEquals(TcpState.SYN_RECEIVED, script.connection.state());
        script.inject("SA seq=0 ack=1 win=65535 mss=1460");
        script.expect();
        script.expectEvents("connected");
        assertEquals(TcpState.ESTABLISHED, script.connection.state());
    }

    @Test
    void shouldRepeatTheSynAckForARepeatedSyn() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.inject("S seq=0");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        assertEquals(1, script.listener.halfOpen());
        script.after(300 * MS);
        script.inject("A seq=1 ack=1");
        assertEquals(0, script.connection.smoothedRttNs(), "Karn: whichever SYN-ACK was answered");
    }

    @Test
    void shouldRetransmitTheSynWithBackoffAndGiveUp() {
        final Script script = new Script(Script.plain()).connect();
        final List<Long> waits = new ArrayList<>();
        script.expect("S seq=0 win=65535 mss=1460");
        for (int i = 0; i < 6; i++) {
            waits.add(waitForSegment(script, "S seq=0 win=65535 mss=1460"));
        }
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L), waits.stream().map(ns -> ns / SECOND).toList());
        while (!script.connection.isClosed()) {
            script.toDeadline();
        }
        script.expect();
        script.expectEvents("unresponsive", "closed TIMEOUT");
        script.connection.release();
        assertEquals(0, script.engine.connectionsInUse());
        assertEquals(Long.MAX_VALUE, script.engine.nextDeadlineNs());
    }

    private static long waitForSegment(final Script script, final String segment) {
        final long from = script.nowNs;
        List<String> segments = List.of();
        while (segments.isEmpty()) {
            script.toDeadline();
            segments = script.emitted();
        }
        assertEquals(List.of(segment), segments);
        return script.nowNs - from;
    }

    @Test
    void shouldForgetAHalfOpenConnectionWhenTheSynAckIsNeverAcknowledged() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0");
        int synAcks = script.emitted().size();
        while (script.listener.halfOpen() > 0) {
            script.toDeadline();
            synAcks += script.emitted().size();
        }
        assertEquals(6, synAcks, "one and five more");
        assertEquals(0, script.listener.halfOpen());
        script.expectEvents();
    }

    @Test
    void shouldStartSlowlyWithAThreeSecondTimeoutWhenTheSynWasLost() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.after(SECOND);
        script.expect("S seq=0 win=65535 mss=1460");
        script.inject("SA seq=0 ack=1 mss=1460");
        assertEquals(1460, script.connection.congestionWindow());
        assertEquals(3 * SECOND, script.connection.retransmissionTimeoutNs());
    }

    @Test
    void shouldReportRefusal() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("RA seq=0 ack=1");
        script.expectEvents("closed REFUSED");
        script.expect();
        assertEquals(1, script.count(TcpCounter.RESETS_IN));
    }

    @Test
    void shouldNotBelieveAResetThatDoesNotAcknowledgeTheSyn() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("R seq=0");
        script.inject("RA seq=0 ack=0");
        script.inject("RA seq=0 ack=2");
        script.expect();
        script.expectEvents();
        assertEquals(TcpState.SYN_SENT, script.connection.state());
    }

    @Test
    void shouldResetAHalfOpenPeerAndTryAgain() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("A seq=300 ack=100");
        script.expect("R seq=100 win=0");
        assertEquals(TcpState.SYN_SENT, script.connection.state());
        script.after(SECOND);
        script.expect("S seq=0 win=65535 mss=1460");
    }

    @Test
    void shouldAnswerAClosedPortWithAReset() {
        final Script script = new Script(Script.plain());
        script.inject("S seq=0 port=81");
        assertEquals(List.of("RA seq=0 ack=1 win=0 ports=81/9000"), script.emitted());
        script.inject("A seq=5 ack=77 port=81");
        assertEquals(List.of("R seq=77 win=0 ports=81/9000"), script.emitted());
        script.inject("F seq=5 len=10 port=81");
        assertEquals(List.of("RA seq=0 ack=16 win=0 ports=81/9000"), script.emitted());
        script.inject("R seq=5 port=81");
        script.inject("RA seq=5 ack=9 port=81");
        script.expect();
    }

    @Test
    void shouldTellOfSegmentsOfConnectionsThatItDoesNotHave() {
        final Script script = new Script(Script.plain().resetsPerSecond(4).controlQueueLength(64)).listen();
        final List<String> told = new ArrayList<>();
        script.engine.strays((high, low, remote, local) -> told.add((low == Script.REMOTE_LOW) + " " + remote + " " + local));
        script.inject("S seq=0 port=81");
        script.inject("SA seq=0 ack=9 port=81");
        script.inject("F seq=5 port=81");
        script.inject("RA seq=5 ack=77 port=81");
        script.inject("A seq=5 ack=77"); // to the port that is listened on
        assertEquals(List.of(), told);
        script.after(SECOND);
        for (int i = 0; i < 9; i++) {
            script.inject("A seq=5 ack=77 len=10 port=81");
        }
        final long resets = script.emitted().stream().filter(line -> line.equals("R seq=77 win=0 ports=81/9000")).count();
        assertEquals(resets, told.size(), "none beyond the budget");
        assertEquals(Set.of("true 9000 81"), Set.copyOf(told));
    }

    @Test
    void shouldAnswerAnAcknowledgementToAListenerWithAReset() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("A seq=5 ack=77");
        script.expect("R seq=77 win=0");
        script.inject("F seq=5");
        script.inject("R seq=5");
        script.expect();
        assertEquals(3, script.count(TcpCounter.DROP_LISTENER));
    }

    @Test
    void shouldLimitResetsToStrangers() {
        final Script script = new Script(Script.plain().resetsPerSecond(10).controlQueueLength(64));
        long sent = 0;
        for (int second = 0; second < 20; second++) {
            for (int i = 0; i < 50; i++) {
                script.inject("A seq=5 ack=77 port=81");
            }
            final int resets = script.emitted().size();
            assertTrue(resets >= 5 && resets <= 10, "resets in a second: " + resets);
            sent += resets;
            script.after(SECOND);
        }
        assertEquals(20 * 50 - sent, script.count(TcpCounter.DROP_RESET_LIMIT));
    }

    @Test
    void shouldLimitResetsOfWrongHandshakesToo() {
        final Script script = new Script(Script.plain().resetsPerDestination(10).controlQueueLength(64)).connect();
        script.emitted();
        for (int i = 0; i < 50; i++) {
            script.inject("A seq=5 ack=77");
        }
        final int resets = script.emitted().size();
        assertTrue(resets >= 5 && resets <= 10, "resets: " + resets);
        assertEquals(TcpState.SYN_SENT, script.connection.state());
    }

    @Test
    void shouldResetAConnectionThatTheAcceptorRefuses() {
        final Script script = new Script(Script.plain());
        script.engine.listen(Script.LOCAL_PORT, c -> null);
        script.inject("S seq=0");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.inject("A seq=1 ack=1");
        script.expect("RA seq=1 ack=1 win=0");
        assertEquals(0, script.engine.connectionsInUse());
    }

    @Test
    void shouldBoundHalfOpenConnectionsByTheBacklog() {
        final Script script = new Script(Script.plain()).listen();
        for (int i = 0; i < 6; i++) {
            script.remotePort = 9000 + i;
            script.inject("S seq=0");
        }
        assertEquals(4, script.listener.halfOpen());
        assertEquals(2, script.count(TcpCounter.SYN_COOKIES_SENT));
        assertEquals(0, script.engine.connectionsInUse());
        script.listener.close();
        assertEquals(0, script.listener.halfOpen());
        script.inject("S seq=0");
        assertEquals(1, script.count(TcpCounter.DROP_NO_CONNECTION));
    }

    @Test
    void shouldRefuseToOpenWhenConnectionsRunOut() {
        final Script script = new Script(Script.plain());
        for (int i = 0; i < 8; i++) {
            assertNotNull(script.engine.connect(0, Script.REMOTE_LOW, 80, 0, 0, script.handler, script.nowNs));
        }
        assertNull(script.engine.connect(0, Script.REMOTE_LOW, 80, 0, 0, script.handler, script.nowNs));
        assertEquals(1, script.count(TcpCounter.DROP_NO_CONNECTIONS_LEFT));
    }

    @Test
    void shouldRefuseAFourTupleInUse() {
        final Script script = new Script(Script.plain()).connect();
        assertNull(script.engine.connect(
            0, Script.REMOTE_LOW, Script.REMOTE_PORT, Script.LOCAL_PORT, 0, 0, script.handler, script.nowNs));
        assertEquals(1, script.count(TcpCounter.DROP_NO_PORT));
    }

    @Test
    void shouldNotKeepDataOfASynInAListenersRecord() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0 len=10");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.inject("A seq=1 ack=1 len=10");
        script.expectEvents("accepted", "connected", "receivable 10");
        assertEquals(10, script.connection.receivedPosition());
    }

    @Test
    void shouldResetAWrongAcknowledgementOfTheSynAck() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0");
        script.emitted();
        script.inject("A seq=1 ack=5");
        script.expect("R seq=5 win=0");
        assertEquals(1, script.listener.halfOpen());
    }

    @Test
    void shouldDropMalformedSegments() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("S seq=0 raw=0201");
        script.inject("S seq=0 raw=020300");
        script.inject("S seq=0 raw=01010105");
        script.inject("S seq=0 raw=0101fe00");
        assertEquals(4, script.count(TcpCounter.DROP_MALFORMED));
        script.inject("S seq=0 raw=fe040000 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
    }

    @Test
    void shouldDropASegmentWithAnyBitFlipped() {
        final Script script = new Script(Script.plain());
        final Octets octets = new Octets(64);
        for (int bit = 0; bit < 23 * 8; bit++) {
            Octets.fill(octets.address(), 5, 23);
            NetworkOrder.putByte(octets.address() + 12, 0x50);
            script.deliver(octets.address(), 23);
            final long at = octets.address() + bit / 8;
            NetworkOrder.putByte(at, NetworkOrder.getByte(at) ^ 1 << bit % 8);
            script.deliverAsIs(octets.address(), 23);
        }
        final long refused = script.count(TcpCounter.DROP_CHECKSUM) + script.count(TcpCounter.DROP_MALFORMED);
        assertEquals(23 * 8, refused);
    }

    @Test
    void shouldEndAnAttemptByAnIcmpErrorThatQuotesIt() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        final Octets quoted = new Octets(8);
        quote(quoted, script.localIss() + 1);
        script.engine.onIcmpError(IcmpErrorKind.PORT_UNREACHABLE, 0, 0, script.route.remoteLow(), 0, script.route.localLow(),
            quoted.address(), 8, script.nowNs);
        script.expectEvents();
        quote(quoted, script.localIss());
        script.engine.onIcmpError(IcmpErrorKind.HOST_UNREACHABLE, 0, 0, script.route.remoteLow(), 0, script.route.localLow(),
            quoted.address(), 8, script.nowNs);
        script.expectEvents();
        script.engine.onIcmpError(IcmpErrorKind.PORT_UNREACHABLE, 0, 0, script.route.remoteLow(), 0, script.route.localLow(),
            quoted.address(), 8, script.nowNs);
        script.expectEvents("closed UNREACHABLE");
        assertEquals(1, script.count(TcpCounter.DROP_ICMP));
    }

    @Test
    void shouldReportTheIcmpErrorHeardLastWhenTimeRunsOut() {
        final Script script = new Script(Script.plain().userTimeoutNs(2 * SECOND)).connect();
        script.emitted();
        final Octets quoted = new Octets(8);
        quote(quoted, script.localIss());
        script.engine.onIcmpError(IcmpErrorKind.HOST_UNREACHABLE, 0, 0, script.route.remoteLow(), 0, script.route.localLow(),
            quoted.address(), 8, script.nowNs);
        script.after(2 * SECOND);
        script.expectEvents("closed UNREACHABLE");
    }

    private static void quote(final Octets octets, final int sequence) {
        NetworkOrder.putShort(octets.address(), Script.LOCAL_PORT);
        NetworkOrder.putShort(octets.address() + 2, Script.REMOTE_PORT);
        NetworkOrder.putInt(octets.address() + 4, sequence);
    }

    @Test
    void shouldWaitForTheNextHop() {
        final Script script = new Script(Script.plain());
        script.route.resolved(false);
        script.connect();
        script.expect();
        assertTrue(script.engine.nextDeadlineNs() <= script.nowNs + MS);
        script.after(MS);
        script.expect();
        script.route.resolved(true);
        script.after(MS);
        script.expect("S seq=0 win=65535 mss=1460");
    }

    @Test
    void shouldKeepASegmentWhenTheLinkHasNoFrame() {
        final Script script = new Script(Script.plain()).established(65_535);
        script.send(1460 * 3);
        while (script.sink.claim(10) != 0) {
            script.sink.commit(10, 0);
        }
        assertEquals(0, script.engine.emit(0, script.sink, script.nowNs));
        while (!script.sink.isEmpty()) {
            script.sink.removeHead();
        }
        script.expect("A seq=1 ack=1 win=65535 len=1460", "A seq=1461 ack=1 win=65535 len=1460",
            "PA seq=2921 ack=1 win=65535 len=1460");
    }

    @Test
    void shouldLeaveTheChecksumToTheDeviceWhenItMay() {
        final Script script = new Script(Script.plain().transmitChecksum(true)).established(65_535);
        script.send(101);
        script.pump();
        assertEquals(FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM, script.sink.lastFlags());
        final long address = script.sink.headAddress() + PlainRoute.OVERHEAD;
        final int length = script.sink.headLength() - PlainRoute.OVERHEAD;
        final long pseudo = script.route.pseudoHeaderSum(TcpHeaderFlyweight.PROTOCOL, length);
        assertEquals((pseudo & 0xffff) + (pseudo >>> 16), TcpHeaderFlyweight.checksum(address), "sum of the pseudo-header");
        // what the device does: sums header and payload with that field in place
        final int computed = InternetChecksum.fold(InternetChecksum.partialSum(address, length));
        TcpHeaderFlyweight.checksum(address, computed);
        assertEquals(0, InternetChecksum.fold(InternetChecksum.partialSum(pseudo, address, length)));
        script.sink.removeHead();
    }

    @Test
    void shouldServeLanesByTheirConnections() {
        final Script script = new Script(Script.plain()).connect();
        script.connection.lane(5);
        assertEquals(0, script.engine.nextFrameLength(0));
        assertTrue(script.engine.nextFrameLength(5) > 0);
        script.connection.dscp(46);
        script.expect("S seq=0 win=65535 mss=1460");
        assertEquals(46 << 2, script.route.lastTrafficClass());
        assertThrows(IndexOutOfBoundsException.class, () -> script.connection.lane(16));
    }

    @Test
    void shouldSayWhatIsWrongWithAnArgument() {
        final Script script = new Script(Script.plain()).listen();
        assertThrows(IllegalStateException.class, () -> script.engine.listen(Script.LOCAL_PORT, c -> null));
        assertThrows(IllegalArgumentException.class, () -> script.engine.listen(0, c -> null));
        assertThrows(IllegalArgumentException.class, () -> script.engine.connect(0, 1, 70_000, 0, 0, script.handler, 0));
        assertThrows(IllegalArgumentException.class, () -> script.engine.connect(0, 1, 7, 16, 0, script.handler, 0));
        assertThrows(IllegalArgumentException.class, () -> script.engine.connect(0, 1, 7, 0, 64, script.handler, 0));
        script.connect();
        assertThrows(IllegalStateException.class, script.connection::release);
    }

    @Test
    void shouldDeliverDataOfACrossingSynOnlyWhenEstablished() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("S seq=0 win=1000 mss=1460 len=10");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.expectEvents();
        script.inject("SA seq=0 ack=1 win=1000 mss=1460 len=10");
        script.expectEvents("connected", "receivable 10");
        assertEquals(10, script.connection.receivedPosition());
    }

    @Test
    void shouldKeepDataOfACrossingSynThatDoesNotComeAgain() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("S seq=0 win=1000 mss=1460 len=10");
        script.emitted();
        script.inject("SA seq=0 ack=1 win=1000 mss=1460");
        script.expectEvents("connected", "receivable 10");
        assertEquals(10, script.connection.receivedPosition());
    }

    @Test
    void shouldTakeDataAndFinOfASynAck() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("SFA seq=0 ack=1 win=1000 mss=1460 len=10");
        script.expectEvents("connected", "receivable 10", "peerClosed");
        script.expect("A seq=1 ack=12 win=65524");
        assertEquals(TcpState.CLOSE_WAIT, script.connection.state());
    }

    @Test
    void shouldNotSampleAHandshakeThatWasRepeated() {
        final Script script = new Script(Script.plain()).connect();
        script.emitted();
        script.inject("S seq=0 win=1000 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        final long deadline = script.engine.nextDeadlineNs();
        script.after(300 * MS);
        script.inject("S seq=0 win=1000 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        assertEquals(deadline, script.engine.nextDeadlineNs(), "the timer runs on");
        script.after(100 * MS);
        script.inject("A seq=1 ack=1 win=1000");
        assertEquals(0, script.connection.smoothedRttNs(), "Karn: whichever SYN-ACK was answered");
        assertEquals(SECOND, script.connection.retransmissionTimeoutNs());
    }

    @Test
    void shouldNotShortenALongInitialTimeoutWhenTheSynWasLost() {
        final Script script = new Script(Script.plain().initialRtoNs(5 * SECOND)).connect();
        script.emitted();
        script.after(5 * SECOND);
        script.emitted();
        script.inject("SA seq=0 ack=1 mss=1460");
        assertEquals(5 * SECOND, script.connection.retransmissionTimeoutNs());
    }

    @Test
    void shouldIgnoreASynThatCarriesAFin() {
        final Script script = new Script(Script.plain()).listen();
        script.inject("SF seq=0 mss=1460");
        script.expect();
        assertEquals(0, script.listener.halfOpen());
        assertEquals(1, script.count(TcpCounter.DROP_LISTENER));
    }
}
