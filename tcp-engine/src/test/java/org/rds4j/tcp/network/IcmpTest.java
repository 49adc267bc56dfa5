package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rds4j.tcp.network.NetworkFixture.FAR;
import static org.rds4j.tcp.network.NetworkFixture.OWN;
import static org.rds4j.tcp.network.NetworkFixture.OWN_MAC;
import static org.rds4j.tcp.network.NetworkFixture.PEER;
import static org.rds4j.tcp.network.NetworkFixture.PEER_MAC;
import static org.rds4j.tcp.network.NetworkFixture.SECOND;
import static org.rds4j.tcp.network.NetworkFixture.echo;
import static org.rds4j.tcp.network.NetworkFixture.icmp;
import static org.rds4j.tcp.network.NetworkFixture.ipv4;
import static org.rds4j.tcp.network.NetworkFixture.ipv4Packet;
import static org.rds4j.tcp.network.NetworkFixture.patched;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.link.LinkCapabilities;

class IcmpTest {
    private final NetworkFixture net = new NetworkFixture();

    @Test
    void shouldAnswerEchoRequestsOfEveryLengthUpToTheMtu() {
        final Random random = new Random(9);
        for (int length = 0; length <= 1472; length++) {
            final byte[] data = new byte[length];
            random.nextBytes(data);
            net.nowNs += SECOND / 10;
            assertEquals(NetworkCounter.ECHO_RECEIVED, net.receive(patched(echo(0x1234_0001 + length, data), 1, 0x28)));
            final ByteBuffer reply = ByteBuffer.wrap(net.polled());
            expectHeaders(reply, 28 + length, 0x28);
            assertEquals(0, reply.get(34));
            assertEquals(0x1234_0001 + length, reply.getInt(38));
            assertArrayEquals(data, Arrays.copyOfRange(reply.array(), 42, 42 + length));
            assertEquals(0xffff, NetworkFixture.sum(reply, 34, 8 + length));
            assertEquals(Math.max(60, 42 + length), reply.capacity());
            for (int i = 42 + length; i < reply.capacity(); i++) {
                assertEquals(0, reply.get(i), "padding");
            }
        }
    }

    @Test
    void shouldMakeAGoodChecksumForAnEchoOfZeros() {
        net.receive(echo(0, new byte[32]));
        assertEquals(0xffff, NetworkFixture.sum(ByteBuffer.wrap(net.polled()), 34, 40));
    }

    @Test
    void shouldLimitEchoRepliesToAThousandPerSecond() {
        int answered = 0;
        for (int i = 0; i < 20_000; i++) {
            net.receive(from(i, echo(i, new byte[8])));
            answered += net.advance(SECOND / 10_000);
        }
        assertEquals(2000 + 100, answered, 2);
        assertEquals(20_000 - answered, net.counters.get(NetworkCounter.ECHO_LIMITED));
    }

