package org.rds4j.crypto.model;

import java.nio.ByteBuffer;
import org.rds4j.crypto.offload.wqe.BigEndian;

/** Ethernet, IP and TCP headers as an engine needs them: where each begins, and the checksums. */
final class Headers {
    private static final int ETHERNET_LENGTH = 14;
    private static final int VLAN_LENGTH = 4;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int IPV6_LENGTH = 40;
    private static final int PROTOCOL_TCP = 6;

    private int network;
    private int transport;
    private int end;
    private boolean isIpv6;

    /** Finds the headers; false when they are not Ethernet, IP and TCP. */
    boolean parse(final long frame, final int length) {
        int type = BigEndian.getShort(frame + 12);
        network = ETHERNET_LENGTH;
        if (type == TYPE_VLAN) {
            type = BigEndian.getShort(frame + 16);
            network += VLAN_LENGTH;
        }
        isIpv6 = type == TYPE_IPV6;
        if (type != TYPE_IPV4 && !isIpv6) {
            return false;
        }
        final int networkLength = isIpv6 ? IPV6_LENGTH : (BigEndian.getByte(frame + network) & 0xf) * 4;
        final int protocol = BigEndian.getByte(frame + network + (isIpv6 ? 6 : 9));
        transport = network + networkLength;
        if (protocol != PROTOCOL_TCP || transport + 20 > length) {
            return false;
        }
        end = transport + (BigEndian.getByte(frame + transport + 12) >> 4) * 4;
        return true;
    }

    /** Octets of all headers. */
    int end() {
        return end;
    }

    /** Octets before the IP header. */
    int linkLength() {
        return network;
    }

    int sequence(final long frame) {
        return BigEndian.getInt(frame + transport + 4);
    }

    /** Octets of the whole packet as its IP header says, which may be followed by padding. */
    int packetEnd(final long frame) {
        return isIpv6
            ? network + IPV6_LENGTH + BigEndian.getShort(frame + network + 4) : network + BigEndian.getShort(frame + network + 2);
    }

    /** Addresses and ports as they stand in a packet. */
    ByteBuffer flow(final long frame) {
        final int addresses = isIpv6 ? 32 : 8;
        final ByteBuffer flow = ByteBuffer.allocate(addresses + 4);
        for (int i = 0; i < addresses; i++) {
            flow.put((byte) BigEndian.getByte(frame + network + (isIpv6 ? 8 : 12) + i));
        }
        return flow.putInt(BigEndian.getInt(frame + transport)).flip();
    }

    /** Whether the TCP checksum is right. */
    boolean isIntact(final long frame, final int length) {
        return fold(segmentSum(frame, length)) == 0xffff;
    }

    /** Makes the headers those of one packet of a train. */
    void segment(final long frame, final int number, final int offset, final int payloadLength, final boolean isLast) {
        lengths(frame, payloadLength);
        if (!isIpv6) {
            BigEndian.putShort(frame + network + 4, BigEndian.getShort(frame + network + 4) + number);
        }
        BigEndian.putInt(frame + transport + 4, sequence(frame) + offset);
        final int flags = BigEndian.getByte(frame + transport + 13);
        final int atTheEnd = 0x01 | 0x08;
        final int atTheStart = 0x80;
        BigEndian.putByte(frame + transport + 13, flags & ~((isLast ? 0 : atTheEnd) | (number == 0 ? 0 : atTheStart)));
    }

    private void lengths(final long frame, final int payloadLength) {
        if (isIpv6) {
            BigEndian.putShort(frame + network + 4, end - transport + payloadLength);
        } else {
            BigEndian.putShort(frame + network + 2, end - network + payloadLength);
        }
    }

    void checksums(final long frame, final int length) {
        if (!isIpv6) {
            BigEndian.putShort(frame + network + 10, 0);
            BigEndian.putShort(frame + network + 10, ~fold(sum(0, frame + network, transport - network)));
        }
        BigEndian.putShort(frame + transport + 16, 0);
        BigEndian.putShort(frame + transport + 16, ~fold(segmentSum(frame, length)));
    }

    private long segmentSum(final long frame, final int length) {
        final int segmentLength = length - transport;
        final long addresses = isIpv6
            ? sum(0, frame + network + 8, 32) : sum(0, frame + network + 12, 8);
        return sum(addresses + PROTOCOL_TCP + segmentLength, frame + transport, segmentLength);
    }

    private static long sum(final long start, final long address, final int length) {
        long sum = start;
        for (int i = 0; i + 1 < length; i += 2) {
            sum += BigEndian.getShort(address + i);
        }
        return (length & 1) == 0 ? sum : sum + (BigEndian.getByte(address + length - 1) << 8);
    }

    private static int fold(final long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }
}
