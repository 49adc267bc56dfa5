package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.support.Script.MS;
import static org.rds4j.tcp.support.Script.SECOND;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.support.FrameQueue;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** SYNs without end (RFC 4987): the listener's bounded table, cookies beyond it, and what a cookie can and cannot carry. */
class SynFloodTest {
    private static final int SERVER = 0x0a000001;
    private static final int CLIENT = 0x0a000002;
    private static final int PORT = 7000;
    private static final long RTT_NS = 100_000;

    private final TcpCounters counters = TcpCounters.inMemory();
    private final PlainRoute toClient = new PlainRoute(SERVER, CLIENT, 1500);
    private final PlainRoute toServer = new PlainRoute(CLIENT, SERVER, 1500);
    private final FrameQueue sink = new FrameQueue(1, 2048);
    private final Octets octets = new Octets(64);
    private TcpConnection accepted;
    private long nowNs = 1_000 * SECOND;

    @Test
    void shouldLetARealClientInWithinOneRoundTripAfterAMillionSpoofedSyns() {
        final TcpEngine server = new TcpEngine(
            TcpConfiguration.datacenter().maxConnections(4).build(), this::route, new Random(1), counters);
        final Recorder recorder = new Recorder();
        final TcpListener listener = server.listen(PORT, c -> {
            accepted = c;
            return recorder;
        });
        flood(server, 1_000_000);
        assertEquals(1024, listener.halfOpen(), "the table is full and no fuller");
        assertEquals(0, server.connectionsInUse(), "a SYN costs no connection");
        assertTrue(counters.get(TcpCounter.SYN_COOKIES_SENT) > 900_000);

        final TcpCounters clientCounters = TcpCounters.inMemory();
        final TcpEngine client = new TcpEngine(
            TcpConfiguration.datacenter().maxConnections(1).build(), (high, low) -> toServer, new Random(2), clientCounters);
        client.onTime(nowNs);
        final long dialledNs = nowNs;
        final TcpConnection dialled = client.connect(0, toServer.remoteLow(), PORT, 0, 0, recorder, nowNs);
        carry(client, server, toClient);
        nowNs += RTT_NS / 2;
        server.onTime(nowNs);
        carry(server, client, toServer);
        nowNs += RTT_NS / 2;
        client.onTime(nowNs);
        assertEquals(TcpState.ESTABLISHED, dialled.state(), "one round trip after dialling");
        assertEquals(RTT_NS, nowNs - dialledNs);
        dialled.send(octets.address(), 10);
        carry(client, server, toClient);
        assertEquals(TcpState.ESTABLISHED, accepted.state());
        assertEquals(10, accepted.receivedPosition());
        assertEquals(0, clientCounters.get(TcpCounter.RETRANSMISSIONS));
        assertEquals(1, counters.get(TcpCounter.SYN_COOKIES_RETURNED));
        assertTrue(accepted.maxSegmentSize() == 1460 - 12, "the size survived, and so did timestamps");

        for (int second = 0; second < 70; second++) {
            nowNs += SECOND;
            server.onTime(nowNs);
            discard(server);
        }
        assertEquals(0, listener.halfOpen(), "the spoofed ones are forgotten");
    }

    private NetworkRoute route(final long high, final long low) {
        return (int) low == CLIENT ? toClient : new PlainRoute(SERVER, (int) low, 1500);
    }

    private void flood(final TcpEngine server, final int syns) {
        final Random random = new Random(3);
        for (int i = 0; i < syns; i++) {
            nowNs += 1_000;
            TcpHeaderFlyweight.write(
                octets.address(), 1024 + random.nextInt(60_000), PORT, random.nextInt(), 0, 20, TcpHeaderFlyweight.SYN, 1000);
            server.onSegment(
                0, PlainRoute.IPV4 | Integer.toUnsignedLong(0x0b000000 + random.nextInt(1 << 24)), 0, toClient.localLow(),
                octets.address(), 20, 0, true, nowNs);
            if (i % 32 == 0) {
                server.onTime(nowNs);
                discard(server);
            }
        }
        server.onTime(nowNs);
        discard(server);
    }

    private void discard(final TcpEngine engine) {
        while (engine.nextFrameLength(0) > 0 && engine.emit(0, sink, nowNs) > 0) {
            sink.removeHead();
        }
        while (engine.pollControl(sink, nowNs) > 0) {
            sink.removeHead();
        }
    }

    private void carry(final TcpEngine from, final TcpEngine to, final PlainRoute back) {
        while (from.nextFrameLength(0) > 0 && from.emit(0, sink, nowNs) > 0) {
            final int length = sink.headLength() - PlainRoute.OVERHEAD;
            to.onSegment(
                0, back.remoteLow(), 0, back.localLow(), sink.headAddress() + PlainRoute.OVERHEAD, length, 0, false, nowNs);
            sink.removeHead();
        }
    }

