package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.ALL_NODES;
import static org.rds4j.tcp.network.NetworkFixture.FAR6;
import static org.rds4j.tcp.network.NetworkFixture.GATEWAY6;
import static org.rds4j.tcp.network.NetworkFixture.OTHER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.OWN6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_LINK6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_LINK6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.SECOND;
import static org.rds4j.tcp.network.NetworkFixture.hex;
import static org.rds4j.tcp.network.NetworkFixture.icmpv6;
import static org.rds4j.tcp.network.NetworkFixture.ipv6;
import static org.rds4j.tcp.network.NetworkFixture.neighbour;
import static org.rds4j.tcp.network.NetworkFixture.unhex;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.LinkCapabilities;

class NeighbourDiscoveryTest {
    private static final int SOLICITATION = 135;
    private static final int ADVERTISEMENT = 136;
    private static final int SOLICITED = 0x4000_0000;
    private static final int OVERRIDE = 0x2000_0000;
    private static final IpAddress OWN_GROUP = IpAddress.parse("ff02::1:ff00:1");
    private static final IpAddress NOBODY = IpAddress.UNSPECIFIED;

    private final NetworkFixture net = Ipv6Fixture.ready();

    @Test
    void shouldSolicitOctetByOctetWhenARouteIsFirstUsed() {
        final NetworkRoute route = Ipv6Fixture.route(net, PEER6);
        assertFalse(route.isResolved(net.nowNs));
        assertEquals(0, route.claim(net.sink, 20));
        final byte[] frame = net.polled();
        assertEquals("3333ff000002" + "020000000001" + "86dd" + "60000000" + "0020" + "3a" + "ff"
            + "20010db8000000000000000000000001" + "ff0200000000000000000001ff000002"
            + "8700" + hex(frame).substring(112, 116) + "00000000" + "20010db8000000000000000000000002"
            + "0101020000000001", hex(frame));
        assertEquals(0xffff, sumOf(frame));
        assertEquals(NetworkCounter.ND_ADVERTISEMENT_RECEIVED, net.receive(answer(PEER6, PEER_MAC)));
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(PEER_MAC, stationOf(route));
    }

    @Test
    void shouldAnswerASolicitationOctetByOctetAndLearnItsSender() {
        assertEquals(NetworkCounter.ND_SOLICITATION_RECEIVED,
            net.receive(neighbour(SOLICITATION, 0, PEER6, OWN_GROUP, OWN6, 1, PEER_MAC)));
        final byte[] frame = net.polled();
        assertEquals("020000000002" + "020000000001" + "86dd" + "60000000" + "0020" + "3a" + "ff"
            + "20010db8000000000000000000000001" + "20010db8000000000000000000000002"
            + "8800" + hex(frame).substring(112, 116) + "60000000" + "20010db8000000000000000000000001"
            + "0201020000000001", hex(frame));
        assertEquals(0xffff, sumOf(frame));
        assertTrue(Ipv6Fixture.route(net, PEER6).isResolved(net.nowNs));
        assertEquals(0, net.advance(0));
    }

    @Test
    void shouldAnswerForItsLinkLocalAddressToo() {
        final IpAddress group = IpAddress.parse("ff02::1:ff00:1");
        assertEquals(NetworkCounter.ND_SOLICITATION_RECEIVED,
            net.receive(neighbour(SOLICITATION, 0, PEER_LINK6, group, OWN_LINK6, 1, PEER_MAC)));
        assertEquals(OWN_LINK6.low(), ByteBuffer.wrap(net.polled()).getLong(30));
    }

    @Test
    void shouldTellEverybodyWhenSomebodyAsksWhetherItsAddressIsFree() {
        assertEquals(NetworkCounter.ND_SOLICITATION_RECEIVED,
            net.receive(neighbour(SOLICITATION, 0, NOBODY, OWN_GROUP, OWN6, 0, 0)));
        final ByteBuffer frame = ByteBuffer.wrap(net.polled());
        assertEquals(0x3333_0000_0001L, frame.getLong(0) >>> 16);
        assertEquals(ALL_NODES.high(), frame.getLong(38));
        assertEquals(ALL_NODES.low(), frame.getLong(46));
        assertEquals(OVERRIDE, frame.getInt(58));
    }

