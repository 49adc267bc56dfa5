package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.Script;

/** Data both ways: windows, acknowledgements, reassembly, small segments. */
class StreamTest {
    private static Script established(final int window) {
        return new Script(Script.plain()).established(window);
    }

    @Test
    void shouldSendWhatTheWindowAllows() {
        final Script script = established(4000);
        script.send(6000);
        script.expect("A seq=1 ack=1 win=65535 len=1460", "A seq=1461 ack=1 win=65535 len=1460");
        script.inject("A seq=1 ack=1461 win=4000");
        script.expectEvents("acknowledged 1460");
        script.expect("A seq=2921 ack=1 win=65535 len=1460");
        script.inject("A seq=1 ack=4381 win=4000");
        script.expect("A seq=4381 ack=1 win=65535 len=1460", "PA seq=5841 ack=1 win=65535 len=160");
    }

    @Test
    void shouldStartWithTenSegmentsAndGrowBySlowStart() {
        final Script script = established(65_535);
        script.send(60_000);
        assertEquals(10, script.emitted().size());
        assertEquals(14_600, script.connection.congestionWindow());
        script.inject("A seq=1 ack=2921 win=65535");
        assertEquals(17_520, script.connection.congestionWindow());
        assertEquals(4, script.emitted().size());
    }

    @Test
    void shouldAcknowledgeEverySecondFullSegmentAndDelayTheRest() {
        final Script script = established(1000);
        script.inject("A seq=1 ack=1 win=1000 len=1460");
        script.expect();
        script.inject("A seq=1461 ack=1 win=1000 len=1460");
        script.expect("A seq=1 ack=2921 win=62615");
        script.inject("A seq=2921 ack=1 win=1000 len=1460");
        script.expect();
        script.after(39 * MS);
        script.expect();
        script.after(MS);
        script.expect("A seq=1 ack=4381 win=61155");
        script.after(SECOND);
        script.expect();
    }

    @Test
    void shouldAcknowledgeEverySecondFullSegmentAfterThePathHasShrunkToo() {
        final Script script = new Script(Script.plain()).established(65_535);
        script.inject("A seq=1 ack=1 win=65535 len=1460");
        script.expect();
        script.inject("A seq=1461 ack=1 win=65535 len=1460");
        script.expect("A seq=1 ack=2921 win=62615");
        script.inject("A seq=2921 ack=1 win=65535 len=1024");
        script.expect();
        script.inject("A seq=3945 ack=1 win=65535 len=1024");
        script.expect("A seq=1 ack=4969 win=60567");
        script.inject("A seq=4969 ack=1 win=65535 len=1024");
        script.expect();
        script.inject("A seq=5993 ack=1 win=65535 len=1024");
        script.expect("A seq=1 ack=7017 win=58519");
        script.inject("A seq=7017 ack=1 win=65535 len=1460");
        script.expect();
        script.inject("A seq=8477 ack=1 win=65535 len=200");
        script.expect();
        script.inject("A seq=8677 ack=1 win=65535 len=200");
        script.expect();
    }

    @Test
    void shouldAcknowledgeTheFirstSegmentsAtOnce() {
        final Script script = new Script(Script.plain().quickAcks(3)).established(1000);
        for (int i = 0; i < 3; i++) {
            script.inject("A seq=" + (1 + i * 10) + " ack=1 win=1000 len=10");
            assertEquals(1, script.emitted().size());
        }
        script.inject("A seq=31 ack=1 win=1000 len=10");
        script.expect();
    }

    @Test
    void shouldCarryTheAcknowledgementOnData() {
        final Script script = established(1000);
        script.inject("A seq=1 ack=1 win=1000 len=10");
        script.send(5);
        script.expect("PA seq=1 ack=11 win=65525 len=5");
        script.after(SECOND / 10);
        script.expect();
    }

