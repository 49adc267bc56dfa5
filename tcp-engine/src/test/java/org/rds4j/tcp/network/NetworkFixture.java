package org.rds4j.tcp.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.agrona.BufferUtil;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.wire.ArpFlyweight;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.IcmpFlyweight;
import org.rds4j.tcp.wire.Ipv4Flyweight;

/** One layer in virtual time: tests say what comes in and look at what goes out. */
final class NetworkFixture {
    static final long OWN_MAC = 0x0200_0000_0001L;
    static final long PEER_MAC = 0x0200_0000_0002L;
    static final long OTHER_MAC = 0x0200_0000_0003L;
    static final long BROADCAST = 0xffff_ffff_ffffL;
    static final int OWN = Ipv4Address.parse("192.0.2.1");
    static final int PEER = Ipv4Address.parse("192.0.2.2");
    static final int GATEWAY = Ipv4Address.parse("192.0.2.254");
    static final int FAR = Ipv4Address.parse("198.51.100.7");
    static final IpAddress OWN6 = IpAddress.parse("2001:db8::1");
    static final IpAddress OWN_LINK6 = IpAddress.parse("fe80::ff:fe00:1");
    static final IpAddress PEER6 = IpAddress.parse("2001:db8::2");
    static final IpAddress PEER_LINK6 = IpAddress.parse("fe80::ff:fe00:2");
    static final IpAddress FAR6 = IpAddress.parse("2001:db8:ffff::7");
    static final IpAddress GATEWAY6 = IpAddress.parse("fe80::ff:fe00:3");
    static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");
    static final long SECOND = 1_000_000_000L;

    final NetworkCounters counters = NetworkCounters.allocate();
    final RecordingSink sink = new RecordingSink();
    final RecordingTransport transport = new RecordingTransport();
    final InterfaceConfiguration configuration;
    final NetworkLayer layer;
    long nowNs = 1000 * SECOND;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(70_000);
    private final long address = BufferUtil.address(memory);

    NetworkFixture() {
        this(InterfaceConfiguration.of(OWN_MAC, "192.0.2.1/24", LinkCapabilities.plain(1500, 32)).withGateway("192.0.2.254"));
    }

    NetworkFixture(final InterfaceConfiguration configuration) {
        this.configuration = configuration;
        this.layer = new NetworkLayer(configuration, new Random(1), counters);
        layer.transport(transport);
    }

    /** A frame comes in; returns the one counter of outcome that it raised. */
    @SuppressWarnings("EnumOrdinal") // a plain array of counts
    NetworkCounter receive(final byte[] frame, final int flags) {
        final long[] before = outcomes();
        memory.put(0, frame);
        layer.onFrame(address, frame.length, flags, nowNs);
        final long[] after = outcomes();
        NetworkCounter outcome = null;
        for (final NetworkCounter counter : NetworkCounter.values()) {
            if (after[counter.ordinal()] != before[counter.ordinal()]) {
                assertEquals(null, outcome, "two outcomes for one frame");
                assertEquals(before[counter.ordinal()] + 1, after[counter.ordinal()]);
                outcome = counter;
            }
        }
        return outcome;
    }

    NetworkCounter receive(final byte[] frame) {
        return receive(frame, 0);
    }

    @SuppressWarnings("EnumOrdinal") // a plain array of counts
    private long[] outcomes() {
        final long[] values = new long[NetworkCounter.count()];
        for (final NetworkCounter counter : NetworkCounter.values()) {
            values[counter.ordinal()] = counter.isOutcome() ? counters.get(counter) : 0;
        }
        return values;
    }

    /** Time goes on, and the layer is polled. */
    int advance(final long deltaNs) {
        nowNs += deltaNs;
        return layer.poll(sink, nowNs);
    }

    byte[] polled() {
        layer.poll(sink, nowNs);
        return sink.next();
    }

    NetworkRoute route(final int remote) {
        return layer.route(0, Ipv4Address.mappedLow(remote));
    }

    /** A route whose next hop has answered. */
    NetworkRoute resolvedRoute(final int remote, final int nextHop, final long mac) {
        final NetworkRoute route = route(remote);
        if (!route.isResolved(nowNs)) {
            layer.poll(sink, nowNs);
            sink.next();
            receive(arp(mac, OWN_MAC, ArpFlyweight.OPERATION_REPLY, mac, nextHop, OWN_MAC, OWN));
        }
        return route;
    }

    static byte[] ethernet(final long destination, final long source, final int type, final byte[] payload) {
        final ByteBuffer frame = ByteBuffer.allocate(Math.max(60, 14 + payload.length));
        frame.putShort((short) (destination >>> 32)).putInt((int) destination);
        frame.putShort((short) (source >>> 32)).putInt((int) source);
        frame.putShort((short) type).put(payload);
        return frame.array();
    }

