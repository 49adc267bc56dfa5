package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.BROADCAST;
import static org.rds4j.tcp.network.NetworkFixture.FAR;
import static org.rds4j.tcp.network.NetworkFixture.GATEWAY;
import static org.rds4j.tcp.network.NetworkFixture.OTHER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.SECOND;
import static org.rds4j.tcp.network.NetworkFixture.arp;
import static org.rds4j.tcp.network.NetworkFixture.arpReply;
import static org.rds4j.tcp.network.NetworkFixture.arpRequest;
import static org.rds4j.tcp.network.NetworkFixture.hex;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.wire.ArpFlyweight;

class ArpTest {
    private static final String PADDING = "00".repeat(18);

    private final NetworkFixture net = new NetworkFixture();

    @Test
    void shouldAnswerARequestForItsAddressOctetByOctet() {
        assertEquals(NetworkCounter.ARP_REQUEST_RECEIVED, net.receive(arpRequest(PEER_MAC, PEER, OWN)));
        assertEquals("020000000002" + "020000000001" + "0806" + "0001" + "0800" + "0604" + "0002"
            + "020000000001" + "c0000201" + "020000000002" + "c0000202" + PADDING, hex(net.polled()));
    }

    @Test
    void shouldAskTheLinkOctetByOctetWhenARouteIsFirstUsed() {
        final NetworkRoute route = net.route(PEER);
        assertEquals(Long.MAX_VALUE, net.layer.nextDeadlineNs());
        assertFalse(route.isResolved(net.nowNs));
        assertTrue(net.layer.nextDeadlineNs() <= net.nowNs);
        assertEquals(0, route.claim(net.sink, 20));
        assertEquals("ffffffffffff" + "020000000001" + "0806" + "0001" + "0800" + "0604" + "0001"
            + "020000000001" + "c0000201" + "000000000000" + "c0000202" + PADDING, hex(net.polled()));
        assertEquals(NetworkCounter.ARP_REPLY_RECEIVED, net.receive(arpReply(PEER_MAC, PEER)));
        assertTrue(route.isResolved(net.nowNs));
        assertNotEquals(0, route.claim(net.sink, 20));
    }

    @Test
    void shouldAskOncePerSecondThreeTimesThenFailAndAskAgainOnlyOnUse() {
        final NetworkRoute route = net.route(PEER);
        for (int second = 0; second < 3; second++) {
            for (int i = 0; i < 1000; i++) {
                assertFalse(route.isResolved(net.nowNs));
            }
            assertEquals(1, net.advance(0));
            assertEquals(0, net.advance(SECOND - 1));
            assertEquals(net.nowNs + 1, net.layer.nextDeadlineNs());
            net.nowNs++;
        }
        assertEquals(0, net.advance(0));
        assertEquals(1, net.counters.get(NetworkCounter.NEIGHBOUR_FAILED));
        assertEquals(0, net.advance(30 * SECOND));
        assertFalse(route.isResolved(net.nowNs));
        assertEquals(1, net.advance(0));
        net.receive(arpReply(PEER_MAC, PEER));
        assertTrue(route.isResolved(net.nowNs));
    }

    @Test
    void shouldForgetAFailedNeighbourAndStillServeItsRoute() {
        final NetworkRoute route = net.route(PEER);
        assertFalse(route.isResolved(net.nowNs));
        for (int i = 0; i < 70; i++) {
            net.advance(SECOND);
        }
        assertEquals(Long.MAX_VALUE, net.layer.nextDeadlineNs());
        assertEquals(3, net.sink.count());
        assertFalse(route.isResolved(net.nowNs));
        assertEquals(1, net.advance(0));
        net.receive(arpReply(PEER_MAC, PEER));
        assertTrue(route.isResolved(net.nowNs));
    }