    /** RFC 4861 sections 6.1 and 7.1. */
    @Test
    void shouldBelieveOnlyWhatCannotHaveBeenRouted() {
        final byte[] good = neighbour(SOLICITATION, 0, PEER6, OWN_GROUP, OWN6, 1, PEER_MAC);
        for (int hops = 1; hops < 255; hops++) {
            final byte[] routed = good.clone();
            routed[21] = (byte) hops;
            expect(NetworkCounter.ND_MALFORMED, routed);
        }
        final byte[] data = unhex("2001 0db8 0000 0000 0000 0000 0000 0001");
        expect(NetworkCounter.ND_MALFORMED, icmpv6(SOLICITATION, 1, 0, 255, PEER6, OWN_GROUP, data));
        expect(NetworkCounter.ND_MALFORMED, icmpv6(SOLICITATION, 0, 0, 255, PEER6, OWN_GROUP, new byte[15]));
        expect(NetworkCounter.ND_MALFORMED, neighbour(SOLICITATION, 0, PEER6, OWN_GROUP, ALL_NODES, 1, PEER_MAC));
        expect(NetworkCounter.ND_MALFORMED, neighbour(SOLICITATION, 0, NOBODY, OWN_GROUP, OWN6, 1, PEER_MAC));
        expect(NetworkCounter.ND_MALFORMED, neighbour(SOLICITATION, 0, NOBODY, OWN6, OWN6, 0, 0));
        expect(NetworkCounter.ND_MALFORMED, neighbour(SOLICITATION, 0, PEER6, OWN_GROUP, OWN6, 1, 0x0100_0000_0000L));
        for (final String option : new String[] {"0100 0200 0000 0002", "0102 0200 0000 0002", "0101 0200"}) {
            expect(NetworkCounter.ND_MALFORMED, icmpv6(SOLICITATION, 0, 0, 255, PEER6, OWN_GROUP,
                unhex("2001 0db8 0000 0000 0000 0000 0000 0001" + option)));
        }
        expect(NetworkCounter.ND_MALFORMED, neighbour(ADVERTISEMENT, SOLICITED, PEER6, ALL_NODES, PEER6, 2, PEER_MAC));
        expect(NetworkCounter.ND_NOT_FOR_US, neighbour(SOLICITATION, 0, PEER6, OWN_GROUP, IpAddress.parse("2001:db8::5:0:1"), 1,
            PEER_MAC));
    }

    @Test
    void shouldNotLearnFromAnswersNobodyAskedFor() {
        assertEquals(NetworkCounter.ND_NOT_FOR_US, net.receive(answer(PEER6, PEER_MAC)));
        final NetworkRoute route = resolved(PEER6, PEER_MAC);
        assertEquals(NetworkCounter.ND_UNSOLICITED, net.receive(answer(PEER6, OTHER_MAC)));
        assertEquals(PEER_MAC, stationOf(route));
    }

    @Test
    void shouldFollowAnAnnouncedMoveOfAKnownNeighbourAndVerifyIt() {
        final NetworkRoute route = resolved(PEER6, PEER_MAC);
        assertEquals(NetworkCounter.ND_ADVERTISEMENT_RECEIVED,
            net.receive(neighbour(ADVERTISEMENT, OVERRIDE, PEER6, ALL_NODES, PEER6, 2, OTHER_MAC)));
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(OTHER_MAC, stationOf(route));
        assertEquals(0, net.advance(4 * SECOND));
        assertEquals(1, net.advance(SECOND), "what was told unasked is verified");
        assertEquals(OTHER_MAC, ByteBuffer.wrap(net.sink.next()).getLong(0) >>> 16);
    }

    /** RFC 4861 section 7.2.5: without the override flag another station only raises doubt. */
    @Test
    void shouldKeepTheKnownStationWhenTheAdvertisementDoesNotOverride() {
        final NetworkRoute route = resolved(PEER6, PEER_MAC);
        assertEquals(NetworkCounter.ND_ADVERTISEMENT_RECEIVED,
            net.receive(neighbour(ADVERTISEMENT, 0, PEER6, ALL_NODES, PEER6, 2, OTHER_MAC)));
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(PEER_MAC, stationOf(route));
        assertEquals(1, net.advance(5 * SECOND), "in doubt it is asked");
    }

    @Test
    void shouldFindOutThatANeighbourIsGone() {
        final NetworkRoute route = resolved(PEER6, PEER_MAC);
        net.advance(46 * SECOND);
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(0, net.advance(5 * SECOND - 1));
        for (int i = 0; i < 3; i++) {
            assertEquals(1, net.advance(i == 0 ? 1 : SECOND));
            assertEquals(PEER_MAC, ByteBuffer.wrap(net.sink.next()).getLong(0) >>> 16);
        }
        net.advance(SECOND);
        assertFalse(route.isResolved(net.nowNs));
        assertEquals(1, net.counters.get(NetworkCounter.NEIGHBOUR_FAILED));
    }

