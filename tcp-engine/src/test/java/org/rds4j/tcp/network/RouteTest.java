package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.FAR;
import static org.rds4j.tcp.network.NetworkFixture.GATEWAY;
import static org.rds4j.tcp.network.NetworkFixture.OTHER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.AllocationMeter;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.wire.ArpFlyweight;
import org.rds4j.tcp.wire.InternetChecksum;

class RouteTest {
    private final NetworkFixture net = new NetworkFixture();

    @Test
    void shouldWriteHeadersAroundASegmentOfEveryLength() {
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        int id = -1;
        for (int length = 0; length <= 1480; length++) {
            final long address = route.claim(net.sink, length);
            UnsafeApi.setMemory(address, length, (byte) 0x42);
            final int trafficClass = length & 0xff;
            final int frameLength = route.commit(net.sink, length, trafficClass, 0);
            final ByteBuffer frame = ByteBuffer.wrap(net.sink.next());
            assertEquals(Math.max(60, 34 + length), frameLength);
            assertEquals(frameLength, frame.capacity());
            assertEquals(PEER_MAC, frame.getLong(0) >>> 16);
            assertEquals(OWN_MAC, frame.getLong(4) & 0xffff_ffff_ffffL);
            assertEquals(0x0800, frame.getShort(12));
            assertEquals(0x45, frame.get(14));
            assertEquals(trafficClass, frame.get(15) & 0xff);
            assertEquals(20 + length, frame.getShort(16));
            final int nextId = frame.getShort(18) & 0xffff;
            assertTrue(id < 0 || nextId == ((id + 1) & 0xffff));
            id = nextId;
            assertEquals(0x4000, frame.getShort(20));
            assertEquals(0x4006, frame.getShort(22));
            assertEquals(OWN, frame.getInt(26));
            assertEquals(PEER, frame.getInt(30));
            assertEquals(0xffff, NetworkFixture.sum(frame, 14, 20));
            for (int i = 34; i < frameLength; i++) {
                assertEquals(i < 34 + length ? 0x42 : 0, frame.get(i), "octet " + i);
            }
        }
    }

