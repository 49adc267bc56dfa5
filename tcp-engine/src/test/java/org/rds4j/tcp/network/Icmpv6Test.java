package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.tcp.network.NetworkFixture.ALL_NODES;
import static org.rds4j.tcp.network.NetworkFixture.FAR6;
import static org.rds4j.tcp.network.NetworkFixture.OWN6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_LINK6;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_LINK6;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.SECOND;
import static org.rds4j.tcp.network.NetworkFixture.icmpv6;
import static org.rds4j.tcp.network.NetworkFixture.ipv6;
import static org.rds4j.tcp.network.NetworkFixture.ipv6Packet;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Icmpv6Test {
    private static final int ECHO_REQUEST = 128;

    private final NetworkFixture net = Ipv6Fixture.ready();

    @Test
    void shouldAnswerEchoRequestsOfEveryLengthUpToTheMtu() {
        final Random random = new Random(9);
        for (int length = 0; length <= 1452; length++) {
            final byte[] data = new byte[length];
            random.nextBytes(data);
            net.nowNs += SECOND / 10;
            assertEquals(NetworkCounter.ECHO_RECEIVED,
                net.receive(icmpv6(ECHO_REQUEST, 0, 0x1234_0001 + length, 64, PEER6, OWN6, data)));
            final ByteBuffer reply = ByteBuffer.wrap(net.polled());
            expectHeaders(reply, 8 + length, OWN6, PEER6);
            assertEquals(0x8100, reply.getShort(54) & 0xffff);
            assertEquals(0x1234_0001 + length, reply.getInt(58));
            assertArrayEquals(data, Arrays.copyOfRange(reply.array(), 62, 62 + length));
        }
        assertEquals(NetworkCounter.ECHO_RECEIVED,
            net.receive(icmpv6(ECHO_REQUEST, 0, 1, 64, PEER_LINK6, OWN_LINK6, new byte[8])));
        expectHeaders(ByteBuffer.wrap(net.polled()), 16, OWN_LINK6, PEER_LINK6);
    }

    @Test
    void shouldAnswerNoGroup() {
        assertEquals(NetworkCounter.ICMP_IGNORED,
            net.receive(icmpv6(ECHO_REQUEST, 0, 1, 64, PEER_LINK6, ALL_NODES, new byte[8])));
        assertEquals(0, net.advance(0));
    }

    @Test
    void shouldDropBrokenAndUselessMessages() {
        final byte[] good = icmpv6(ECHO_REQUEST, 0, 5, 64, PEER6, OWN6, new byte[20]);
        for (int i = 54; i < 82; i++) {
            final byte[] bad = good.clone();
            bad[i] ^= 0x10;
            assertEquals(NetworkCounter.ICMP_BAD_CHECKSUM, net.receive(bad));
        }
        for (int length = 0; length < 8; length++) {
            assertEquals(NetworkCounter.ICMP_TOO_SHORT, net.receive(ipv6(58, 64, PEER6, OWN6, new byte[length])));
        }
        for (final int type : new int[] {0, 5, 100, 127, 129, 130, 131, 132, 133, 137, 138, 143, 255}) {
            assertEquals(NetworkCounter.ICMP_IGNORED, net.receive(icmpv6(type, 0, 0, 255, PEER6, OWN6, quote(OWN6, FAR6))));
        }
        assertEquals(0, net.advance(0));
        assertEquals(0, net.transport.errors);
    }

    @Test
    void shouldTellTcpWhatEveryCodeMeans() {
        final IcmpErrorKind host = IcmpErrorKind.HOST_UNREACHABLE;
        final IcmpErrorKind prohibited = IcmpErrorKind.ADMIN_PROHIBITED;
        final IcmpErrorKind[] kinds = {host, prohibited, host, host, IcmpErrorKind.PORT_UNREACHABLE, prohibited, prohibited};
        for (int code = 0; code < kinds.length; code++) {
            assertError(kinds[code], 0, icmpv6(1, code, 0, 64, PEER6, OWN6, quote(OWN6, FAR6)));
        }
        assertError(IcmpErrorKind.PACKET_TOO_BIG, 1400, icmpv6(2, 0, 1400, 64, PEER6, OWN6, quote(OWN6, FAR6)));
        assertError(IcmpErrorKind.PACKET_TOO_BIG, 65_535, icmpv6(2, 0, -1, 64, PEER6, OWN6, quote(OWN6, FAR6)));
        assertError(IcmpErrorKind.TIME_EXCEEDED, 0, icmpv6(3, 0, 0, 64, PEER6, OWN6, quote(OWN6, FAR6)));
        assertError(IcmpErrorKind.PROTOCOL_UNREACHABLE, 0, icmpv6(4, 1, 6, 64, PEER6, OWN6, quote(OWN6, FAR6)));
        assertEquals(NetworkCounter.ICMP_IGNORED, net.receive(icmpv6(1, 7, 0, 64, PEER6, OWN6, quote(OWN6, FAR6))));
        assertEquals(NetworkCounter.ICMP_IGNORED, net.receive(icmpv6(4, 0, 6, 64, PEER6, OWN6, quote(OWN6, FAR6))));
    }

    private void assertError(final IcmpErrorKind kind, final int mtu, final byte[] frame) {
        assertEquals(NetworkCounter.ICMP_ERROR_DELIVERED, net.receive(frame));
        assertEquals(kind, net.transport.kind);
        assertEquals(mtu, net.transport.mtu);
        assertEquals(FAR6.low(), net.transport.remote);
        assertEquals(OWN6.low(), net.transport.local);
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, net.transport.octets);
    }

    @Test
    void shouldNotBelieveErrorsAboutWhatItCannotHaveSent() {
        expect(NetworkCounter.ICMP_ERROR_MALFORMED, 2, 1279, quote(OWN6, FAR6));
        expect(NetworkCounter.ICMP_ERROR_MALFORMED, 1, 0, Arrays.copyOf(quote(OWN6, FAR6), 47));
        final byte[] version4 = quote(OWN6, FAR6);
        version4[0] = 0x45;
        expect(NetworkCounter.ICMP_ERROR_MALFORMED, 1, 0, version4);
        expect(NetworkCounter.ICMP_ERROR_NOT_OURS, 1, 0, quote(PEER6, FAR6));
        expect(NetworkCounter.ICMP_ERROR_NOT_OURS, 1, 0, quote(OWN6, ALL_NODES));
        expect(NetworkCounter.ICMP_ERROR_NOT_OURS, 1, 0, ipv6Packet(17, 64, OWN6, FAR6, new byte[8]));
        assertEquals(0, net.transport.errors);
    }

    private void expect(final NetworkCounter outcome, final int type, final int rest, final byte[] quote) {
        assertEquals(outcome, net.receive(icmpv6(type, 0, rest, 64, PEER6, OWN6, quote)));
    }

    @Test
    void shouldReportUdpToItsSenderWithAsMuchAsFits() {
        final byte[] datagram = new byte[1400];
        Arrays.fill(datagram, (byte) 0x33);
        final byte[] frame = ipv6(17, 64, PEER6, OWN6, datagram);
        assertEquals(NetworkCounter.UDP_RECEIVED, net.receive(frame));
        final ByteBuffer error = ByteBuffer.wrap(net.polled());
        expectHeaders(error, 1240, OWN6, PEER6);
        assertEquals(0x0104, error.getShort(54));
        assertArrayEquals(Arrays.copyOfRange(frame, 14, 14 + 1232), Arrays.copyOfRange(error.array(), 62, 62 + 1232));
        assertEquals(NetworkCounter.IP_GROUP_DESTINATION, net.receive(ipv6(17, 64, PEER6, ALL_NODES, datagram)));
        assertEquals(0, net.advance(0), "what went to a group is not reported");
    }

    /** At most 10 per second to one host, and 1000 in all. */
    @Test
    void shouldLimitWhatItSendsToOneHostAndInAll() {
        int toOne = 0;
        for (int i = 0; i < 2000; i++) {
            net.receive(icmpv6(ECHO_REQUEST, 0, i, 64, PEER6, OWN6, new byte[8]));
            toOne += net.advance(SECOND / 1000);
        }
        assertEquals(10 + 20, toOne, 1);
        int toOther = 0;
        int errors = 0;
        for (int i = 0; i < 10; i++) {
            net.receive(icmpv6(ECHO_REQUEST, 0, i, 64, FAR6, OWN6, new byte[8]));
            toOther += net.advance(0);
            net.receive(ipv6(17, 64, PEER6, OWN6, new byte[8]));
            errors += net.advance(0);
        }
        assertEquals(10, toOther, "another host has its own budget");
        assertEquals(10, errors, "errors have their own budget");
        int toMany = 0;
        for (int i = 0; i < 20_000; i++) {
            net.receive(icmpv6(ECHO_REQUEST, 0, i, 64, new IpAddress(FAR6.high(), 7000L + i), OWN6, new byte[8]));
            toMany += net.advance(SECOND / 10_000);
        }
        assertEquals(2000 + 90, toMany, 20);
    }

    private static byte[] quote(final IpAddress source, final IpAddress destination) {
        return ipv6Packet(6, 64, source, destination, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }

    private static void expectHeaders(
        final ByteBuffer frame, final int length, final IpAddress source, final IpAddress destination) {
        assertEquals(PEER_MAC, frame.getLong(0) >>> 16);
        assertEquals(OWN_MAC, frame.getLong(4) & 0xffff_ffff_ffffL);
        assertEquals(0x86dd, frame.getShort(12) & 0xffff);
        assertEquals(0x6000_0000, frame.getInt(14));
        assertEquals(length, frame.getShort(18));
        assertEquals(0x3a40, frame.getShort(20));
        assertEquals(source, new IpAddress(frame.getLong(22), frame.getLong(30)));
        assertEquals(destination, new IpAddress(frame.getLong(38), frame.getLong(46)));
        final ByteBuffer summed = ByteBuffer.allocate(40 + length);
        summed.put(frame.slice(22, 32)).putInt(length).putInt(58).put(frame.slice(54, length));
        assertEquals(0xffff, NetworkFixture.sum(summed, 0, summed.capacity()));
        assertEquals(Math.max(60, 54 + length), frame.capacity());
    }
}