    @Test
    void shouldAskTheGatewayForHostsOffTheLink() {
        final NetworkRoute route = net.route(FAR);
        assertFalse(route.isResolved(net.nowNs));
        final ByteBuffer request = ByteBuffer.wrap(net.polled());
        assertEquals(GATEWAY, request.getInt(14 + ArpFlyweight.TARGET_ADDRESS_OFFSET));
        net.receive(arpReply(OTHER_MAC, GATEWAY));
        assertTrue(route.isResolved(net.nowNs));
        assertTrue(net.route(FAR + 1).isResolved(net.nowNs));
    }

    @Test
    void shouldNotLearnFromRepliesNobodyAskedFor() {
        assertEquals(NetworkCounter.ARP_UNSOLICITED, net.receive(arpReply(PEER_MAC, PEER)));
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        assertEquals(NetworkCounter.ARP_UNSOLICITED, net.receive(arpReply(OTHER_MAC, PEER)));
        assertEquals(PEER_MAC, destinationOf(route));
    }

    @Test
    void shouldLearnFromARequestForItsAddressAndAskNobodyThen() {
        net.receive(arpRequest(PEER_MAC, PEER, OWN));
        net.polled();
        assertTrue(net.route(PEER).isResolved(net.nowNs));
        assertEquals(0, net.advance(0));
    }

    @Test
    void shouldNotLearnFromRequestsForOthersOrFromProbes() {
        final int other = PEER + 1;
        assertEquals(NetworkCounter.ARP_NOT_FOR_US, net.receive(arpRequest(PEER_MAC, PEER, other)));
        assertEquals(0, net.advance(0));
        assertEquals(NetworkCounter.ARP_REQUEST_RECEIVED, net.receive(arpRequest(PEER_MAC, 0, OWN)));
        final ByteBuffer reply = ByteBuffer.wrap(net.polled());
        assertEquals(0, reply.getInt(14 + ArpFlyweight.TARGET_ADDRESS_OFFSET));
        assertFalse(net.route(PEER).isResolved(net.nowNs));
    }

    @Test
    void shouldFollowAnAnnouncedMoveOfAKnownNeighbourOnly() {
        assertEquals(NetworkCounter.ARP_NOT_FOR_US, net.receive(arpRequest(OTHER_MAC, PEER, PEER)));
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        assertEquals(PEER_MAC, destinationOf(route));
        assertEquals(NetworkCounter.ARP_ANNOUNCEMENT_RECEIVED, net.receive(arpRequest(OTHER_MAC, PEER, PEER)));
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(OTHER_MAC, destinationOf(route));
        final byte[] asReply = arp(PEER_MAC, BROADCAST, ArpFlyweight.OPERATION_REPLY, PEER_MAC, PEER, BROADCAST, PEER);
        assertEquals(NetworkCounter.ARP_ANNOUNCEMENT_RECEIVED, net.receive(asReply));
        assertEquals(PEER_MAC, destinationOf(route));
    }

    @Test
    void shouldProbeAnUnconfirmedNeighbourAtItsOldAddressAfterDelay() {
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        net.advance(46 * SECOND);
        assertEquals(0, net.sink.count());
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(0, net.advance(5 * SECOND - 1));
        for (int i = 0; i < 3; i++) {
            assertEquals(1, net.advance(i == 0 ? 1 : SECOND), "probe " + i);
            assertEquals(PEER_MAC, ByteBuffer.wrap(net.sink.next()).getLong(0) >>> 16);
            assertTrue(route.isResolved(net.nowNs));
        }
        assertEquals(0, net.advance(SECOND));
        assertFalse(route.isResolved(net.nowNs));
        assertEquals(1, net.counters.get(NetworkCounter.NEIGHBOUR_FAILED));
    }

    @Test
    void shouldNotProbeANeighbourThatUpperLayersConfirm() {
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        for (int i = 0; i < 300; i++) {
            assertTrue(route.isResolved(net.nowNs));
            route.confirm(net.nowNs);
            assertEquals(0, net.advance(SECOND));
        }
        net.advance(60 * SECOND);
        assertTrue(route.isResolved(net.nowNs));
        net.advance(4 * SECOND);
        route.confirm(net.nowNs);
        assertEquals(0, net.advance(10 * SECOND));
    }

