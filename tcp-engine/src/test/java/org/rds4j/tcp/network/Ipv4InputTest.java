package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.BROADCAST;
import static org.rds4j.tcp.network.NetworkFixture.OTHER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.ethernet;
import static org.rds4j.tcp.network.NetworkFixture.ipv4Packet;
import static org.rds4j.tcp.network.NetworkFixture.patched;
import static org.rds4j.tcp.network.NetworkFixture.tcp;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;

class Ipv4InputTest {
    private static final LinkCapabilities CHECKING = new LinkCapabilities(1500, 32, true, true, 0, true, true, false);

    private final NetworkFixture net = new NetworkFixture();
    private final byte[] segment = segmentOf(20);
    private final byte[] good = tcp(segment);

    @Test
    void shouldDeliverASegmentWithItsAddressesAndTrafficClass() {
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(patched(good, 1, 0xb9)));
        assertEquals(Ipv4Address.mappedLow(PEER), net.transport.remote);
        assertEquals(Ipv4Address.mappedLow(OWN), net.transport.local);
        assertArrayEquals(segment, net.transport.octets);
        assertEquals(0xb9, net.transport.trafficClass);
        assertFalse(net.transport.isVerified);
    }

    @Test
    void shouldCutThePaddingOfShortFrames() {
        for (int length = 0; length <= 26; length++) {
            final byte[] short20 = segmentOf(length);
            final byte[] frame = tcp(short20);
            assertEquals(60, frame.length);
            Arrays.fill(frame, 34 + length, 60, (byte) 0x77);
            assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(frame));
            assertArrayEquals(short20, net.transport.octets);
        }
    }

    @Test
    void shouldDeliverTheLargestPacket() {
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(tcp(segmentOf(1480))));
        assertEquals(1480, net.transport.octets.length);
    }

    @Test
    void shouldDropFramesForOthersOrFromImpossibleStations() {
        final byte[] packet = ipv4Packet(6, PEER, OWN, segment);
        expect(NetworkCounter.FRAME_NOT_FOR_US, ethernet(OTHER_MAC, PEER_MAC, 0x0800, packet));
        expect(NetworkCounter.FRAME_NOT_FOR_US, ethernet(0x0100_5e00_0001L, PEER_MAC, 0x0800, packet));
        expect(NetworkCounter.FRAME_BAD_SOURCE, ethernet(OWN_MAC, BROADCAST, 0x0800, packet));
        expect(NetworkCounter.FRAME_BAD_SOURCE, ethernet(OWN_MAC, 0, 0x0800, packet));
        expect(NetworkCounter.FRAME_UNKNOWN_TYPE, ethernet(OWN_MAC, PEER_MAC, 0x86dd, packet));
        expect(NetworkCounter.FRAME_UNKNOWN_TYPE, ethernet(OWN_MAC, PEER_MAC, 46, packet));
        expect(NetworkCounter.IP_GROUP_DESTINATION, ethernet(BROADCAST, PEER_MAC, 0x0800, packet));
        for (int length = 0; length < 14; length++) {
            expect(NetworkCounter.FRAME_TOO_SHORT, Arrays.copyOf(good, length));
        }
        for (int length = 14; length < 54; length++) {
            expect(NetworkCounter.IP_BAD_LENGTH, Arrays.copyOf(good, length));
        }
    }

    @Test
    void shouldAcceptPriorityTagsAndDropOthers() {
        final byte[] packet = ipv4Packet(6, PEER, OWN, segment);
        final byte[] priority = ethernet(OWN_MAC, PEER_MAC, 0x8100, tagged(0xe000, 0x0800, packet));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(priority));
        assertArrayEquals(segment, net.transport.octets);
        expect(NetworkCounter.FRAME_TAGGED, ethernet(OWN_MAC, PEER_MAC, 0x8100, tagged(0xe001, 0x0800, packet)));
        expect(NetworkCounter.FRAME_TAGGED, ethernet(OWN_MAC, PEER_MAC, 0x88a8, tagged(7, 0x0800, packet)));
        expect(NetworkCounter.FRAME_TAGGED, ethernet(OWN_MAC, PEER_MAC, 0x8100, tagged(0, 0x8100, packet)));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED,
            net.receive(ethernet(OWN_MAC, PEER_MAC, 0x88a8, tagged(0, 0x0800, packet))));
        expect(NetworkCounter.FRAME_TOO_SHORT, Arrays.copyOf(priority, 17));
        assertEquals(NetworkCounter.FRAME_TAGGED, net.receive(good, FrameBurst.FLAG_VLAN));
    }

    @Test
    void shouldTakeABurstInOrderAndAcceptStrippedPriorityTags() {
        final FrameBurst burst = new FrameBurst(3);
        final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(3 * 64));
        for (int i = 0; i < 3; i++) {
            memory.putBytes(i * 64, tcp(new byte[] {(byte) i, 1, 2}));
            burst.add(i, memory.addressOffset() + i * 64L, 60, i > 0 ? FrameBurst.FLAG_VLAN : 0, 64);
        }
        burst.vlanTci(1, 0x6000);
        burst.vlanTci(2, 0x6005);
        net.layer.onBurst(burst, net.nowNs);
        assertEquals(2, net.transport.segments);
        assertArrayEquals(new byte[] {1, 1, 2}, net.transport.octets);
        assertEquals(1, net.counters.get(NetworkCounter.FRAME_TAGGED));
        assertEquals(3, burst.count());
    }

    @Test
    void shouldDropBrokenHeaders() {
        expect(NetworkCounter.IP_BAD_HEADER, patched(good, 0, 0x65));
        expect(NetworkCounter.IP_BAD_HEADER, patched(good, 0, 0x44));
        expect(NetworkCounter.IP_BAD_HEADER, patched(good, 0, 0x40));
        expect(NetworkCounter.IP_BAD_LENGTH, patched(good, 2, 0, 19));
        expect(NetworkCounter.IP_BAD_LENGTH, patched(good, 2, 0, 47));
        expect(NetworkCounter.IP_BAD_LENGTH, patched(good, 2, 0xff, 0xff));
        expect(NetworkCounter.IP_BAD_LENGTH, patched(good, 0, 0x4b));
        expect(NetworkCounter.IP_TTL_ZERO, patched(good, 8, 0));
        for (int bit = 0; bit < 160; bit++) {
            final byte[] flipped = good.clone();
            flipped[14 + bit / 8] ^= (byte) (1 << (bit % 8));
            assertTrue(net.receive(flipped) != NetworkCounter.SEGMENTS_DELIVERED, "bit " + bit);
        }
        final byte[] wrongSum = good.clone();
        wrongSum[24] ^= 1;
        expect(NetworkCounter.IP_BAD_CHECKSUM, wrongSum);
        assertEquals(0, net.transport.segments);
    }

    @Test
    void shouldDropFragments() {
        expect(NetworkCounter.IP_FRAGMENT, patched(good, 6, 0x20, 0));
        expect(NetworkCounter.IP_FRAGMENT, patched(good, 6, 0, 1));
        expect(NetworkCounter.IP_FRAGMENT, patched(good, 6, 0x1f, 0xff));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(patched(good, 6, 0, 0)));
    }

    @Test
    void shouldDropSourcesThatCannotBeHosts() {
        for (final String source : new String[] {
            "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
            "192.0.2.255", "192.0.2.0"}) {
            expect(NetworkCounter.IP_BAD_SOURCE, from(source, "192.0.2.1"));
        }
        expect(NetworkCounter.IP_OWN_SOURCE, from("192.0.2.1", "192.0.2.1"));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(from("203.0.113.255", "192.0.2.1")));
    }

    @Test
    void shouldDropDestinationsThatAreNotThisHost() {
        expect(NetworkCounter.IP_GROUP_DESTINATION, from("192.0.2.2", "255.255.255.255"));
        expect(NetworkCounter.IP_GROUP_DESTINATION, from("192.0.2.2", "192.0.2.255"));
        expect(NetworkCounter.IP_GROUP_DESTINATION, from("192.0.2.2", "224.0.0.251"));
        expect(NetworkCounter.IP_NOT_FOR_US, from("192.0.2.2", "192.0.2.3"));
        expect(NetworkCounter.IP_NOT_FOR_US, from("192.0.2.2", "127.0.0.1"));
    }

    @Test
    void shouldStepOverHarmlessOptionsAndDropSourceRoutes() {
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(withOptions(1, 1, 1, 0)));
        assertArrayEquals(segment, net.transport.octets);
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(withOptions(7, 7, 4, 0, 0, 0, 0, 1)));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(withOptions(0, 131, 3, 4)));
        expect(NetworkCounter.IP_SOURCE_ROUTED, withOptions(131, 7, 4, 192, 0, 2, 3, 0));
        expect(NetworkCounter.IP_SOURCE_ROUTED, withOptions(1, 137, 7, 4, 192, 0, 2, 3));
        expect(NetworkCounter.IP_BAD_OPTIONS, withOptions(7, 5, 4, 0));
        expect(NetworkCounter.IP_BAD_OPTIONS, withOptions(7, 0, 4, 0));
        expect(NetworkCounter.IP_BAD_OPTIONS, withOptions(7, 1, 4, 0));
        expect(NetworkCounter.IP_BAD_OPTIONS, withOptions(1, 1, 1, 7));
    }

    @Test
    void shouldBelieveTheDeviceAboutChecksumsOnlyWhenItCanVerifyThem() {
        final byte[] wrongSum = good.clone();
        wrongSum[24] ^= 1;
        final int allGood = FrameBurst.FLAG_IP_CHECKSUM_GOOD | FrameBurst.FLAG_L4_CHECKSUM_GOOD;
        assertEquals(NetworkCounter.IP_BAD_CHECKSUM, net.receive(wrongSum, allGood));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(good, FrameBurst.FLAG_L4_CHECKSUM_GOOD));
        assertFalse(net.transport.isVerified);
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(good, FrameBurst.FLAG_L4_CHECKSUM_BAD));

        final NetworkFixture device = new NetworkFixture(InterfaceConfiguration.of(OWN_MAC, "192.0.2.1/24", CHECKING));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, device.receive(wrongSum, allGood));
        assertTrue(device.transport.isVerified);
        assertEquals(NetworkCounter.IP_BAD_CHECKSUM, device.receive(wrongSum, 0));
        assertEquals(NetworkCounter.IP_BAD_CHECKSUM, device.receive(good, FrameBurst.FLAG_IP_CHECKSUM_BAD));
        assertEquals(NetworkCounter.TRANSPORT_BAD_CHECKSUM, device.receive(good, FrameBurst.FLAG_L4_CHECKSUM_BAD));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, device.receive(good, 0));
        assertFalse(device.transport.isVerified);
    }

    private void expect(final NetworkCounter outcome, final byte[] frame) {
        final int segments = net.transport.segments;
        assertEquals(outcome, net.receive(frame));
        assertEquals(segments, net.transport.segments);
        assertEquals(0, net.advance(0), "nobody is to be answered");
    }

    private byte[] from(final String source, final String destination) {
        final byte[] packet =
            ipv4Packet(6, Ipv4Address.parse(source), Ipv4Address.parse(destination), segment);
        return ethernet(OWN_MAC, PEER_MAC, 0x0800, packet);
    }

    private byte[] withOptions(final int... options) {
        final byte[] payload = new byte[options.length + segment.length];
        for (int i = 0; i < options.length; i++) {
            payload[i] = (byte) options[i];
        }
        System.arraycopy(segment, 0, payload, options.length, segment.length);
        return patched(tcp(payload), 0, 0x45 + options.length / 4);
    }

    private static byte[] tagged(final int tci, final int type, final byte[] packet) {
        final byte[] tagged = new byte[4 + packet.length];
        tagged[0] = (byte) (tci >>> 8);
        tagged[1] = (byte) tci;
        tagged[2] = (byte) (type >>> 8);
        tagged[3] = (byte) type;
        System.arraycopy(packet, 0, tagged, 4, packet.length);
        return tagged;
    }

    private static byte[] segmentOf(final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) (i * 13 + 1);
        }
        return octets;
    }
}