    @Test
    void shouldSendToTheGatewaysStationForHostsOffTheLink() {
        final NetworkRoute route = Ipv6Fixture.route(net, FAR6);
        assertFalse(route.isResolved(net.nowNs));
        final ByteBuffer solicitation = ByteBuffer.wrap(net.polled());
        assertEquals(OWN_LINK6.low(), solicitation.getLong(30), "a link-local neighbour is asked by a link-local address");
        net.receive(answer(GATEWAY6, OTHER_MAC, OWN_LINK6));
        assertTrue(route.isResolved(net.nowNs));
        assertEquals(OWN6.low(), route.localLow());
        assertEquals(OTHER_MAC, stationOf(route));
    }

    @Test
    void shouldUseAnAddressOnlyWhenNobodyElseHasIt() {
        final NetworkFixture fresh = new NetworkFixture(Ipv6Fixture.configuration());
        final NetworkRoute route = Ipv6Fixture.route(fresh, PEER6);
        assertFalse(route.isResolved(fresh.nowNs));
        assertEquals(2, fresh.advance(0));
        final byte[] probe = fresh.sink.next();
        assertEquals("3333ff000001" + "020000000001" + "86dd" + "60000000" + "0018" + "3a" + "ff"
            + "00000000000000000000000000000000" + "ff0200000000000000000001ff000001"
            + "8700" + hex(probe).substring(112, 116) + "00000000" + "20010db8000000000000000000000001", hex(probe));
        assertEquals(NetworkCounter.IP_NOT_FOR_US, fresh.receive(ipv6(6, 64, PEER6, OWN6, new byte[20])));
        assertEquals(NetworkCounter.ND_NOT_FOR_US,
            fresh.receive(neighbour(SOLICITATION, 0, PEER6, OWN_GROUP, OWN6, 1, PEER_MAC)));
        assertFalse(route.isResolved(fresh.nowNs));
        fresh.advance(SECOND);
        assertFalse(route.isResolved(fresh.nowNs));
        fresh.receive(answer(PEER6, PEER_MAC));
        assertTrue(route.isResolved(fresh.nowNs));
    }

    @Test
    void shouldNotUseAnAddressThatAnotherHostDefendsOrWantsToo() {
        final byte[][] claims = {
            neighbour(ADVERTISEMENT, OVERRIDE, PEER6, ALL_NODES, OWN6, 2, PEER_MAC),
            neighbour(SOLICITATION, 0, NOBODY, OWN_GROUP, OWN6, 0, 0)};
        for (final byte[] claim : claims) {
            final NetworkFixture fresh = new NetworkFixture(Ipv6Fixture.configuration());
            fresh.advance(0);
            assertEquals(NetworkCounter.ND_CONFLICT, fresh.receive(claim));
            fresh.advance(2 * SECOND);
            assertEquals(1, fresh.counters.get(NetworkCounter.DUPLICATE_ADDRESS));
            assertEquals(NetworkCounter.IP_NOT_FOR_US, fresh.receive(ipv6(6, 64, PEER6, OWN6, new byte[20])));
            assertEquals(0, Ipv6Fixture.route(fresh, PEER6).localHigh(), "no address to speak with");
            assertEquals(NetworkCounter.SEGMENTS_DELIVERED, fresh.receive(ipv6(6, 64, PEER_LINK6, OWN_LINK6, new byte[20])));
        }
    }