    @Test
    void shouldStayReachableForItsFullTimeAfterTheLastConfirmation() {
        final NeighbourCache engine =
            new NeighbourCache(4, NetworkTuning.DEFAULT, new Random(3), NetworkCounters.allocate());
        engine.solicitors((neighbour, nowNs) -> { }, (neighbour, nowNs) -> { });
        final Neighbour neighbour = engine.neighbour(0, Ipv4Address.mappedLow(PEER), net.nowNs);
        neighbour.mac = PEER_MAC;
        neighbour.state = Neighbour.State.STALE;
        engine.confirm(neighbour, net.nowNs);
        final long reachableNs = neighbour.reachableNs;
        assertTrue(reachableNs >= 15 * SECOND && reachableNs < 45 * SECOND);
        final long confirmedNs = net.nowNs + 14 * SECOND;
        engine.confirm(neighbour, confirmedNs);
        engine.onTime(net.nowNs + reachableNs);
        assertEquals(Neighbour.State.REACHABLE, neighbour.state);
        engine.onTime(confirmedNs + reachableNs - 1);
        assertEquals(Neighbour.State.REACHABLE, neighbour.state);
        engine.onTime(confirmedNs + reachableNs + SECOND);
        assertEquals(Neighbour.State.STALE, neighbour.state);
    }

    @Test
    void shouldStayReachableWhenTheProbeIsAnswered() {
        final NetworkRoute route = net.resolvedRoute(PEER, PEER, PEER_MAC);
        net.advance(46 * SECOND);
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(1, net.advance(5 * SECOND));
        assertEquals(NetworkCounter.ARP_REPLY_RECEIVED, net.receive(arpReply(PEER_MAC, PEER)));
        assertEquals(0, net.advance(10 * SECOND));
        assertTrue(route.isResolved(net.nowNs));
    }