    /** A listener with room for one handshake, which a stranger's SYN has taken. */
    private static Script full(final TcpConfiguration.Builder configuration) {
        final Script script = new Script(configuration.backlog(1)).listen();
        script.remotePort = 8999;
        script.inject("S seq=0 mss=1460");
        script.emitted();
        script.remotePort = Script.REMOTE_PORT;
        script.newPeer(0x1000);
        return script;
    }

    @ParameterizedTest
    @CsvSource({"-1, 536", "100, 536", "536, 536", "1299, 536", "1300, 1300", "1439, 1300", "1440, 1440", "1459, 1440",
        "1460, 1460", "9000, 1460"})
    void shouldCarryTheSegmentSizeByATableOfFour(final int offered, final int used) {
        final Script script = full(Script.plain());
        script.inject("S seq=0 win=1000" + (offered < 0 ? "" : " mss=" + offered));
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        assertEquals(1, script.listener.halfOpen());
        script.inject("A seq=1 ack=1 win=1000 len=10");
        script.expectEvents("accepted", "connected", "receivable 10");
        assertEquals(used, script.connection.maxSegmentSize());
        assertEquals(0, script.connection.smoothedRttNs(), "nothing to measure from");
    }

    @ParameterizedTest
    @CsvSource({"0, true", "7, true", "14, false", "-1, true", "-1, false"})
    void shouldCarryOptionsInTheTimestamp(final int shift, final boolean sack) {
        for (int millisecond = 0; millisecond < 70; millisecond++) {
            final Script script = full(Script.plain().timestamps(true).windowScale(true).sack(true));
            script.after(millisecond * MS);
            script.inject("S seq=0 win=1000 mss=1460 ts=500/0" + (shift < 0 ? "" : " ws=" + shift) + (sack ? " sackOK" : ""));
            final String answer = script.emitted().getFirst();
            assertEquals(shift >= 0, answer.contains(" ws="), answer);
            assertEquals(sack, answer.contains("sackOK"), answer);
            final int stamp = Integer.parseInt(answer.replaceAll(".* ts=(-?\\d+)/500.*", "$1"));
            script.inject("A seq=1 ack=1 win=100 ts=501/" + stamp);
            assertEquals(100L << Math.max(0, shift), script.connection.sendWindow(), "the peer's scale is known");
            script.inject("A seq=11 ack=1 win=100 len=10 ts=502/" + stamp);
            final String reply = script.emitted().getFirst();
            assertEquals(sack, reply.contains(" sack=11-21"), reply);
            final int later = Integer.parseInt(reply.replaceAll(".* ts=(-?\\d+)/.*", "$1"));
            assertTrue(later - stamp >= 0 && later - stamp < 64, "the clock never steps back, nor far ahead");
        }
    }