    @Test
    void shouldAcknowledgeOutOfOrderDataAndTheFillingOfAGapAtOnce() {
        final Script script = established(1000);
        script.inject("A seq=101 ack=1 win=1000 len=100");
        script.expect("A seq=1 ack=1 win=65535");
        script.inject("A seq=301 ack=1 win=1000 len=100");
        script.expect("A seq=1 ack=1 win=65535");
        script.inject("A seq=1 ack=1 win=1000 len=100");
        script.expect("A seq=1 ack=201 win=65335");
        script.inject("A seq=201 ack=1 win=1000 len=100");
        script.expect("A seq=1 ack=401 win=65135");
        assertEquals(400, script.consumeAll());
        script.expectEvents("receivable 200", "receivable 400");
    }

    @Test
    void shouldReassembleEveryOrderOfThreeOverlappingSegments() {
        // all segments on a line of 7 slots of 10 octets, three of them, in every order: octets come out right
        for (int first = 0; first < 28; first++) {
            for (int second = 0; second < 28; second++) {
                final Script script = established(1000);
                injectSlots(script, first);
                injectSlots(script, second);
                script.inject("A seq=1 ack=1 win=1000 len=70");
                assertEquals(70, script.connection.receivedPosition());
                assertEquals(70, script.consumeAll());
            }
        }
    }

    private static void injectSlots(final Script script, final int index) {
        int start = 0;
        int rest = index;
        while (rest >= 7 - start) {
            rest -= 7 - start;
            start++;
        }
        script.inject("A seq=" + (1 + start * 10) + " ack=1 win=1000 len=" + (rest + 1) * 10);
    }

    @Test
    void shouldLetTheFirstCopyOfAnOctetWin() {
        final Script script = established(1000);
        script.inject("A seq=11 ack=1 win=1000 len=10");
        script.inject("A seq=6 ack=1 win=1000 len=20 zeros");
        script.inject("A seq=1 ack=1 win=1000 len=5");
        assertEquals(25, script.connection.receivedPosition());
        assertEquals(-1, Octets.firstWrong(script.connection.receiveAddress(10, 10), 10, 10));
        assertEquals(0, Octets.firstWrong(script.connection.receiveAddress(5, 5), 5, 5));
    }

    @Test
    void shouldBoundSeparateRunsOfOutOfOrderData() {
        final Script script = new Script(Script.plain().maxOutOfOrderRanges(4)).established(1000);
        for (int i = 1; i <= 6; i++) {
            script.inject("A seq=" + (1 + i * 20) + " ack=1 win=1000 len=10");
        }
        assertEquals(2, script.count(TcpCounter.DROP_REASSEMBLY));
        script.inject("A seq=1 ack=1 win=1000 len=90");
        assertEquals(90, script.consumeAll());
    }

    @Test
    void shouldNotAnnounceCrumbs() {
        final Script script = established(1000);
        int position = 1;
        for (int length : new int[] {30_000, 30_000, 5_536 - 1}) {
            script.inject("A seq=" + position + " ack=1 win=1000 len=" + length);
            position += length;
        }
        script.expect("A seq=1 ack=65536 win=0");
        int updates = 0;
        while (script.connection.consumedPosition() < script.connection.receivedPosition()) {
            script.connection.consume(script.connection.consumedPosition() + 1);
            for (final String segment : script.emitted()) {
                updates++;
                final int window = Integer.parseInt(segment.replaceAll(".*win=", ""));
                assertTrue(window >= 1460, segment);
            }
        }
        assertTrue(updates >= 2 && updates <= 12, "updates: " + updates);
    }

    @Test
    void shouldAnnounceTheWindowAtOnceWhenItWasClosed() {
        final Script script = new Script(Script.plain().receiveBufferLength(1024).overhangLength(512)).listen1024();
        script.inject("A seq=1 ack=1 win=1000 len=1024");
        script.expect("A seq=1 ack=1025 win=0");
        script.connection.consume(511);
        script.expect();
        script.connection.consume(512);
        script.expect("A seq=1 ack=1025 win=512");
    }