    @Test
    void shouldRefuseBrokenPackets() {
        final byte[] good = arpRequest(PEER_MAC, PEER, OWN);
        for (int octet = 0; octet < 6; octet++) {
            final byte[] bad = good.clone();
            bad[14 + octet] ^= 1;
            assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(bad), "octet " + octet);
        }
        final byte[] badOperation = good.clone();
        badOperation[21] = 3;
        assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(badOperation));
        assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(arp(PEER_MAC, OWN_MAC, 1, BROADCAST, PEER, 0, OWN)));
        assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(arp(PEER_MAC, OWN_MAC, 1, 0, PEER, 0, OWN)));
        assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(arpRequest(PEER_MAC, FAR, OWN)));
        assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(arpRequest(PEER_MAC, OWN | 0xff, OWN)));
        assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(arpReply(PEER_MAC, 0)));
        assertEquals(NetworkCounter.ARP_MALFORMED, net.receive(Arrays.copyOf(good, 14 + 27)));
        assertEquals(0, net.advance(0));
    }

    @Test
    void shouldDefendItsAddressOncePerTenSeconds() {
        assertEquals(NetworkCounter.ARP_CONFLICT, net.receive(arpRequest(PEER_MAC, OWN, OWN)));
        assertEquals(NetworkCounter.ARP_CONFLICT, net.receive(arpReply(PEER_MAC, OWN)));
        assertEquals("ffffffffffff" + "020000000001" + "0806" + "0001" + "0800" + "0604" + "0001"
            + "020000000001" + "c0000201" + "000000000000" + "c0000201" + PADDING, hex(net.polled()));
        assertEquals(0, net.advance(10 * SECOND - 1));
        net.receive(arpReply(PEER_MAC, OWN));
        assertEquals(0, net.advance(1));
        net.receive(arpReply(PEER_MAC, OWN));
        assertEquals(1, net.advance(0));
        assertEquals(NetworkCounter.ARP_NOT_FOR_US, net.receive(arpRequest(OWN_MAC, OWN, PEER)));
    }

    @Test
    void shouldAnnounceItselfWhenTold() {
        net.layer.announce(net.nowNs);
        final ByteBuffer frame = ByteBuffer.wrap(net.polled());
        assertEquals(BROADCAST, frame.getLong(0) >>> 16);
        assertEquals(OWN, frame.getInt(14 + ArpFlyweight.SENDER_ADDRESS_OFFSET));
        assertEquals(OWN, frame.getInt(14 + ArpFlyweight.TARGET_ADDRESS_OFFSET));
    }

    @Test
    void shouldKeepItsPeersWhenAHundredThousandStrangersAsk() {
        final NetworkFixture wide = new NetworkFixture(InterfaceConfiguration.of(
            OWN_MAC, "10.0.0.1/8", LinkCapabilities.plain(1500, 32)).withTables(64, 64));
        final int own = Ipv4Address.parse("10.0.0.1");
        final int peer = own + 1;
        final NetworkRoute route = wide.route(peer);
        assertFalse(route.isResolved(wide.nowNs));
        wide.receive(arp(PEER_MAC, OWN_MAC, ArpFlyweight.OPERATION_REPLY, PEER_MAC, peer, OWN_MAC, own));
        for (int i = 0; i < 100_000; i++) {
            wide.receive(arpRequest(OTHER_MAC + i, own + 100 + i, own));
            wide.advance(100_000);
            wide.sink.next();
            assertTrue(route.isResolved(wide.nowNs));
            route.confirm(wide.nowNs);
        }
        assertTrue(wide.counters.get(NetworkCounter.NEIGHBOUR_TABLE_FULL) >= 100_000 - 16);
        assertEquals(0, wide.counters.get(NetworkCounter.NEIGHBOUR_EVICTED));
        assertFalse(wide.route(own + 50).isResolved(wide.nowNs));
        assertEquals(1, wide.advance(0));
    }

    @Test
    void shouldEvictTheLeastUsedWhenRoutesNeedMoreThanTheTableHolds() {
        final NetworkFixture small = new NetworkFixture(InterfaceConfiguration.of(
            OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32)).withTables(4, 16));
        final NetworkRoute[] routes = new NetworkRoute[6];
        for (int i = 0; i < 6; i++) {
            routes[i] = small.route(PEER + i);
        }
        for (int i = 0; i < 4; i++) {
            assertFalse(routes[i].isResolved(small.nowNs + i));
            small.receive(arpReply(PEER_MAC + i, PEER + i));
            assertTrue(routes[i].isResolved(small.nowNs + i));
        }
        assertFalse(routes[4].isResolved(small.nowNs + 10));
        assertEquals(1, small.counters.get(NetworkCounter.NEIGHBOUR_TABLE_FULL));
        small.advance(3 * SECOND);
        assertTrue(routes[0].isResolved(small.nowNs));
        assertFalse(routes[4].isResolved(small.nowNs));
        assertEquals(1, small.counters.get(NetworkCounter.NEIGHBOUR_EVICTED));
        assertTrue(routes[0].isResolved(small.nowNs));
        assertTrue(routes[2].isResolved(small.nowNs));
        assertTrue(routes[3].isResolved(small.nowNs));
        assertEquals(0, routes[1].claim(small.sink, 20));
        small.receive(arpReply(OTHER_MAC, PEER + 4));
        assertTrue(routes[4].isResolved(small.nowNs));
        assertFalse(routes[1].isResolved(small.nowNs), "its slot belongs to another now");
        assertEquals(0, routes[1].claim(small.sink, 20));
    }

    private long destinationOf(final NetworkRoute route) {
        assertNotEquals(0, route.claim(net.sink, 20));
        route.commit(net.sink, 20, 0, 0);
        return ByteBuffer.wrap(net.sink.next()).getLong(0) >>> 16;
    }
}
