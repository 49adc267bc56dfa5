package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.tcp.network.NetworkFixture.ALL_NODES;
import static org.rds4j.tcp.network.NetworkFixture.BROADCAST;
import static org.rds4j.tcp.network.NetworkFixture.FAR6;
import static org.rds4j.tcp.network.NetworkFixture.OWN6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_LINK6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_LINK6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.ethernet;
import static org.rds4j.tcp.network.NetworkFixture.ipv6;
import static org.rds4j.tcp.network.NetworkFixture.ipv6Packet;
import static org.rds4j.tcp.network.NetworkFixture.unhex;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Ipv6InputTest {
    private static final int TCP = 6;

    private final NetworkFixture net = Ipv6Fixture.ready();
    private final byte[] segment = segmentOf(20);
    private final byte[] good = ipv6(TCP, 64, PEER6, OWN6, segment);

    @Test
    void shouldDeliverASegmentWithItsAddressesAndTrafficClass() {
        final byte[] marked = good.clone();
        marked[14] = 0x6b;
        marked[15] = (byte) 0x90;
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(marked));
        assertEquals(PEER6.low(), net.transport.remote);
        assertEquals(OWN6.low(), net.transport.local);
        assertEquals(0xb9, net.transport.trafficClass);
        assertArrayEquals(segment, net.transport.octets);
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(ipv6(TCP, 1, PEER_LINK6, OWN_LINK6, segment)));
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(ipv6(TCP, 1, FAR6, OWN6, segmentOf(1440))));
    }

    @Test
    void shouldCutThePaddingOfShortFrames() {
        for (int length = 1; length <= 6; length++) {
            final byte[] frame = ipv6(TCP, 64, PEER6, OWN6, segmentOf(length));
            assertEquals(60, frame.length);
            Arrays.fill(frame, 54 + length, 60, (byte) 0x77);
            assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(frame));
            assertArrayEquals(segmentOf(length), net.transport.octets);
        }
    }

    @Test
    void shouldDropBrokenHeaders() {
        expect(NetworkCounter.IP_BAD_HEADER, patched(0, 0x40));
        expect(NetworkCounter.IP_BAD_LENGTH, patched(4, 0, 60));
        expect(NetworkCounter.IP_BAD_LENGTH, patched(4, 0xff, 0xff));
        expect(NetworkCounter.IP_TTL_ZERO, patched(7, 0));
        for (int length = 14; length < 54; length++) {
            expect(NetworkCounter.IP_BAD_LENGTH, Arrays.copyOf(good, length));
        }
    }

    @Test
    void shouldDropSourcesThatCannotBeHosts() {
        for (final String source : new String[] {"::1", "ff02::1", "ff0e::7", "::ffff:192.0.2.2", "::192.0.2.2", "::"}) {
            expect(NetworkCounter.IP_BAD_SOURCE, ipv6(TCP, 64, IpAddress.parse(source), OWN6, segment));
        }
        expect(NetworkCounter.IP_OWN_SOURCE, ipv6(TCP, 64, OWN6, OWN6, segment));
        expect(NetworkCounter.IP_OWN_SOURCE, ipv6(TCP, 64, OWN_LINK6, OWN6, segment));
    }

    @Test
    void shouldDropDestinationsThatAreNotThisHost() {
        expect(NetworkCounter.IP_NOT_FOR_US, ipv6(TCP, 64, PEER6, FAR6, segment));
        expect(NetworkCounter.IP_NOT_FOR_US, ipv6(TCP, 64, PEER6, IpAddress.parse("::1"), segment));
        expect(NetworkCounter.IP_GROUP_DESTINATION, ipv6(TCP, 64, PEER6, ALL_NODES, segment));
        final byte[] packet = ipv6Packet(TCP, 64, PEER6, OWN6, segment);
        expect(NetworkCounter.IP_GROUP_DESTINATION, ethernet(BROADCAST, PEER_MAC, 0x86dd, packet));
        expect(NetworkCounter.IP_GROUP_DESTINATION, ethernet(0x3333_0000_0001L, PEER_MAC, 0x86dd, packet));
        expect(NetworkCounter.FRAME_NOT_FOR_US, ethernet(0x3333_0000_0002L, PEER_MAC, 0x86dd, packet));
        expect(NetworkCounter.IP_GROUP_DESTINATION,
            ethernet(OWN_MAC, PEER_MAC, 0x86dd, ipv6Packet(TCP, 64, PEER6, IpAddress.parse("ff02::fb"), segment)));
    }

    @Test
    void shouldNotSpeakIpv6UnlessItHasAnAddress() {
        assertEquals(NetworkCounter.FRAME_UNKNOWN_TYPE, new NetworkFixture().receive(good));
    }

    @Test
    void shouldFindTheSegmentBehindUpToEightExtensionHeaders() {
        for (int headers = 1; headers <= 9; headers++) {
            final ByteBuffer chain = ByteBuffer.allocate(8 * headers + 20);
            for (int i = 1; i < headers; i++) {
                chain.put(unhex("3c00 0104 0000 0000"));
            }
            chain.put(unhex("0600 0104 0000 0000")).put(segment);
            final byte[] frame = ipv6(60, 64, PEER6, OWN6, chain.array());
            if (headers <= 8) {
                assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(frame));
                assertArrayEquals(segment, net.transport.octets);
            } else {
                expect(NetworkCounter.IP_BAD_EXTENSIONS, frame);
            }
        }
    }

    @Test
    void shouldStepOverHeadersOfEveryKindAndLength() {
        assertDelivered(0, "0600 0502 0000 0100");
        assertDelivered(0, "3c01 0104 0000 0000 1e04 0000 0000 0000" + "0600 0000 0000 0000");
        assertDelivered(43, "0600 0200 0000 0000");
        assertDelivered(44, "0600 0000 1234 5678");
    }

    @Test
    void shouldDropBrokenChains() {
        expect(NetworkCounter.IP_BAD_EXTENSIONS, chained(60, "0000 0104 0000 0000" + "0600 0104 0000 0000"));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, chained(0, "0000 0104 0000 0000" + "0600 0104 0000 0000"));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, chained(60, "06ff 0104 0000 0000"));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, chained(60, "0600 0105 0000 0000"));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, chained(60, "0600 0000 0000 0001"));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, ipv6(60, 64, PEER6, OWN6, unhex("0600 0104 0000 00")));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, ipv6(0, 64, PEER6, OWN6, new byte[0]));
        expect(NetworkCounter.IP_NO_PAYLOAD, ipv6(59, 64, PEER6, OWN6, segment));
    }

    @Test
    void shouldNotFollowSourceRoutes() {
        expect(NetworkCounter.IP_SOURCE_ROUTED, chained(43, "0602 0001 0000 0000" + "2001 0db8 0000 0000 0000 0000 0000 0009"));
        expect(NetworkCounter.IP_SOURCE_ROUTED, chained(43, "0602 0000 0000 0000" + "2001 0db8 0000 0000 0000 0000 0000 0009"));
        expect(NetworkCounter.IP_SOURCE_ROUTED, chained(43, "0602 0401 0000 0000" + "2001 0db8 0000 0000 0000 0000 0000 0009"));
    }

    /** RFC 8200 section 4.2: the two high bits of an unknown option decide. */
    @Test
    void shouldDoWithUnknownOptionsWhatTheyAskFor() {
        assertDelivered(60, "0600 1e02 0000 0100");
        expect(NetworkCounter.IP_BAD_OPTIONS, chained(60, "0600 4302 0000 0100"));
        for (final int type : new int[] {0x83, 0xc3}) {
            assertEquals(NetworkCounter.IP_BAD_OPTIONS,
                net.receive(chained(60, "0600 0100 " + Integer.toHexString(type) + "02 0000")));
            final ByteBuffer error = ByteBuffer.wrap(net.polled());
            assertEquals(0x0402, error.getShort(54));
            assertEquals(44, error.getInt(58), "the option's own octet");
        }
    }

    @Test
    void shouldTellTheSenderOfAProtocolThatNobodySpeaks() {
        assertEquals(NetworkCounter.IP_UNKNOWN_PROTOCOL, net.receive(chained(60, "8400 0104 0000 0000")));
        final ByteBuffer error = ByteBuffer.wrap(net.polled());
        assertEquals(0x0401, error.getShort(54));
        assertEquals(40, error.getInt(58), "the octet that names the protocol");
    }

    @Test
    void shouldDropFragmentsUnlessReassemblyIsOn() {
        expect(NetworkCounter.IP_FRAGMENT, chained(44, "0600 0001 0000 0001"));
        expect(NetworkCounter.IP_FRAGMENT, chained(44, "0600 0010 0000 0001"));
        expect(NetworkCounter.IP_FRAGMENT, chained(44, "0600 0011 0000 0001"));
    }

    /** RFC 7112: what the packet is must show in its first fragment. */
    @Test
    void shouldDropAFirstFragmentThatHidesTheUpperLayer() {
        expect(NetworkCounter.IP_BAD_EXTENSIONS, ipv6(44, 64, PEER6, OWN6, unhex("0600 0001 0000 0001" + "00".repeat(16))));
        expect(NetworkCounter.IP_BAD_EXTENSIONS,
            ipv6(44, 64, PEER6, OWN6, unhex("3c00 0001 0000 0001" + "0601 0104 0000 0000")));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, ipv6(44, 64, PEER6, OWN6, unhex("3c00 0001 0000 0001")));
        expect(NetworkCounter.IP_BAD_EXTENSIONS, chained(44, "2c00 0001 0000 0001" + "0600 0001 0000 0002"));
    }

    private void assertDelivered(final int next, final String headers) {
        assertEquals(NetworkCounter.SEGMENTS_DELIVERED, net.receive(chained(next, headers)), headers);
        assertArrayEquals(segment, net.transport.octets);
    }

    private byte[] chained(final int next, final String headers) {
        final byte[] chain = unhex(headers);
        final byte[] payload = Arrays.copyOf(chain, chain.length + segment.length);
        System.arraycopy(segment, 0, payload, chain.length, segment.length);
        return ipv6(next, 64, PEER6, OWN6, payload);
    }

    private byte[] patched(final int offset, final int... octets) {
        final byte[] copy = good.clone();
        for (int i = 0; i < octets.length; i++) {
            copy[14 + offset + i] = (byte) octets[i];
        }
        return copy;
    }

    private void expect(final NetworkCounter outcome, final byte[] frame) {
        final int segments = net.transport.segments;
        assertEquals(outcome, net.receive(frame));
        assertEquals(segments, net.transport.segments);
        assertEquals(0, net.advance(0), "nobody is to be answered");
        assertTrue(outcome.isOutcome());
    }

    private static byte[] segmentOf(final int length) {
        final byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) (i * 13 + 1);
        }
        return octets;
    }
}
