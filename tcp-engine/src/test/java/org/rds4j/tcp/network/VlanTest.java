package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.SECOND;
import static org.rds4j.tcp.network.NetworkFixture.arpRequest;
import static org.rds4j.tcp.network.NetworkFixture.echo;
import static org.rds4j.tcp.network.NetworkFixture.tagged;
import static org.rds4j.tcp.network.NetworkFixture.tcp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;

class VlanTest {
    private static final int C_TAG = 0x8100;
    private static final int S_TAG = 0x88a8;
    private static final LinkCapabilities PLAIN = LinkCapabilities.plain(1500, 32);
    private static final LinkCapabilities INSERTING = new LinkCapabilities(1500, 32, false, false, 0, false, true, false);

    private final InterfaceConfiguration untagged = InterfaceConfiguration.of(OWN_MAC, "192.0.2.1/24", PLAIN);
    private final NetworkCounters counters = NetworkCounters.allocate();
    private final NetworkLayer layer = new NetworkLayer(List.of(
        untagged, untagged.withVlan(VlanTags.of(5)), untagged.withVlan(new VlanTags(9, 5)),
        untagged.withVlan(new VlanTags(9, 0))),
        new Random(1), counters);
    private final Arrivals arrivals = new Arrivals();
    private final RecordingSink sink = new RecordingSink();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(2048);

    @Test
    void shouldDeliverEveryTagToItsOwnInterface() {
        layer.transport(arrivals);
        final byte[] plain = tcp(new byte[20]);
        assertEquals(0, interfaceOf(plain));
        assertEquals(0, interfaceOf(tagged(plain, C_TAG, 0xe000)), "a priority tag is no tag");
        assertEquals(0, interfaceOf(tagged(plain, S_TAG, 0x2000)));
        assertEquals(0, interfaceOf(tagged(tagged(plain, C_TAG, 0), S_TAG, 0)));
        assertEquals(1, interfaceOf(tagged(plain, C_TAG, 0xb005)), "priority does not matter");
        assertEquals(1, interfaceOf(tagged(tagged(plain, C_TAG, 5), S_TAG, 0x6000)));
        assertEquals(2, interfaceOf(tagged(tagged(plain, C_TAG, 5), S_TAG, 0x1009)));
        assertEquals(3, interfaceOf(tagged(plain, S_TAG, 9)));
        assertEquals(3, interfaceOf(tagged(tagged(plain, C_TAG, 0xa000), S_TAG, 9)));
    }

    @Test
    void shouldDropAndCountTagsThatBelongToNobody() {
        layer.transport(arrivals);
        final byte[] plain = tcp(new byte[20]);
        final byte[][] foreign = {
            tagged(plain, C_TAG, 6), tagged(plain, S_TAG, 5), tagged(tagged(plain, C_TAG, 9), S_TAG, 5),
            tagged(tagged(plain, C_TAG, 5), C_TAG, 9), tagged(tagged(plain, S_TAG, 5), S_TAG, 9),
            tagged(tagged(tagged(plain, C_TAG, 5), C_TAG, 5), S_TAG, 9), tagged(plain, C_TAG, 0xfff)};
        for (final byte[] frame : foreign) {
            assertEquals(-1, interfaceOf(frame));
        }
        assertEquals(foreign.length, counters.get(NetworkCounter.FRAME_TAGGED));
    }

    @Test
    void shouldTakeAStrippedTagAsIfItStoodInTheFrame() {
        layer.transport(arrivals);
        final byte[] plain = tcp(new byte[20]);
        assertEquals(1, interfaceOfStripped(plain, 0xe005));
        assertEquals(0, interfaceOfStripped(plain, 0x2000));
        assertEquals(-1, interfaceOfStripped(plain, 6));
        assertEquals(2, interfaceOfStripped(tagged(plain, C_TAG, 5), 9), "the outer tag is the one that is stripped");
        assertEquals(1, interfaceOfStripped(tagged(plain, C_TAG, 5), 0));
        assertEquals(-1, interfaceOfStripped(tagged(plain, S_TAG, 9), 5));
        assertEquals(-1, interfaceOfStripped(tagged(tagged(plain, C_TAG, 5), S_TAG, 9), 5));
    }

