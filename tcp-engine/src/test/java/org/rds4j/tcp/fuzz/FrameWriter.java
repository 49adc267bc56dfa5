package org.rds4j.tcp.fuzz;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.NetworkOrder;

/** Frames from the peer's station to the host, collected in a burst, with right lengths and sums unless told otherwise. */
final class FrameWriter {
    static final int MOST_FRAMES = 8;
    static final int MOST_OCTETS = 2048;

    private static final int ETHERNET = 14;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int LEAST_FRAME = 60;

    private final Octets memory = new Octets(MOST_FRAMES * MOST_OCTETS);
    private final FrameBurst burst = new FrameBurst(MOST_FRAMES);

    /** Where the next frame begins; only while {@link #hasRoom()}. */
    long frame() {
        return memory.address() + (long) burst.count() * MOST_OCTETS;
    }

    boolean hasRoom() {
        return burst.room() > 0;
    }

    FrameBurst burst() {
        return burst;
    }

    /** Adds what was written at {@link #frame()} as it is. */
    void add(final int length, final int flags) {
        burst.add(0, frame(), length, flags, MOST_OCTETS);
    }

    /** Where the transport header of the next frame belongs. */
    long transport(final boolean isIpv6) {
        return frame() + ETHERNET + (isIpv6 ? 40 : 20);
    }

    /** Puts Ethernet and IP headers before a transport header with its payload, and adds the frame. */
    void addPacket(
        final boolean isIpv6, final IpAddress remote, final int protocol, final int length, final int trafficClass,
        final int sumField, final int sumError) {
        final long transport = transport(isIpv6);
        NetworkOrder.putMac(frame(), FuzzHost.MAC);
        NetworkOrder.putMac(frame() + 6, FuzzHost.PEER_MAC);
        NetworkOrder.putShort(frame() + 12, isIpv6 ? TYPE_IPV6 : TYPE_IPV4);
        final long pseudo = isIpv6 ? ipv6(remote, protocol, length, trafficClass) : ipv4(remote, protocol, length, trafficClass);
        NetworkOrder.putShort(transport + sumField, 0);
        final int sum = InternetChecksum.fold(InternetChecksum.partialSum(pseudo, transport, length));
        NetworkOrder.putShort(transport + sumField, sum ^ sumError);
        final int octets = (int) (transport + length - frame());
        for (int i = octets; i < LEAST_FRAME; i++) {
            UnsafeApi.putByte(frame() + i, (byte) 0);
        }
        add(Math.max(LEAST_FRAME, octets), 0);
    }

    /** Writes the header; returns the sum of the pseudo-header, which ICMP over IPv4 has none of. */
    private long ipv4(final IpAddress remote, final int protocol, final int length, final int trafficClass) {
        final long packet = frame() + ETHERNET;
        NetworkOrder.putInt(packet, 0x4500_0000 | trafficClass << 16 | (20 + length));
        NetworkOrder.putInt(packet + 4, 0x4000);
        NetworkOrder.putInt(packet + 8, 64 << 24 | protocol << 16);
        NetworkOrder.putInt(packet + 12, (int) remote.low());
        NetworkOrder.putInt(packet + 16, (int) FuzzHost.ADDRESS.low());
        NetworkOrder.putShort(packet + 10, InternetChecksum.fold(InternetChecksum.partialSum(packet, 20)));
        return protocol == 1 ? 0 : InternetChecksum.partialSum(protocol + (long) length, packet + 12, 8);
    }

    private long ipv6(final IpAddress remote, final int protocol, final int length, final int trafficClass) {
        final long packet = frame() + ETHERNET;
        NetworkOrder.putInt(packet, 0x6000_0000 | trafficClass << 20);
        NetworkOrder.putInt(packet + 4, length << 16 | protocol << 8 | 255);
        NetworkOrder.putLong(packet + 8, remote.high());
        NetworkOrder.putLong(packet + 16, remote.low());
        NetworkOrder.putLong(packet + 24, FuzzHost.ADDRESS6.high());
        NetworkOrder.putLong(packet + 32, FuzzHost.ADDRESS6.low());
        return InternetChecksum.partialSum(protocol + (long) length, packet + 8, 32);
    }

    /** A question of the peer's for the host's station address, by which the host learns that of the peer. */
    void addNeighbourRequest(final boolean isIpv6) {
        if (isIpv6) {
            addSolicitation();
            return;
        }
        NetworkOrder.putMac(frame(), FuzzHost.MAC);
        NetworkOrder.putMac(frame() + 6, FuzzHost.PEER_MAC);
        NetworkOrder.putShort(frame() + 12, 0x0806);
        NetworkOrder.putInt(frame() + 14, 0x0001_0800);
        NetworkOrder.putInt(frame() + 18, 0x0604_0001);
        NetworkOrder.putMac(frame() + 22, FuzzHost.PEER_MAC);
        NetworkOrder.putInt(frame() + 28, (int) FuzzHost.PEER.low());
        NetworkOrder.putMac(frame() + 32, 0);
        NetworkOrder.putInt(frame() + 38, (int) FuzzHost.ADDRESS.low());
        UnsafeApi.setMemory(frame() + 42, LEAST_FRAME - 42, (byte) 0);
        add(LEAST_FRAME, 0);
    }

    /** RFC 4861 section 4.3, sent to the host alone. */
    private void addSolicitation() {
        final long message = transport(true);
        NetworkOrder.putInt(message, 135 << 24);
        NetworkOrder.putInt(message + 4, 0);
        NetworkOrder.putLong(message + 8, FuzzHost.ADDRESS6.high());
        NetworkOrder.putLong(message + 16, FuzzHost.ADDRESS6.low());
        NetworkOrder.putShort(message + 24, 0x0101);
        NetworkOrder.putMac(message + 26, FuzzHost.PEER_MAC);
        addPacket(true, FuzzHost.PEER6, 58, 32, 0, 2, 0);
    }
}