    @Test
    void shouldNeverTakeAnAnnouncedWindowBackWhenRounding() {
        final Script script = new Script(
            Script.plain().windowScale(true).receiveBufferLength(1 << 20)).listen();
        script.inject("S seq=0 win=1000 mss=1460 ws=0");
        script.emitted();
        script.inject("A seq=1 ack=1 win=1000");
        long edge = 65_536;
        int position = 1;
        for (int i = 1; i < 60; i++) {
            script.inject("A seq=" + position + " ack=1 win=1000 len=" + i);
            position += i;
            script.after(40 * MS);
            final List<String> announced = script.emitted();
            assertEquals(1, announced.size(), announced::toString);
            for (final String segment : announced) {
                final long right = position + 32L * Integer.parseInt(segment.replaceAll(".*win=", ""));
                assertTrue(right > edge - 32, segment + " after edge " + edge);
                assertTrue(right <= (1 << 20) + 1, segment);
                edge = Math.max(edge, right);
            }
        }
    }

    @Test
    void shouldProbeAClosedWindowWithBackoffForAsLongAsProbesAreAnswered() {
        final Script script = established(1000);
        script.send(1500);
        script.expect("A seq=1 ack=1 win=65535 len=1000");
        script.inject("A seq=1 ack=1001 win=0");
        script.expect();
        long wait = script.connection.retransmissionTimeoutNs();
        for (int i = 0; i < 30; i++) {
            script.after(wait - 1);
            script.expect();
            script.after(1);
            script.expect("A seq=1000 ack=1 win=65535");
            script.inject("A seq=1 ack=1001 win=0");
            wait = Math.min(60 * SECOND, wait * 2);
        }
        assertEquals(30, script.count(TcpCounter.WINDOW_PROBES));
        script.inject("A seq=1 ack=1001 win=1000");
        script.expect("PA seq=1001 ack=1 win=65535 len=500");
    }

    @Test
    void shouldGiveUpOnAClosedWindowWhenProbesAreNotAnswered() {
        final Script script = established(1000);
        script.send(1500);
        script.emitted();
        script.inject("A seq=1 ack=1001 win=0");
        int probes = 0;
        while (!script.connection.isClosed()) {
            script.toDeadline();
            probes += script.emitted().size();
        }
        assertEquals(15, probes);
        assertEquals("closed TIMEOUT", script.events.getLast());
    }

    @Test
    void shouldUseASmallWindowAfterAWhile() {
        final Script script = established(10_000);
        script.send(12_000);
        assertEquals(6, script.emitted().size());
        script.inject("A seq=1 ack=8761 win=100");
        script.expect();
        script.toDeadline();
        script.expect("A seq=8761 ack=1 win=65535 len=100");
    }

    @Test
    void shouldUseASmallWindowEvenIfThePeerRepeatsItAllTheTime() {
        final Script script = established(10_000);
        script.send(12_000);
        script.emitted();
        script.inject("A seq=1 ack=8761 win=100");
        boolean used = false;
        for (int i = 0; i < 100 && !used; i++) {
            script.after(10 * MS);
            script.inject("A seq=" + (1 + i) + " ack=8761 win=100 len=1");
            used = script.emitted().contains("A seq=8761 ack=" + (2 + i) + " win=" + (65_534 - i) + " len=100");
        }
        assertTrue(used);
    }

    @Test
    void shouldSendAFinBehindAClosedWindow() {
        final Script script = established(1000);
        script.send(1000);
        script.emitted();
        script.inject("A seq=1 ack=1001 win=0");
        script.connection.closeSend();
        script.expect("FA seq=1001 ack=1 win=65535");
        script.inject("A seq=1 ack=1002 win=0");
        assertEquals(TcpState.FIN_WAIT_2, script.connection.state());
    }

    @Test
    void shouldSendSmallSegmentsAtOnceByDefault() {
        final Script script = established(10_000);
        script.send(10);
        script.expect("PA seq=1 ack=1 win=65535 len=10");
        script.send(10);
        script.expect("PA seq=11 ack=1 win=65535 len=10");
    }

