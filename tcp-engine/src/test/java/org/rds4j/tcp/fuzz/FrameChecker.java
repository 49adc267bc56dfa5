package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.PseudoHeader;
import org.rds4j.tcp.wire.TcpSegment;

/** Where a host's frames go: each must be one that a host of its addresses may send, with right lengths and sums. */
final class FrameChecker implements FrameSink {
    static final int LEAST_FRAME = 60;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_ARP = 0x0806;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int TYPE_VLAN = 0x8100;
    private static final int PROTOCOL_ICMP = 1;
    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_ICMPV6 = 58;
    private static final int MOST_OCTETS = 2048;
    private static final long LINK_LOCAL = 0xfe80L << 48;
    /** What a router of a run may have given as a prefix. */
    private static final long ROUTER_PREFIX = 0x2001_0db8_0001_0000L;
    private static final long MAPPED = 0xffff_0000_0000L;

    private final Octets octets = new Octets(MOST_OCTETS);
    private final TcpSegment parsed = new TcpSegment();
    private final SegmentObserver observer;
    int frames;
    private boolean isOpen;

    FrameChecker(final SegmentObserver observer) {
        this.observer = observer;
    }

    @Override
    public long claim(final int length) {
        require(!isOpen && length <= MOST_OCTETS, "a claim of " + length);
        isOpen = true;
        return octets.address();
    }

    @Override
    public void abort() {
        isOpen = false;
    }

    @Override
    public void commit(final int length, final int flags) {
        require(isOpen && length >= LEAST_FRAME && length <= FuzzHost.MTU + 18, "a frame of " + length);
        isOpen = false;
        frames++;
        final long frame = octets.address();
        require(NetworkOrder.getMac(frame + 6) == FuzzHost.MAC, "another station's address");
        final boolean isTagged = NetworkOrder.getShort(frame + 12) == TYPE_VLAN;
        final int header = isTagged ? 18 : 14;
        final long packet = frame + header;
        switch (NetworkOrder.getShort(packet - 2)) {
            case TYPE_IPV4 -> ipv4(packet, length - header);
            case TYPE_IPV6 -> ipv6(packet, length - header);
            case TYPE_ARP -> require(NetworkOrder.getInt(packet + 14) == (int) FuzzHost.ADDRESS.low()
                || NetworkOrder.getInt(packet + 14) == 0, "ARP in another's name");
            default -> throw new AssertionError("type " + NetworkOrder.getShort(packet - 2));
        }
    }

    private void ipv4(final long packet, final int room) {
        final int length = NetworkOrder.getShort(packet + 2);
        require(NetworkOrder.getByte(packet) == 0x45 && length <= room && length <= FuzzHost.MTU, "IPv4 header or length");
        require(InternetChecksum.fold(InternetChecksum.partialSum(packet, 20)) == 0, "IPv4 checksum");
        require(NetworkOrder.getInt(packet + 12) == (int) FuzzHost.ADDRESS.low(), "another's IPv4 address");
        final int destination = NetworkOrder.getInt(packet + 16);
        require(destination >>> 28 < 14 && destination != 0, "to a group, or to nobody");
        if (NetworkOrder.getByte(packet + 9) == PROTOCOL_ICMP) {
            require(InternetChecksum.fold(InternetChecksum.partialSum(packet + 20, length - 20)) == 0, "ICMP checksum");
        } else {
            require(NetworkOrder.getByte(packet + 9) == PROTOCOL_TCP, "protocol");
            segment(0, MAPPED | Integer.toUnsignedLong(destination), FuzzHost.ADDRESS, packet + 20, length - 20);
        }
    }

    private void ipv6(final long packet, final int room) {
        final int length = NetworkOrder.getShort(packet + 4);
        require(NetworkOrder.getByte(packet) >>> 4 == 6 && 40 + length <= room && 40 + length <= FuzzHost.MTU,
            "IPv6 header or length");
        final long sourceHigh = NetworkOrder.getLong(packet + 8);
        final long sourceLow = NetworkOrder.getLong(packet + 16);
        final boolean isOwn = sourceHigh == FuzzHost.ADDRESS6.high() && sourceLow == FuzzHost.ADDRESS6.low();
        final int next = NetworkOrder.getByte(packet + 6);
        if (next == PROTOCOL_ICMPV6) {
            require(isOwn || sourceHigh == LINK_LOCAL || (sourceHigh | sourceLow) == 0, "another's IPv6 address");
            require(InternetChecksum.fold(InternetChecksum.partialSum((long) next + length, packet + 8, 32 + length)) == 0,
                "ICMPv6 checksum");
        } else {
            require(next == PROTOCOL_TCP, "next header");
            final IpAddress own = new IpAddress(sourceHigh, sourceLow);
            require(isOwn || sourceHigh == LINK_LOCAL || sourceHigh == ROUTER_PREFIX, "another's IPv6 address");
            segment(NetworkOrder.getLong(packet + 24), NetworkOrder.getLong(packet + 32), own, packet + 40, length);
        }
    }

    private void segment(
        final long remoteHigh, final long remoteLow, final IpAddress own, final long segment, final int length) {
        require(parsed.parse(segment, length), "a malformed segment");
        require(PseudoHeader.isIntact(remoteHigh, remoteLow, own.high(), own.low(), segment, length), "TCP checksum");
        observer.onSent(remoteLow, segment, length);
    }
}