    @Test
    void shouldDropAnEchoThatWouldExceedItsOwnMtu() {
        final NetworkFixture small = new NetworkFixture(InterfaceConfiguration.of(
            OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32)).withMtu(576));
        small.receive(echo(1, new byte[549]));
        assertEquals(0, small.advance(0));
        assertEquals(1, small.counters.get(NetworkCounter.ECHO_TOO_LARGE));
        small.receive(echo(1, new byte[548]));
        assertEquals(1, small.advance(0));
    }

    @Test
    void shouldCountWhatTheQueueCannotHoldAndKeepItsOrder() {
        for (int i = 0; i < 70; i++) {
            net.receive(from(i, echo(i, new byte[8])));
        }
        assertEquals(6, net.counters.get(NetworkCounter.CONTROL_QUEUE_FULL));
        net.sink.room = 10;
        assertEquals(10, net.advance(0));
        assertEquals(net.nowNs, net.layer.nextDeadlineNs());
        net.sink.room = 1000;
        assertEquals(54, net.advance(0));
        assertEquals(Long.MAX_VALUE, net.layer.nextDeadlineNs());
        for (int i = 0; i < 64; i++) {
            assertEquals(i, ByteBuffer.wrap(net.sink.next()).getInt(38));
        }
        assertEquals(64, net.counters.get(NetworkCounter.CONTROL_FRAMES_SENT));
    }

    @Test
    void shouldLeakNothingOfEarlierFramesInThePadding() {
        final byte[] secret = new byte[100];
        Arrays.fill(secret, (byte) 0x5e);
        for (int i = 0; i < 64; i++) {
            net.receive(echo(i, secret));
            net.polled();
            net.nowNs += SECOND / 10;
        }
        net.receive(echo(64, new byte[0]));
        final byte[] reply = net.polled();
        assertArrayEquals(new byte[18], Arrays.copyOfRange(reply, 42, 60));
    }

    @Test
    void shouldDropBrokenAndUselessMessages() {
        final byte[] good = echo(5, new byte[20]);
        for (int i = 34; i < 62; i++) {
            final byte[] bad = good.clone();
            bad[i] ^= 0x10;
            assertEquals(NetworkCounter.ICMP_BAD_CHECKSUM, net.receive(bad));
        }
        for (int length = 0; length < 8; length++) {
            assertEquals(NetworkCounter.ICMP_TOO_SHORT, net.receive(ipv4(1, PEER, OWN, new byte[length])));
        }
        for (final int type : new int[] {0, 4, 5, 9, 10, 12, 13, 14, 255}) {
            assertEquals(NetworkCounter.ICMP_IGNORED, net.receive(icmp(type, 0, 0, quote(6, OWN, FAR))));
        }
        assertEquals(NetworkCounter.ICMP_IGNORED, net.receive(icmp(3, 16, 0, quote(6, OWN, FAR))));
        assertEquals(NetworkCounter.ICMP_IGNORED, net.receive(icmp(11, 2, 0, quote(6, OWN, FAR))));
        assertEquals(0, net.advance(0));
        assertEquals(0, net.transport.errors);
    }

    @Test
    void shouldTellTcpWhatEveryCodeMeans() {
        final IcmpErrorKind host = IcmpErrorKind.HOST_UNREACHABLE;
        final IcmpErrorKind prohibited = IcmpErrorKind.ADMIN_PROHIBITED;
        final IcmpErrorKind[] kinds = {
            host, host, IcmpErrorKind.PROTOCOL_UNREACHABLE, IcmpErrorKind.PORT_UNREACHABLE, IcmpErrorKind.PACKET_TOO_BIG,
            host, host, host, host, prohibited, prohibited, host, host, prohibited, prohibited, prohibited};
        for (int code = 0; code < kinds.length; code++) {
            assertEquals(NetworkCounter.ICMP_ERROR_DELIVERED, net.receive(icmp(3, code, 1400, quote(6, OWN, FAR))));
            assertEquals(kinds[code], net.transport.kind);
            assertEquals(code == 4 ? 1400 : 0, net.transport.mtu);
            assertEquals(Ipv4Address.mappedLow(FAR), net.transport.remote);
            assertEquals(Ipv4Address.mappedLow(OWN), net.transport.local);
            assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, net.transport.octets);
        }
        for (int code = 0; code < 2; code++) {
            assertEquals(NetworkCounter.ICMP_ERROR_DELIVERED, net.receive(icmp(11, code, 0, quote(6, OWN, FAR))));
            assertEquals(IcmpErrorKind.TIME_EXCEEDED, net.transport.kind);
        }
    }

    @Test
    void shouldGuessTheMtuOfOldRoutersFromThePlateaus() {
        final byte[] quote = quote(6, OWN, FAR);
        final int[][] lengthsAndPlateaus = {
            {65535, 32000}, {32000, 17914}, {9000, 8166}, {8166, 4352}, {1500, 1492}, {1492, 1006}, {576, 508}, {508, 296},
            {297, 296}, {296, 68}};
        for (final int[] pair : lengthsAndPlateaus) {
            ByteBuffer.wrap(quote).putShort(2, (short) pair[0]);
            assertEquals(NetworkCounter.ICMP_ERROR_DELIVERED, net.receive(icmp(3, 4, 0, quote)));
            assertEquals(pair[1], net.transport.mtu);
        }
        assertEquals(NetworkCounter.ICMP_ERROR_MALFORMED, net.receive(icmp(3, 4, 67, quote)));
    }

    @Test
    void shouldDropErrorsThatQuoteTooLittleOrSomeoneElse() {
        final byte[] good = quote(6, OWN, FAR);
        for (int length = 0; length < 28; length++) {
            assertEquals(NetworkCounter.ICMP_ERROR_MALFORMED, net.receive(icmp(3, 1, 0, Arrays.copyOf(good, length))));
        }
        final byte[] longHeader = good.clone();
        longHeader[0] = 0x46;
        assertEquals(NetworkCounter.ICMP_ERROR_MALFORMED, net.receive(icmp(3, 1, 0, longHeader)));
        final byte[] version6 = good.clone();
        version6[0] = 0x65;
        assertEquals(NetworkCounter.ICMP_ERROR_MALFORMED, net.receive(icmp(3, 1, 0, version6)));
        final byte[] fragment = good.clone();
        fragment[7] = 1;
        assertEquals(NetworkCounter.ICMP_ERROR_NOT_OURS, net.receive(icmp(3, 1, 0, fragment)));
        assertEquals(NetworkCounter.ICMP_ERROR_NOT_OURS, net.receive(icmp(3, 1, 0, quote(17, OWN, FAR))));
        assertEquals(NetworkCounter.ICMP_ERROR_NOT_OURS, net.receive(icmp(3, 1, 0, quote(6, PEER, FAR))));
        assertEquals(NetworkCounter.ICMP_ERROR_NOT_OURS, net.receive(icmp(3, 1, 0, quote(6, OWN, 0xe000_0001))));
        assertEquals(0, net.transport.errors);
    }

    @Test
    void shouldReportUdpAndUnknownProtocolsToTheirSender() {
        final byte[] datagram = new byte[700];
        Arrays.fill(datagram, (byte) 0x33);
        final byte[] frame = ipv4(17, PEER, OWN, datagram);
        assertEquals(NetworkCounter.UDP_RECEIVED, net.receive(frame));
        final ByteBuffer error = ByteBuffer.wrap(net.polled());
        expectHeaders(error, 576, 0);
        assertEquals(0x0303, error.getShort(34));
        assertEquals(0, error.getInt(38));
        assertEquals(0xffff, NetworkFixture.sum(error, 34, 556));
        assertArrayEquals(Arrays.copyOfRange(frame, 14, 14 + 548), Arrays.copyOfRange(error.array(), 42, 590));

        assertEquals(NetworkCounter.IP_UNKNOWN_PROTOCOL, net.receive(ipv4(132, PEER, OWN, new byte[12])));
        final ByteBuffer second = ByteBuffer.wrap(net.polled());
        expectHeaders(second, 60, 0);
        assertEquals(0x0302, second.getShort(34));
    }

    @Test
    void shouldReportTcpAsUnreachableWhileNobodyTakesIt() {
        final NetworkFixture bare = new NetworkFixture();
        bare.layer.transport(null);
        assertEquals(NetworkCounter.IP_UNKNOWN_PROTOCOL, bare.receive(NetworkFixture.tcp(new byte[20])));
        assertEquals(0x0302, ByteBuffer.wrap(bare.polled()).getShort(34));
        assertEquals(NetworkCounter.ICMP_ERROR_NOT_OURS, bare.receive(icmp(3, 1, 0, quote(6, OWN, FAR))));
    }

    @Test
    void shouldLimitTheErrorsItSends() {
        int sent = 0;
        for (int i = 0; i < 10_000; i++) {
            net.receive(from(i, ipv4(17, PEER, OWN, new byte[8])));
            sent += net.advance(SECOND / 10_000);
        }
        assertEquals(1100, sent, 2);
        assertEquals(10_000 - sent, net.counters.get(NetworkCounter.ICMP_ERROR_LIMITED));
    }

    /** The frame as if one of many hosts off the link had sent it, so that no single one's budget is what limits. */
    private static byte[] from(final int host, final byte[] frame) {
        return patched(frame, 12, 198, 51, host >>> 8 & 0xff, host & 0xff);
    }

    private static byte[] quote(final int protocol, final int source, final int destination) {
        return ipv4Packet(protocol, source, destination, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }

    private static void expectHeaders(final ByteBuffer frame, final int totalLength, final int trafficClass) {
        assertEquals(PEER_MAC, frame.getLong(0) >>> 16);
        assertEquals(OWN_MAC, frame.getLong(4) & 0xffff_ffff_ffffL);
        assertEquals(0x0800, frame.getShort(12));
        assertEquals(0x4500 | trafficClass, frame.getShort(14));
        assertEquals(totalLength, frame.getShort(16) & 0xffff);
        assertEquals(0x4000, frame.getShort(20));
        assertEquals(64, frame.get(22));
        assertEquals(1, frame.get(23));
        assertEquals(OWN, frame.getInt(26));
        assertEquals(PEER, frame.getInt(30));
        assertEquals(0xffff, NetworkFixture.sum(frame, 14, 20));
    }
}