    @Test
    void shouldNotAggregateSegmentsOfDifferentVlans() {
        layer.transport(arrivals);
        final FrameBurst burst = new FrameBurst(4);
        for (int i = 0; i < 4; i++) {
            final byte[] segment = new byte[30];
            segment[7] = (byte) (10 * (i / 2));
            segment[12] = 0x50;
            segment[13] = 0x10;
            final byte[] frame = i % 2 == 0 ? tagged(tcp(segment), C_TAG, 5) : tcp(segment);
            memory.put(i * 128, frame);
            burst.add(i, BufferUtil.address(memory) + i * 128L, frame.length, 0, 128);
        }
        layer.onBurst(burst, 1);
        assertEquals(List.of(0, 0, 1, 1), arrivals.all, "each interface hands up its own run");
        assertEquals(2, counters.get(NetworkCounter.SEGMENTS_AGGREGATED));
    }

    @Test
    void shouldKeepNeighboursOfEachInterfaceApart() {
        receive(tagged(arpRequest(PEER_MAC, PEER, OWN), C_TAG, 5), 0, 0);
        assertEquals(1, layer.poll(sink, 1));
        final byte[] reply = sink.next();
        assertEquals(64, reply.length, "the tag does not take the place of padding");
        assertEquals(0x8100_0005, ByteBuffer.wrap(reply).getInt(12));
        final long peer = Ipv4Address.mappedLow(PEER);
        final long own = Ipv4Address.mappedLow(OWN);
        assertTrue(layer.replyRoute(1, 0, own, 0, peer).isResolved(1));
        assertFalse(layer.replyRoute(0, 0, own, 0, peer).isResolved(1));
        assertFalse(layer.replyRoute(2, 0, own, 0, peer).isResolved(1));
        assertEquals(2, layer.replyRoute(2, 0, own, 0, peer).interfaceId());
    }

    @Test
    void shouldPutTheSameOctetsOnTheWireWhoeverInsertsTheTag() {
        for (final String addresses : new String[] {"192.0.2.1/24", "2001:db8::1/64"}) {
            final boolean isIpv4 = addresses.startsWith("192");
            final InterfaceConfiguration software = InterfaceConfiguration.of(OWN_MAC, addresses, PLAIN)
                .withVlan(VlanTags.of(0x123)).withTuning(NetworkTuning.builder().duplicateAddressProbes(0).build());
            final InterfaceConfiguration device = InterfaceConfiguration.of(OWN_MAC, addresses, INSERTING)
                .withVlan(VlanTags.of(0x123)).withTuning(NetworkTuning.builder().duplicateAddressProbes(0).build());
            for (final int length : new int[] {0, 1, 6, 20, 26, 100, 1460}) {
                assertArrayEquals(built(software, isIpv4, length), built(device, isIpv4, length), "length " + length);
            }
        }
    }

    @Test
    void shouldTagControlFramesLikeOthers() {
        final NetworkFixture device = new NetworkFixture(
            InterfaceConfiguration.of(OWN_MAC, "192.0.2.1/24", INSERTING).withVlan(VlanTags.of(7)));
        device.receive(tagged(echo(1, new byte[8]), C_TAG, 7));
        assertEquals(60, device.polled().length);
        assertEquals(FrameBurst.vlanFlags(7), device.sink.lastFlags);
        final NetworkFixture stacked = new NetworkFixture(
            InterfaceConfiguration.of(OWN_MAC, "192.0.2.1/24", INSERTING).withVlan(new VlanTags(9, 7)));
        stacked.receive(tagged(tagged(echo(1, new byte[8]), C_TAG, 7), S_TAG, 9));
        final ByteBuffer reply = ByteBuffer.wrap(stacked.polled());
        assertEquals(0x88a8_0009, reply.getInt(12));
        assertEquals(0x8100_0007, reply.getInt(16));
        assertEquals(0x0800, reply.getShort(20));
        assertEquals(0, stacked.sink.lastFlags, "two tags are written by software");
    }

