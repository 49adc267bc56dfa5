package org.rds4j.dpdk;

import java.nio.ByteBuffer;

/** Ethernet frames with IP and TCP or UDP headers, and the checksums worked out octet by octet. */
final class PacketBuilder {
    static final int ETHERNET = 14;
    static final int TCP = 6;

    private static final int IPV4_HEADER = 20;
    private static final int TCP_HEADER = 20;

    private PacketBuilder() {
    }

    /** An IPv4 TCP segment whose checksum fields are 0 and the sum of the pseudo-header, as an offload wants them. */
    static byte[] ipv4Tcp(final long destinationMac, final byte[] payload) {
        final ByteBuffer frame = ByteBuffer.allocate(ETHERNET + IPV4_HEADER + TCP_HEADER + payload.length);
        ethernet(frame, destinationMac, 0x0800);
        frame.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4_HEADER + TCP_HEADER + payload.length)).putInt(0x12344000);
        frame.put((byte) 64).put((byte) TCP).putShort((short) 0).putInt(0xc0000201).putInt(0xc0000202);
        tcp(frame, payload);
        putSum(frame, ETHERNET + IPV4_HEADER + 16, sum(frame, ETHERNET + 12, 8) + TCP + TCP_HEADER + payload.length);
        return frame.array();
    }

    /** The same over IPv6. */
    static byte[] ipv6Tcp(final long destinationMac, final byte[] payload) {
        final ByteBuffer frame = ByteBuffer.allocate(ETHERNET + 40 + TCP_HEADER + payload.length);
        ethernet(frame, destinationMac, 0x86dd);
        frame.putInt(0x60000000).putShort((short) (TCP_HEADER + payload.length)).put((byte) TCP).put((byte) 64);
        frame.putLong(0x20010db800000000L).putLong(1).putLong(0x20010db800000000L).putLong(2);
        tcp(frame, payload);
        putSum(frame, ETHERNET + 40 + 16, sum(frame, ETHERNET + 8, 32) + TCP + TCP_HEADER + payload.length);
        return frame.array();
    }

    private static void ethernet(final ByteBuffer frame, final long destinationMac, final int type) {
        frame.putShort((short) (destinationMac >>> 32)).putInt((int) destinationMac);
        frame.putShort((short) 0x0200).putInt(0x5e0000fe).putShort((short) type);
    }

    private static void tcp(final ByteBuffer frame, final byte[] payload) {
        frame.putShort((short) 40_000).putShort((short) 16_385).putInt(0x01020304).putInt(0);
        frame.put((byte) 0x50).put((byte) 0x18).putShort((short) 1000).putInt(0).put(payload);
    }

    private static void putSum(final ByteBuffer frame, final int index, final int sum) {
        frame.putShort(index, (short) fold(sum));
    }

    /** With right checksums both sums over header and over pseudo-header plus segment are 0xffff. */
    static boolean hasRightChecksums(final byte[] octets) {
        final ByteBuffer frame = ByteBuffer.wrap(octets);
        final boolean v4 = frame.getShort(12) == 0x0800;
        final int length = v4 ? frame.getShort(ETHERNET + 2) - IPV4_HEADER : frame.getShort(ETHERNET + 4);
        final int l4 = ETHERNET + (v4 ? IPV4_HEADER : 40);
        final int pseudo = (v4 ? sum(frame, ETHERNET + 12, 8) : sum(frame, ETHERNET + 8, 32)) + TCP + length;
        return (!v4 || fold(sum(frame, ETHERNET, IPV4_HEADER)) == 0xffff) && fold(pseudo + sum(frame, l4, length)) == 0xffff;
    }

    private static int sum(final ByteBuffer buffer, final int offset, final int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (buffer.get(offset + i) & 0xff) << ((i & 1) == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int fold(final int sum) {
        final int once = (sum & 0xffff) + (sum >>> 16);
        return (once & 0xffff) + (once >>> 16);
    }
}