    @Test
    void shouldBeAcceptedByTheHostAtTheOtherEnd() {
        final NetworkFixture peer = new NetworkFixture(
            InterfaceConfiguration.of(PEER_MAC, "192.0.2.2/24", LinkCapabilities.plain(1500, 32)));
        final NetworkRoute there = net.route(PEER);
        assertFalse(there.isResolved(net.nowNs));
        peer.receive(net.polled());
        net.receive(peer.polled());
        assertTrue(there.isResolved(net.nowNs));
        there.claim(net.sink, 20);
        there.commit(net.sink, 20, 0xb8, 0);
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, peer.receive(net.sink.next()));
        assertEquals(0xb8, peer.transport.trafficClass);
        assertTrue(peer.route(OWN).isResolved(peer.nowNs), "learnt from the request");
    }

    @Test
    void shouldGiveTheSumOfThePseudoHeader() {
        final NetworkRoute route = net.route(FAR);
        final ByteBuffer pseudo = ByteBuffer.allocate(12);
        pseudo.putInt(OWN).putInt(FAR).put((byte) 0).put((byte) 6).putShort((short) 1234);
        assertEquals(~NetworkFixture.sum(pseudo, 0, 12) & 0xffff, InternetChecksum.fold(route.pseudoHeaderSum(6, 1234)));
    }

    @Test
    void shouldPassTheFlagsOfTheTransportOn() {
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        route.claim(net.sink, 20);
        route.commit(net.sink, 20, 0, FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        assertEquals(FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM, net.sink.lastFlags);
        assertEquals(0xffff, NetworkFixture.sum(ByteBuffer.wrap(net.sink.next()), 14, 20));
    }

    @Test
    void shouldClaimNothingWhenTheSinkHasNoFrame() {
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        net.sink.room = 0;
        assertEquals(0, route.claim(net.sink, 20));
    }

    @Test
    void shouldBeOnePerRemoteAndKnowItsEnds() {
        final NetworkRoute route = net.route(FAR);
        assertSame(route, net.route(FAR));
        assertEquals(0, route.localHigh());
        assertEquals(0, route.remoteHigh());
        assertEquals(Ipv4Address.mappedLow(OWN), route.localLow());
        assertEquals(0x0000_ffff_c633_6407L, route.remoteLow());
        assertEquals(1480, route.maxTransportLength());
    }

    @Test
    void shouldSendToTheGatewaysStationForHostsOffTheLink() {
        final NetworkRoute route = net.resolvedRoute(FAR, GATEWAY, OTHER_MAC);
        route.claim(net.sink, 20);
        route.commit(net.sink, 20, 0, 0);
        final ByteBuffer frame = ByteBuffer.wrap(net.sink.next());
        assertEquals(OTHER_MAC, frame.getLong(0) >>> 16);
        assertEquals(FAR, frame.getInt(30));
    }

    @Test
    void shouldNeverResolveWhereNoWayLeads() {
        final NetworkFixture alone = new NetworkFixture(
            InterfaceConfiguration.of(OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32)));
        final NetworkRoute[] routes = {
            alone.route(FAR), alone.route(OWN), alone.route(OWN | 0xff), alone.route(0xe000_0001), alone.route(0),
            alone.layer.route(0x2001_0db8_0000_0000L, 1), alone.layer.route(0, PEER)};
        for (final NetworkRoute route : routes) {
            assertFalse(route.isResolved(alone.nowNs));
            assertEquals(0, route.claim(alone.sink, 20));
            route.confirm(alone.nowNs);
        }
        assertEquals(0x2001_0db8_0000_0000L, routes[5].remoteHigh());
        assertEquals(0, alone.advance(0));
        assertEquals(7, alone.counters.get(NetworkCounter.NO_ROUTE));
    }

    @Test
    void shouldForgetTheOldestRouteWhenFullWhichStillWorks() {
        final NetworkFixture small = new NetworkFixture(InterfaceConfiguration.of(
            OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32)).withTables(8, 3));
        final NetworkRoute first = small.resolvedRoute(PEER, PEER, PEER_MAC);
        for (int i = 1; i <= 3; i++) {
            small.route(PEER + i);
        }
        assertEquals(1, small.counters.get(NetworkCounter.ROUTE_EVICTED));
        assertTrue(first.isResolved(small.nowNs));
        assertNotEquals(0, first.claim(small.sink, 20));
        assertNotSame(first, small.route(PEER));
        assertTrue(small.route(PEER).isResolved(small.nowNs));
        assertSame(small.route(PEER + 3), small.route(PEER + 3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldServeAMillionStrangersWithTheSameMemory(final boolean hasGateway) {
        final InterfaceConfiguration plain = InterfaceConfiguration.of(
            OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32)).withTables(8, 64);
        final NetworkFixture small = new NetworkFixture(hasGateway ? plain.withGateway("192.0.2.254") : plain);
        final NetworkRoute held = reply(small, PEER);
        held.hold();
        final NetworkRoute lowered = reply(small, PEER + 1);
        lowered.pathMtu().onTooBig(1400, small.nowNs);
        final NetworkRoute given = small.route(PEER + 2);
        for (int i = 0; i < 64; i++) {
            reply(small, FAR + i);
        }
        final long evicted = small.counters.get(NetworkCounter.ROUTE_EVICTED);
        final long[] strangers = new long[1];
        assertEquals(0, AllocationMeter.leastAllocated(() -> {
            for (int i = 0; i < 1_000_000; i++) {
                reply(small, 0x0b00_0000 + i);
                strangers[0]++;
            }
        }, 10));
        assertEquals(strangers[0], small.counters.get(NetworkCounter.ROUTE_EVICTED) - evicted, "each takes the place of another");
        assertEquals(!hasGateway, small.counters.get(NetworkCounter.NO_ROUTE) > 0);
        assertSame(held, reply(small, PEER));
        assertSame(lowered, reply(small, PEER + 1));
        assertSame(given, reply(small, PEER + 2));
        assertEquals(1400, lowered.pathMtu().mtu(), "what was found out is remembered");
        held.release();
        for (int i = 0; i < 1000; i++) {
            reply(small, 0x0c00_0000 + i);
        }
        assertEquals(0x0c00_0000 + 999, (int) reply(small, 0x0c00_0000 + 999).remoteLow());
        assertEquals(hasGateway, held.remoteLow() != Ipv4Address.mappedLow(PEER), "nobody held it any more");
    }

    private static void answer(final NetworkFixture net, final int host, final long mac) {
        net.layer.poll(net.sink, net.nowNs);
        net.sink.next();
        net.receive(NetworkFixture.arp(mac, OWN_MAC, ArpFlyweight.OPERATION_REPLY, mac, host, OWN_MAC, OWN));
    }

    private static NetworkRoute reply(final NetworkFixture net, final int remote) {
        return net.layer.replyRoute(0, 0, Ipv4Address.mappedLow(OWN), 0, Ipv4Address.mappedLow(remote));
    }

    @Test
    void shouldLeadToTheNewHostInEveryRespectWhenUsedAgain() {
        final NetworkFixture small = new NetworkFixture(InterfaceConfiguration.of(
            OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32)).withTables(8, 1));
        final NetworkRoute route = reply(small, PEER);
        assertFalse(route.isResolved(small.nowNs));
        answer(small, PEER, PEER_MAC);
        assertTrue(route.isResolved(small.nowNs));
        assertSame(route, reply(small, PEER + 7));
        assertFalse(route.isResolved(small.nowNs), "another station");
        answer(small, PEER + 7, OTHER_MAC);
        assertTrue(route.isResolved(small.nowNs));
        route.claim(small.sink, 20);
        route.commit(small.sink, 20, 0, 0);
        final ByteBuffer frame = ByteBuffer.wrap(small.sink.next());
        assertEquals(OTHER_MAC, frame.getLong(0) >>> 16);
        assertEquals(PEER + 7, frame.getInt(30));
        assertEquals(0xffff, NetworkFixture.sum(frame, 14, 20));
        final int own = OWN;
        final int host = PEER + 7;
        final long words = (own >>> 16) + (own & 0xffffL) + (host >>> 16) + (host & 0xffffL) + 6 + 20;
        assertEquals(InternetChecksum.fold(words), InternetChecksum.fold(route.pseudoHeaderSum(6, 20)));
    }

    @Test
    void shouldAllocateNothingPerPacket() {
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        final FrameSink sink = new FixedSink();
        assertEquals(0, AllocationMeter.leastAllocated(() -> {
            for (int i = 0; i < 10_000; i++) {
                net.nowNs += 1000;
                route.isResolved(net.nowNs);
                route.claim(sink, 100);
                route.commit(sink, 100, 0, 0);
                route.confirm(net.nowNs);
            }
        }, 50));
    }

    /** Gives the same memory again and again. */
    private static final class FixedSink implements FrameSink {
        private final ByteBuffer memory = ByteBuffer.allocateDirect(2048);

        @Override
        public long claim(final int length) {
            return BufferUtil.address(memory);
        }

        @Override
        public void commit(final int length, final int flags) {
            // Thrown away.
        }

        @Override
        public void abort() {
            // Thrown away.
        }
    }
}
