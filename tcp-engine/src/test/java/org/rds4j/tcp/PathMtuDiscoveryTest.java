package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.LOCAL_PORT;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.network.IcmpErrorKind;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.Peer;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.support.Wire;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** What connections do about the path's MTU: RFC 1191, RFC 4821, RFC 5927. */
class PathMtuDiscoveryTest {
    private final Octets quote = new Octets(20);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSendWhatARouterDroppedAgainInSmallerSegmentsWithoutReducingItsWindow(final boolean sack) {
        final Script script = new Script(Script.plain().sack(sack));
        establish(script, sack);
        script.send(14_600);
        assertEquals(10, script.emitted().size());
        final long window = script.connection.congestionWindow();
        final long threshold = script.connection.slowStartThreshold();
        tooBig(script, 1, 1400);
        assertEquals(1360, script.connection.maxSegmentSize());
        final List<String> again = script.emitted();
        assertEquals("A seq=1 ack=1 win=65535 len=1360", again.getFirst());
        assertEquals(14_600, octetsOf(again), "all that was in flight, once");
        assertTrue(again.stream().allMatch(segment -> lengthOf(segment) <= 1360), again::toString);
        assertEquals(window, script.connection.congestionWindow());
        assertEquals(threshold, script.connection.slowStartThreshold());
        script.inject("A seq=1 ack=14601 win=65535");
        assertTrue(script.connection.congestionWindow() >= window);
        assertEquals(0, script.count(TcpCounter.FAST_RETRANSMITS));
        assertEquals(0, script.count(TcpCounter.TIMEOUTS));
        assertEquals(1, script.count(TcpCounter.PATH_MTU_LOWERED));
    }

    @Test
    void shouldRepeatOnlyWhatDoesNotFit() {
        final Script script = new Script(Script.plain().sack(true));
        establish(script, true);
        script.connection.noDelay(true);
        script.send(500);
        script.emitted();
        script.send(1460);
        script.emitted();
        script.send(700);
        script.emitted();
        tooBig(script, 501, 1000);
        script.expect("A seq=501 ack=1 win=65535 len=960", "A seq=1461 ack=1 win=65535 len=500");
        script.inject("A seq=1 ack=501 win=65535 sack=1961-2661");
        script.inject("A seq=1 ack=501 win=65535 sack=1961-2661");
        script.inject("A seq=1 ack=501 win=65535 sack=1961-2661");
        assertEquals(0, script.count(TcpCounter.FAST_RETRANSMITS), "the path dropped it, not congestion");
    }