    @Test
    void shouldHoldASmallSegmentBehindASmallOneWithNagle() {
        final Script script = new Script(Script.plain().nagle(true)).established(10_000);
        script.send(1461);
        script.expect("A seq=1 ack=1 win=65535 len=1460", "PA seq=1461 ack=1 win=65535 len=1");
        script.send(10);
        script.expect();
        script.send(1450);
        script.expect("PA seq=1462 ack=1 win=65535 len=1460");
        script.send(10);
        script.expect();
        script.inject("A seq=1 ack=1462 win=10000");
        script.expect("PA seq=2922 ack=1 win=65535 len=10");
        script.send(20);
        script.expect();
        script.connection.noDelay(true);
        script.expect("PA seq=2932 ack=1 win=65535 len=20");
    }

    @Test
    void shouldSendClaimsInOrderOnceCommitted() {
        final Script script = established(65_535);
        final long first = script.connection.claimSend(100);
        final long second = script.connection.claimSend(50);
        assertEquals(List.of(0L, 100L), List.of(first, second));
        Octets.fill(script.connection.sendAddress(second), second, 50);
        script.expect();
        Octets.fill(script.connection.sendAddress(first), first, 100);
        script.connection.commitSend(100);
        script.expect("PA seq=1 ack=1 win=65535 len=100");
        script.connection.commitSend(50);
        script.expect("PA seq=101 ack=1 win=65535 len=50");
        assertEquals(-1, script.connection.claimSend(script.connection.overhangLength() + 1));
    }

    @Test
    void shouldTakeTurnsWithinALane() {
        final Script script = new Script(Script.plain()).established(65_535);
        final TcpConnection first = script.connection;
        script.remotePort = 9001;
        script.newPeer(0x1000);
        script.inject("S seq=0 mss=1460");
        script.emitted();
        script.inject("A seq=1 ack=1");
        final Octets octets = new Octets(5000);
        assertEquals(5000, first.send(octets.address(), 5000));
        assertEquals(5000, script.connection.send(octets.address(), 5000));
        long left = first.sendSpace();
        for (int i = 0; i < 6; i++) {
            assertTrue(script.engine.emit(0, script.sink, script.nowNs) > 0);
            left = Math.abs(first.bytesInFlight() - script.connection.bytesInFlight());
            assertTrue(left <= 1460, "neither is more than a segment ahead");
        }
    }

    /** What the owner has not made sure of is received and counts as room taken, but the peer hears of it only afterwards. */
    @Test
    void shouldKeepBackTheAcknowledgementThatTheOwnerWithholds() {
        final Script script = new Script(Script.plain().quickAcks(8)).established(65_535);
        script.connection.acknowledgeUpTo(999);
        script.inject("PA seq=1 ack=1 win=65535 len=500");
        assertEquals("A seq=1 ack=501", acknowledged(script));
        script.inject("PA seq=501 ack=1 win=65535 len=500");
        assertEquals("A seq=1 ack=1000", acknowledged(script), "all of it but an octet");
        assertEquals(1000, script.connection.receivedPosition());
        script.inject("PA seq=1001 ack=1 win=65535 len=500");
        assertEquals("A seq=1 ack=1000", acknowledged(script), "nor what lies behind");
        script.connection.acknowledgeUpTo(1_499);
        assertEquals("A seq=1 ack=1500", acknowledged(script), "at once, as less has left already");
        script.connection.acknowledgeUpTo(Long.MAX_VALUE);
        assertEquals("A seq=1 ack=1501", acknowledged(script));
        script.connection.acknowledgeUpTo(5_000);
        script.inject("PA seq=1501 ack=1 win=65535 len=10");
        script.emitted();
        script.connection.acknowledgeUpTo(6_000);
        assertEquals(List.of(), script.emitted(), "nothing was kept back");
    }

    /** The one acknowledgement that has left, without its window. */
    private static String acknowledged(final Script script) {
        final List<String> segments = script.emitted();
        assertEquals(1, segments.size());
        return segments.getFirst().replaceFirst(" win=.*", "");
    }
}