    @Test
    void shouldCountAConflictOverAnAddressInUse() {
        assertEquals(NetworkCounter.ND_CONFLICT,
            net.receive(neighbour(ADVERTISEMENT, OVERRIDE, PEER6, ALL_NODES, OWN6, 2, PEER_MAC)));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(ipv6(6, 64, PEER6, OWN6, new byte[20])));
    }

    @Test
    void shouldKeepItsPeersWhenAHundredThousandStrangersAsk() {
        final NetworkFixture wide = Ipv6Fixture.ready(InterfaceConfiguration.of(
            OWN_MAC, "2001:db8::1/64", LinkCapabilities.plain(1500, 32)).withTables(64, 64));
        final NetworkRoute route = Ipv6Fixture.route(wide, PEER6);
        assertFalse(route.isResolved(wide.nowNs));
        wide.receive(answer(PEER6, PEER_MAC));
        for (int i = 0; i < 100_000; i++) {
            wide.receive(neighbour(
                SOLICITATION, 0, new IpAddress(OWN6.high(), 0x10_0000L + i), OWN_GROUP, OWN6, 1, OTHER_MAC + i));
            wide.advance(100_000);
            wide.sink.next();
            assertTrue(route.isResolved(wide.nowNs));
            route.confirm(wide.nowNs);
        }
        assertTrue(wide.counters.get(NetworkCounter.NEIGHBOUR_TABLE_FULL) >= 100_000 - 16);
        assertEquals(0, wide.counters.get(NetworkCounter.NEIGHBOUR_EVICTED));
    }

    @Test
    void shouldAnnounceAllItsAddressesWhenTold() {
        net.layer.announce(net.nowNs);
        assertEquals(3, net.advance(0));
        assertEquals(0x0806, ByteBuffer.wrap(net.sink.next()).getShort(12));
        assertEquals(OWN6.low(), ByteBuffer.wrap(net.sink.next()).getLong(70));
        assertEquals(OWN_LINK6.low(), ByteBuffer.wrap(net.sink.next()).getLong(70));
        assertNull(net.sink.next());
    }

    @Test
    void shouldIgnoreRoutersUnlessConfigured() {
        assertEquals(NetworkCounter.ROUTER_ADVERTISEMENT_IGNORED, net.receive(routerAdvertisement(GATEWAY6, 1800)));
        assertEquals(0, net.advance(0));
        assertNotEquals(NetworkCounter.SEGMENTS_DELIVERED,
            net.receive(ipv6(6, 64, PEER6, IpAddress.parse("2001:db8:1::ff:fe00:1"), new byte[20])));
    }

    @Test
    void shouldTakeGatewayAndAddressFromARouterWhenConfigured() {
        final NetworkFixture host = new NetworkFixture(InterfaceConfiguration.of(
            OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32))
            .withTuning(NetworkTuning.builder().routerAdvertisements(true).build()));
        host.advance(0);
        host.advance(SECOND);
        host.sink.next();
        final ByteBuffer solicitation = ByteBuffer.wrap(host.sink.next());
        assertEquals((byte) 133, solicitation.get(54));
        assertEquals(0x3333_0000_0002L, solicitation.getLong(0) >>> 16);
        final byte[] routed = routerAdvertisement(GATEWAY6, 1800);
        routed[21] = 64;
        assertEquals(NetworkCounter.ND_MALFORMED, host.receive(routed));
        assertEquals(NetworkCounter.ND_MALFORMED, host.receive(routerAdvertisement(PEER6, 1800)));
        assertEquals(NetworkCounter.ROUTER_ADVERTISEMENT_RECEIVED, host.receive(routerAdvertisement(GATEWAY6, 1800)));
        host.advance(0);
        host.advance(SECOND);
        final NetworkRoute route = Ipv6Fixture.route(host, FAR6);
        assertEquals(0x2001_0db8_0001_0000L, route.localHigh());
        assertTrue(route.isResolved(host.nowNs), "the router has said what its station is");
        assertEquals(OTHER_MAC, stationOf(host, route));
        host.advance(1800 * SECOND);
        host.advance(0);
        assertFalse(Ipv6Fixture.route(host, IpAddress.parse("2001:db8:eeee::1")).isResolved(host.nowNs), "it fell silent");
    }

    private static byte[] routerAdvertisement(final IpAddress router, final int lifetime) {
        return icmpv6(134, 0, lifetime, 255, router, ALL_NODES, unhex("0000 0000 0000 0000" + "0101 0200 0000 0003"
            + "0304 40c0 0000 1000 0000 1000 0000 0000 2001 0db8 0001 0000 0000 0000 0000 0000"));
    }

    private static byte[] answer(final IpAddress host, final long mac) {
        return answer(host, mac, OWN6);
    }

    private static byte[] answer(final IpAddress host, final long mac, final IpAddress asker) {
        return neighbour(ADVERTISEMENT, SOLICITED | OVERRIDE, host, asker, host, 2, mac);
    }

    private NetworkRoute resolved(final IpAddress host, final long mac) {
        final NetworkRoute route = Ipv6Fixture.route(net, host);
        assertFalse(route.isResolved(net.nowNs));
        net.polled();
        net.receive(answer(host, mac));
        assertTrue(route.isResolved(net.nowNs));
        return route;
    }

    private long stationOf(final NetworkRoute route) {
        return stationOf(net, route);
    }

    private static long stationOf(final NetworkFixture host, final NetworkRoute route) {
        while (host.sink.count() > 0) {
            host.sink.next();
        }
        assertNotEquals(0, route.claim(host.sink, 20));
        route.commit(host.sink, 20, 0, 0);
        return ByteBuffer.wrap(host.sink.next()).getLong(0) >>> 16;
    }

    private void expect(final NetworkCounter outcome, final byte[] frame) {
        assertEquals(outcome, net.receive(frame));
        assertEquals(0, net.advance(0), "nobody is to be answered");
    }

    /** The plain sum over pseudo-header and message of an ICMPv6 packet. */
    private static int sumOf(final byte[] frame) {
        final ByteBuffer packet = ByteBuffer.wrap(frame);
        final int length = packet.getShort(18);
        final ByteBuffer summed = ByteBuffer.allocate(40 + length);
        summed.put(frame, 22, 32).putInt(length).putInt(58).put(frame, 54, length);
        return NetworkFixture.sum(summed, 0, summed.capacity());
    }
}