    @Test
    void shouldNotGoBelowTheFloorForAForgedMtu() {
        final Script script = established();
        script.send(2920);
        script.emitted();
        tooBig(script, 1, 68);
        assertEquals(552 - 40, script.connection.maxSegmentSize());
        tooBig(script, 1, 1);
        assertEquals(552 - 40, script.connection.maxSegmentSize());
        assertEquals(2920, octetsOf(script.emitted()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2921, -100_000, 100_000})
    void shouldBelieveOnlyWhoQuotesWhatIsInFlight(final int sequence) {
        final Script script = established();
        script.send(2920);
        script.emitted();
        tooBig(script, sequence, 576);
        assertEquals(1460, script.connection.maxSegmentSize());
        assertEquals(1, script.count(TcpCounter.DROP_ICMP));
        script.expect();
    }

    @Test
    void shouldNeverGrowByARoutersWord() {
        final Script script = established();
        script.send(2920);
        script.emitted();
        tooBig(script, 1, 1300);
        script.emitted();
        tooBig(script, 1, 1400);
        tooBig(script, 1, 9000);
        assertEquals(1260, script.connection.maxSegmentSize());
        script.expect();
    }

    @Test
    void shouldTryFullSizeAgainAfterTenMinutes() {
        final Script script = established();
        script.send(1460);
        script.emitted();
        tooBig(script, 1, 1400);
        script.emitted();
        script.inject("A seq=1 ack=1461 win=65535");
        script.after(600 * SECOND);
        script.send(1000);
        script.emitted();
        script.inject("A seq=1 ack=2461 win=65535");
        script.send(1460);
        script.expect("PA seq=2461 ack=1 win=65535 len=1460");
    }

    @Test
    void shouldNotAnnounceASmallerMssForASmallerPath() {
        final Script script = established();
        script.send(1460);
        script.emitted();
        tooBig(script, 1, 1400);
        script.emitted();
        script.remotePort = 9001;
        script.newPeer(7000);
        script.inject("S seq=0 win=65535 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.inject("A seq=1 ack=1 win=65535");
        assertEquals(1360, script.connection.maxSegmentSize(), "what is known of the path counts from the start");
    }

    @Test
    void shouldTellAllConnectionsOfTheHost() {
        final Script script = established();
        final TcpConnection first = script.connection;
        script.send(1460);
        script.emitted();
        final int firstIss = script.localIss();
        script.remotePort = 9001;
        script.newPeer(7000);
        script.inject("S seq=0 win=65535 mss=1460");
        script.emitted();
        script.inject("A seq=1 ack=1 win=65535");
        script.send(1460);
        script.emitted();
        tooBig(script, 1, 1400);
        script.expect("A seq=1 ack=1 win=65535 len=1360", "PA seq=1361 ack=1 win=65535 len=100");
        TcpHeaderFlyweight.write(
            quote.address(), LOCAL_PORT, Script.REMOTE_PORT, firstIss + 1, 0, 20, TcpHeaderFlyweight.ACK, 0);
        script.engine.onIcmpError(IcmpErrorKind.PACKET_TOO_BIG, 1400, 0, script.route.remoteLow(),
            0, script.route.localLow(), quote.address(), 8, script.nowNs);
        assertEquals(1360, first.maxSegmentSize());
        assertEquals(2, first.retransmissions() + pumped(script, first), "and their lost segments are repeated");
    }

    private static long pumped(final Script script, final TcpConnection connection) {
        final long before = connection.retransmissions();
        script.pump();
        return connection.retransmissions() - before;
    }

    @ParameterizedTest
    @CsvSource({"1400, true", "1400, false", "1300, true", "1100, true", "1064, true"})
    void shouldGetThroughAPathThatEatsLargePacketsSilently(final int largest, final boolean sack) {
        final Peer a = new Peer(1, 2, 1500, configuration(sack), 1);
        final Peer b = new Peer(2, 1, 1500, configuration(sack), 2);
        final Wire wire = new Wire(a, b, 3);
        wire.largestPacket = largest;
        b.listen(80);
        a.toSend = 3_000_000;
        a.closesWhenSent = false;
        a.connect(80, 5000, wire.nowNs);
        wire.runUntil(wire.nowNs + 20 * SECOND);
        assertEquals(a.toSend, a.connection.acknowledgedPosition(), "it got through");
        assertEquals(1, a.counters.get(TcpCounter.PATH_BLACK_HOLES));
        final int found = a.route.pathMtu().mtu();
        assertTrue(found <= largest && found > largest - 8, "found " + found);
        final long lost = a.counters.get(TcpCounter.PATH_PROBES_LOST);
        assertTrue(lost >= 1 && a.counters.get(TcpCounter.PATH_PROBES) >= lost && lost <= 9, "lost " + lost);
        // without SACK a duplicate whose window has changed does not count, so some lost trials are found by the timer
        final long timeouts = a.counters.get(TcpCounter.TIMEOUTS);
        assertTrue(timeouts >= 2 && timeouts <= 2 + (sack ? 0 : 2 * lost), "those that found the black hole: " + timeouts);
        assertEquals(0, a.counters.get(TcpCounter.FAST_RETRANSMITS), "a lost trial is no congestion");
        final long probes = a.counters.get(TcpCounter.PATH_PROBES);
        wire.largestPacket = Integer.MAX_VALUE;
        wire.runUntil(wire.nowNs + 600 * SECOND);
        a.toSend += 3_000_000;
        wire.runUntil(wire.nowNs + 20 * SECOND);
        assertTrue(a.counters.get(TcpCounter.PATH_PROBES) > probes, "tried again after ten minutes");
        assertTrue(a.route.pathMtu().mtu() > 1492, "and found to have grown: " + a.route.pathMtu().mtu());
        assertEquals(a.toSend, a.connection.acknowledgedPosition());
    }

    @Test
    void shouldKeepItsWindowThroughLostTrials() {
        final Peer a = new Peer(1, 2, 1500, configuration(true), 1);
        final Peer b = new Peer(2, 1, 1500, configuration(true), 2);
        final Wire wire = new Wire(a, b, 3);
        b.listen(80);
        a.toSend = 200_000_000;
        a.closesWhenSent = false;
        a.connect(80, 5000, wire.nowNs);
        wire.runUntil(wire.nowNs + SECOND / 10);
        wire.largestPacket = 1400;
        wire.runUntil(wire.nowNs + SECOND);
        long window = a.connection.congestionWindow();
        long lost = a.counters.get(TcpCounter.PATH_PROBES_LOST);
        for (int i = 0; i < 1000; i++) {
            wire.runUntil(wire.nowNs + SECOND / 1000);
            assertTrue(a.connection.congestionWindow() >= window, "the window fell after " + lost + " lost trials");
            window = a.connection.congestionWindow();
            lost = a.counters.get(TcpCounter.PATH_PROBES_LOST);
        }
        assertTrue(lost >= 2, "trials were lost: " + lost);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCutALostTrialToSizeAndKeepItsWindow(final boolean sack) {
        final Script script = new Script(Script.plain().sack(sack));
        establish(script, sack);
        script.route.pathMtu().onBlackHole(script.nowNs);
        final int acknowledged = 1;
        script.send(1242 + 3 * 1024);
        assertEquals(List.of(
            "A seq=" + acknowledged + " ack=1 win=65535 len=1242",
            "A seq=" + (acknowledged + 1242) + " ack=1 win=65535 len=1024",
            "A seq=" + (acknowledged + 2266) + " ack=1 win=65535 len=1024",
            "PA seq=" + (acknowledged + 3290) + " ack=1 win=65535 len=1024"), script.emitted());
        final long window = script.connection.congestionWindow();
        final long threshold = script.connection.slowStartThreshold();
        for (int i = 1; i <= 3; i++) {
            final int behind = acknowledged + 1242;
            script.after(SECOND / 100);
            script.inject("A seq=1 ack=" + acknowledged + " win=65535"
                + (sack ? " sack=" + behind + "-" + (behind + i * 1024) : ""));
        }
        script.expect(
            "A seq=" + acknowledged + " ack=1 win=65535 len=1024", "A seq=" + (acknowledged + 1024) + " ack=1 win=65535 len=218");
        assertEquals(window, script.connection.congestionWindow());
        assertEquals(threshold, script.connection.slowStartThreshold());
        assertEquals(1, script.count(TcpCounter.PATH_PROBES_LOST));
        assertEquals(0, script.count(TcpCounter.FAST_RETRANSMITS));
    }

    @Test
    void shouldNotTakeSilenceAboutSmallSegmentsForABlackHole() {
        final Script script = established();
        script.send(100);
        script.emitted();
        for (int i = 0; i < 5; i++) {
            script.toDeadline();
            script.emitted();
        }
        assertEquals(0, script.count(TcpCounter.PATH_BLACK_HOLES));
        assertEquals(1460, script.connection.maxSegmentSize());
    }

    @Test
    void shouldTakeTheSecondTimeoutOfAFullSegmentForABlackHoleNotTheFirst() {
        final Script script = established();
        script.send(1460);
        script.emitted();
        script.toDeadline();
        assertEquals(1460, lengthOf(script.emitted().getFirst()));
        assertEquals(0, script.count(TcpCounter.PATH_BLACK_HOLES));
        script.toDeadline();
        assertEquals(1024, lengthOf(script.emitted().getFirst()));
        assertEquals(1, script.count(TcpCounter.PATH_BLACK_HOLES));
        assertFalse(script.connection.isClosed());
    }

    @Test
    void shouldHaveTwiceAsMuchPatienceWhenFullSegmentsBehindHaveArrived() {
        final Script script = new Script(Script.plain().sack(true));
        establish(script, true);
        script.send(2920);
        script.emitted();
        script.inject("A seq=1 ack=1 win=65535 sack=1461-2921");
        for (int i = 1; i <= 4; i++) {
            assertEquals(1460, script.connection.maxSegmentSize(), "after " + (i - 1) + " timeouts");
            toTimeout(script, i);
        }
        assertEquals(1, script.count(TcpCounter.PATH_BLACK_HOLES), "the path may have changed since they arrived");
    }

    @Test
    void shouldNotBelieveSmallSegmentsThatHaveArrived() {
        final Script script = new Script(Script.plain().sack(true));
        establish(script, true);
        script.connection.noDelay(true);
        script.send(1460);
        script.emitted();
        for (int i = 0; i < 3; i++) {
            script.send(730);
            script.emitted();
        }
        script.inject("A seq=1 ack=1 win=65535 sack=1461-3651");
        toTimeout(script, 2);
        assertEquals(1, script.count(TcpCounter.PATH_BLACK_HOLES));
    }

    @Test
    void shouldNotSeeABlackHoleWhileFullSegmentsOfOthersArrive() {
        final Script script = established();
        final TcpConnection silent = script.connection;
        script.send(1460);
        script.emitted();
        script.remotePort = 9001;
        script.newPeer(7000);
        script.inject("S seq=0 win=65535 mss=1460");
        script.emitted();
        script.inject("A seq=1 ack=1 win=65535");
        toTimeout(script, 1);
        script.after(1);
        script.send(1460);
        script.discard();
        script.after(SECOND / 100);
        script.inject("A seq=1 ack=1461 win=65535");
        toTimeout(script, 2);
        assertEquals(0, script.count(TcpCounter.PATH_BLACK_HOLES));
        assertEquals(1460, silent.maxSegmentSize());
        toTimeout(script, 3);
        assertEquals(1, script.count(TcpCounter.PATH_BLACK_HOLES), "nothing that left since the last attempt has arrived");
    }

    @Test
    void shouldNotTakeSegmentsFullForTheirPeerForProofOfThePath() {
        final Script script = established();
        script.send(1460);
        script.emitted();
        script.remotePort = 9001;
        script.newPeer(7000);
        script.inject("S seq=0 win=65535 mss=536");
        script.emitted();
        script.inject("A seq=1 ack=1 win=65535");
        toTimeout(script, 1);
        script.after(1);
        script.send(536);
        script.discard();
        script.after(SECOND / 100);
        script.inject("A seq=1 ack=537 win=65535");
        toTimeout(script, 2);
        assertEquals(1, script.count(TcpCounter.PATH_BLACK_HOLES));
    }

    @Test
    void shouldSeeNoBlackHolesWhenAskedNotTo() {
        final Script script = new Script(Script.plain(), 1500, NetworkTuning.builder().probeAfterTimeouts(0).build());
        script.established(65_535).send(1460);
        script.emitted();
        toTimeout(script, 6);
        assertEquals(0, script.count(TcpCounter.PATH_BLACK_HOLES));
        assertEquals(1460, script.connection.maxSegmentSize());
    }

    private static void toTimeout(final Script script, final int number) {
        while (script.count(TcpCounter.TIMEOUTS) < number) {
            script.toDeadline();
            script.discard();
        }
    }

    private static TcpConfiguration configuration(final boolean sack) {
        return TcpConfiguration.wideArea().maxConnections(2).timeWaitCapacity(2).sack(sack).build();
    }

    private static Script established() {
        return new Script(Script.plain()).established(65_535);
    }

    private static void establish(final Script script, final boolean sack) {
        script.listen();
        script.inject("S seq=0 win=65535 mss=1460" + (sack ? " sackOK" : ""));
        script.emitted();
        script.inject("A seq=1 ack=1 win=65535");
        script.events.clear();
    }

    private void tooBig(final Script script, final int sequence, final int mtu) {
        TcpHeaderFlyweight.write(
            quote.address(), LOCAL_PORT, script.remotePort, script.localIss() + sequence, 0, 20, TcpHeaderFlyweight.ACK, 0);
        script.engine.onIcmpError(IcmpErrorKind.PACKET_TOO_BIG, mtu, 0, script.route.remoteLow(), 0, script.route.localLow(),
            quote.address(), 8, script.nowNs);
    }

    private static int octetsOf(final List<String> segments) {
        return segments.stream().mapToInt(PathMtuDiscoveryTest::lengthOf).sum();
    }

    private static int lengthOf(final String segment) {
        final int at = segment.indexOf("len=");
        return at < 0 ? 0 : Integer.parseInt(segment.substring(at + 4).split(" ", 2)[0]);
    }
}