    @Test
    void shouldOfferNothingThatCannotBeRemembered() {
        final Script script = full(Script.plain().windowScale(true).sack(true));
        script.inject("S seq=0 win=1000 mss=1460 ws=7 sackOK");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "0, 119999, true", "0, 120000, false", "59999, 60000, true", "59999, 60001, false",
        "30000, 89999, true", "30000, 90000, false", "0, 15360000, false"})
    void shouldTakeACookieInItsMinuteAndTheNextOnly(final long madeMs, final long laterMs, final boolean taken) {
        final Script script = full(Script.plain().synAckRetries(1));
        script.after(1_020 * SECOND - script.nowNs + madeMs * MS);
        script.emitted();
        script.remotePort = 8998; // the first stranger's record may be gone by now
        script.inject("S seq=0 mss=1460");
        script.emitted();
        script.remotePort = Script.REMOTE_PORT;
        script.newPeer(0x1000);
        script.inject("S seq=0 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.after(laterMs * MS);
        script.emitted();
        script.inject("A seq=1 ack=1");
        script.expectEvents(taken ? new String[] {"accepted", "connected"} : new String[0]);
        script.expect(taken ? new String[0] : new String[] {"R seq=1 win=0"});
    }

    @Test
    void shouldNotTakeACookieTwice() {
        final Script script = full(Script.plain());
        script.inject("S seq=0 mss=1460");
        script.emitted();
        script.inject("A seq=1 ack=1");
        script.connection.abort();
        script.connection.release();
        script.emitted();
        script.events.clear();
        script.after(120 * SECOND);
        script.emitted();
        script.inject("A seq=1 ack=1");
        script.expectEvents();
        script.expect("R seq=1 win=0");
        assertEquals(0, script.engine.connectionsInUse());
    }

    @Test
    void shouldNotTakeWhatIsNoCookie() {
        final Script script = full(Script.plain().resetsPerSecond(1));
        script.inject("S seq=0 mss=1460");
        script.emitted();
        final Random random = new Random(9);
        for (int i = 0; i < 200_000; i++) {
            script.inject("A seq=" + (1 + random.nextInt(1 << 30)) + " ack=" + random.nextInt());
        }
        script.expectEvents();
        assertEquals(200_000, script.count(TcpCounter.SYN_COOKIES_REFUSED));
        script.inject("A seq=1 ack=1");
        script.expectEvents("accepted", "connected");
    }

    @Test
    void shouldLookForCookiesOnlyWhenSomeWereSent() {
        final Script script = new Script(Script.plain()).listen();
        for (int i = 0; i < 1000; i++) {
            script.inject("A seq=1 ack=" + i);
        }
        assertEquals(0, script.count(TcpCounter.SYN_COOKIES_REFUSED));
    }

    @Test
    void shouldKeepTheHandshakeWhileTheOwnerIsNotReady() {
        final Script script = new Script(Script.plain());
        final boolean[] ready = new boolean[1];
        final TcpListener listener = script.engine.listen(Script.LOCAL_PORT, new TcpAcceptor() {
            @Override
            public TcpHandler onAccept(final TcpConnection connection) {
                assertTrue(ready[0]);
                script.events.add("accepted");
                return script.handler;
            }

            @Override
            public boolean isReady() {
                return ready[0];
            }
        });
        script.inject("S seq=0 mss=1460");
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        script.inject("A seq=1 ack=1");
        script.expect();
        assertEquals(1, listener.halfOpen());
        assertEquals(1, script.count(TcpCounter.DROP_ACCEPT_QUEUE));
        script.after(SECOND);
        script.expect("SA seq=0 ack=1 win=65535 mss=1460");
        ready[0] = true;
        script.inject("A seq=1 ack=1");
        script.expectEvents("accepted", "connected");
        assertEquals(0, listener.halfOpen());
    }

    @Test
    void shouldKeepTheHandshakeWhileConnectionsAreOut() {
        final Script script = new Script(Script.plain().maxConnections(1)).established(1000);
        final TcpConnection first = script.connection;
        script.remotePort = 9001;
        script.newPeer(0x1000);
        script.inject("S seq=0 mss=1460");
        script.emitted();
        script.inject("A seq=1 ack=1");
        script.expectEvents();
        first.abort();
        first.release();
        script.inject("A seq=1 ack=1");
        script.expectEvents("closed ABORTED", "accepted", "connected");
    }

    @Test
    void shouldShareALaneBetweenAnswersAndConnections() {
        final Script script = new Script(Script.plain().backlog(64).controlQueueLength(64)).established(65_535);
        script.send(14_600);
        for (int i = 0; i < 30; i++) {
            script.remotePort = 20_000 + i;
            script.inject("S seq=0 mss=1460");
        }
        final List<String> segments = script.emitted();
        for (int i = 0; i < 20; i++) {
            assertEquals(i % 2 == 1, segments.get(i).startsWith("SA"), segments.toString());
        }
        assertEquals(40, segments.size());
    }

    @Test
    void shouldNotLetUnresolvedAnswersKeepResolvedOnesBack() {
        final PlainRoute lost = new PlainRoute(SERVER, 0x0b000001, 1500);
        lost.resolved(false);
        final TcpEngine server = new TcpEngine(
            TcpConfiguration.datacenter().maxConnections(4).controlQueueLength(16).build(),
            (high, low) -> (int) low == CLIENT ? toClient : lost, new Random(1), counters);
        server.listen(PORT, c -> null);
        for (int i = 0; i < 100; i++) {
            syn(server, lost.remoteLow(), 1024 + i);
        }
        discard(server);
        syn(server, toClient.remoteLow(), 1024);
        assertTrue(server.nextFrameLength(0) > 0);
        assertTrue(server.emit(0, sink, nowNs) > 0);
        sink.removeHead();
        assertEquals(0, server.nextFrameLength(0));
    }

    private void syn(final TcpEngine server, final long low, final int port) {
        TcpHeaderFlyweight.write(octets.address(), port, PORT, 1, 0, 20, TcpHeaderFlyweight.SYN, 1000);
        server.onSegment(0, low, 0, toClient.localLow(), octets.address(), 20, 0, true, nowNs);
    }

    @Test
    void shouldKeepAHandshakeInAHundredAndTwentyEightOctets() {
        final long large = listenerOctets(10_240);
        final long small = listenerOctets(2_048);
        final long each = (large - small) / (10_240 - 2_048);
        assertTrue(each <= 128 + 4 * 4, "octets for a record and its part of the index: " + each);
        assertFalse(each < 64, "measured nothing");
    }

    /** What a listener allocates for a table of that size; the index is a power of two, at least twice as large. */
    private long listenerOctets(final int backlog) {
        final TcpEngine engine = new TcpEngine(
            TcpConfiguration.datacenter().maxConnections(1).backlog(backlog).build(), this::route, new Random(1), counters);
        return AllocationMeter.allocated(() -> engine.listen(PORT, c -> null));
    }

    private static final class Recorder implements TcpHandler {
        @Override
        public void onConnected(final TcpConnection c) {
            c.noDelay(true);
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            c.sendSpace();
        }

        @Override
        public void onReceivable(final TcpConnection c) {
            c.receivedPosition();
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            c.close();
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason reason) {
            c.release();
        }
    }
}