    static byte[] arp(
        final long etherSource, final long etherDestination, final int operation,
        final long senderMac, final int sender, final long targetMac, final int target) {
        final ByteBuffer packet = ByteBuffer.allocate(28);
        packet.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4).putShort((short) operation);
        packet.putShort((short) (senderMac >>> 32)).putInt((int) senderMac).putInt(sender);
        packet.putShort((short) (targetMac >>> 32)).putInt((int) targetMac).putInt(target);
        return ethernet(etherDestination, etherSource, EthernetFlyweight.TYPE_ARP, packet.array());
    }

    static byte[] arpRequest(final long senderMac, final int sender, final int target) {
        return arp(senderMac, BROADCAST, ArpFlyweight.OPERATION_REQUEST, senderMac, sender, 0, target);
    }

    static byte[] arpReply(final long senderMac, final int sender) {
        return arp(senderMac, OWN_MAC, ArpFlyweight.OPERATION_REPLY, senderMac, sender, OWN_MAC, OWN);
    }

    static byte[] ipv4Packet(final int protocol, final int source, final int destination, final byte[] payload) {
        final ByteBuffer packet = ByteBuffer.allocate(20 + payload.length);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) (20 + payload.length)).putShort((short) 77);
        packet.putShort((short) 0x4000).put((byte) 64).put((byte) protocol).putShort((short) 0);
        packet.putInt(source).putInt(destination).put(payload);
        checksum(packet, 0, 20, 10);
        return packet.array();
    }

    static byte[] ipv4(final int protocol, final int source, final int destination, final byte[] payload) {
        return ethernet(OWN_MAC, PEER_MAC, EthernetFlyweight.TYPE_IPV4, ipv4Packet(protocol, source, destination, payload));
    }

    static byte[] tcp(final byte[] segment) {
        return ipv4(Ipv4Flyweight.PROTOCOL_TCP, PEER, OWN, segment);
    }

    static byte[] icmp(final int type, final int code, final int rest, final byte[] data) {
        final ByteBuffer message = ByteBuffer.allocate(8 + data.length);
        message.put((byte) type).put((byte) code).putShort((short) 0).putInt(rest).put(data);
        checksum(message, 0, message.capacity(), 2);
        return ipv4(Ipv4Flyweight.PROTOCOL_ICMP, PEER, OWN, message.array());
    }

    static byte[] echo(final int rest, final byte[] data) {
        return icmp(IcmpFlyweight.TYPE_ECHO_REQUEST, 0, rest, data);
    }

    static byte[] ipv6Packet(
        final int next, final int hopLimit, final IpAddress source, final IpAddress destination, final byte[] payload) {
        final ByteBuffer packet = ByteBuffer.allocate(40 + payload.length);
        packet.putInt(0x6000_0000).putShort((short) payload.length).put((byte) next).put((byte) hopLimit);
        packet.putLong(source.high()).putLong(source.low()).putLong(destination.high()).putLong(destination.low());
        return packet.put(payload).array();
    }

    /** A frame to this host's station, or to the group that an IPv6 group maps to. */
    static byte[] ipv6(
        final int next, final int hopLimit, final IpAddress source, final IpAddress destination, final byte[] payload) {
        final boolean toGroup = destination.high() >>> 56 == 0xff;
        final long station = toGroup ? 0x3333_0000_0000L | (destination.low() & 0xffff_ffffL) : OWN_MAC;
        return ethernet(station, PEER_MAC, 0x86dd, ipv6Packet(next, hopLimit, source, destination, payload));
    }

    static byte[] icmpv6(
        final int type, final int code, final int rest, final int hopLimit, final IpAddress source,
        final IpAddress destination, final byte[] data) {
        return ipv6(58, hopLimit, source, destination, icmpv6Message(type, code, rest, source, destination, data));
    }

    static byte[] icmpv6Message(
        final int type, final int code, final int rest, final IpAddress source, final IpAddress destination, final byte[] data) {
        final ByteBuffer message = ByteBuffer.allocate(8 + data.length);
        message.put((byte) type).put((byte) code).putShort((short) 0).putInt(rest).put(data);
        final ByteBuffer summed = ByteBuffer.allocate(40 + message.capacity());
        summed.putLong(source.high()).putLong(source.low()).putLong(destination.high()).putLong(destination.low());
        summed.putInt(message.capacity()).putInt(58).put(message.array());
        message.putShort(2, (short) ~sum(summed, 0, summed.capacity()));
        return message.array();
    }

    /** A neighbour message: type 135 or 136, its flags, its target, and a link-layer address option (none for MAC 0). */
    static byte[] neighbour(
        final int type, final int flags, final IpAddress source, final IpAddress destination, final IpAddress target,
        final int optionKind, final long mac) {
        final ByteBuffer data = ByteBuffer.allocate(mac == 0 ? 16 : 24);
        data.putLong(target.high()).putLong(target.low());
        if (mac != 0) {
            data.put((byte) optionKind).put((byte) 1).putShort((short) (mac >>> 32)).putInt((int) mac);
        }
        return icmpv6(type, 0, flags, 255, source, destination, data.array());
    }

    /** Puts a frame behind a tag. */
    static byte[] tagged(final byte[] frame, final int type, final int tci) {
        final ByteBuffer tagged = ByteBuffer.allocate(frame.length + 4);
        tagged.put(frame, 0, 12).putShort((short) type).putShort((short) tci).put(frame, 12, frame.length - 12);
        return tagged.array();
    }

    /** Puts octets into the IPv4 header of a frame and makes its checksum right again. */
    static byte[] patched(final byte[] frame, final int ipOffset, final int... octets) {
        final byte[] copy = frame.clone();
        for (int i = 0; i < octets.length; i++) {
            copy[14 + ipOffset + i] = (byte) octets[i];
        }
        final int headerLength = (copy[14] & 0xf) * 4;
        if (headerLength >= 20 && 14 + headerLength <= copy.length) {
            copy[24] = 0;
            copy[25] = 0;
            checksum(ByteBuffer.wrap(copy), 14, headerLength, 24);
        }
        return copy;
    }

    /** A plain sum, independent of the code under test. */
    static int sum(final ByteBuffer octets, final int start, final int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            final int octet = octets.get(start + i) & 0xff;
            sum += (i & 1) == 0 ? octet << 8 : octet;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    private static void checksum(final ByteBuffer octets, final int start, final int length, final int field) {
        octets.putShort(field, (short) ~sum(octets, start, length));
    }

    static String hex(final byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    static byte[] unhex(final String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }
}