    @Test
    void shouldNotCountTagsIntoTheMtu() {
        final NetworkLayer one = new NetworkLayer(untagged.withVlan(new VlanTags(9, 5)), new Random(1), counters);
        assertEquals(1480, one.route(0, Ipv4Address.mappedLow(PEER)).maxTransportLength());
        assertEquals(42, one.route(0, Ipv4Address.mappedLow(PEER)).overheadLength());
    }

    @Test
    void shouldRefuseTagsThatCannotBe() {
        assertThrows(IllegalArgumentException.class, () -> VlanTags.of(4095));
        assertThrows(IllegalArgumentException.class, () -> new VlanTags(-1, 1));
        assertThrows(IllegalArgumentException.class,
            () -> new NetworkLayer(List.of(untagged, untagged), new Random(1), counters));
        assertThrows(IllegalArgumentException.class, () -> new NetworkLayer(List.of(), new Random(1), counters));
    }

    /** A segment as it leaves: what the device would insert is inserted here. */
    private static byte[] built(final InterfaceConfiguration configuration, final boolean isIpv4, final int length) {
        final NetworkFixture net = new NetworkFixture(configuration);
        net.advance(0);
        final NetworkRoute route = isIpv4 ? net.route(PEER) : Ipv6Fixture.route(net, PEER6);
        route.isResolved(net.nowNs);
        net.advance(SECOND);
        final byte[] heard = isIpv4 ? NetworkFixture.arpReply(PEER_MAC, PEER)
            : NetworkFixture.neighbour(136, 0x6000_0000, PEER6, OWN6, PEER6, 2, PEER_MAC);
        net.receive(tagged(heard, C_TAG, 0x123));
        while (net.sink.count() > 0) {
            net.sink.next();
        }
        assertTrue(route.isResolved(net.nowNs));
        final long address = route.claim(net.sink, length);
        UnsafeApi.setMemory(address, length, (byte) 0x42);
        route.commit(net.sink, length, 0x28, FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        final byte[] frame = net.sink.next();
        final int flags = net.sink.lastFlags;
        assertTrue((flags & FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM) != 0);
        return (flags & FrameBurst.FLAG_VLAN) == 0 ? frame : tagged(frame, C_TAG, flags >>> FrameBurst.VLAN_TCI_SHIFT);
    }

    private int interfaceOf(final byte[] frame) {
        return receive(frame, 0, 0);
    }

    private int interfaceOfStripped(final byte[] frame, final int tci) {
        return receive(frame, FrameBurst.FLAG_VLAN, tci);
    }

    private int receive(final byte[] frame, final int flags, final int tci) {
        memory.put(0, frame);
        arrivals.last = -1;
        final FrameBurst burst = new FrameBurst(1);
        burst.add(0, BufferUtil.address(memory), frame.length, flags, 2048);
        burst.vlanTci(0, tci);
        layer.onBurst(burst, 1);
        return arrivals.last;
    }

    /** Remembers by which interface the last segment came. */
    private static final class Arrivals implements TransportHandler {
        private int last = -1;
        private int said;
        private final List<Integer> all = new ArrayList<>();

        @Override
        public void arrivingBy(final int interfaceId) {
            said = interfaceId;
        }

        @Override
        public void onSegment(
            final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
            final long address, final int length, final int trafficClass, final boolean checksumVerified, final long nowNs) {
            last = said;
            all.add(said);
        }

        @Override
        public void onIcmpError(
            final IcmpErrorKind kind, final int nextHopMtu,
            final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
            final long address, final int length, final long nowNs) {
            last = said;
        }
    }
}
