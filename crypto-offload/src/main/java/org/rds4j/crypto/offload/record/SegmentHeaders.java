package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.offload.wqe.BigEndian;

/**
 * Headers of a segment or a train (Ethernet without a tag, IPv4 or IPv6 without extensions, TCP), to be made those of its parts
 * one after the other: PSH and FIN stay on the last, CWR (RFC 3168, section 6.1.2) on the first. Checksums are the device's.
 */
final class SegmentHeaders {
    private static final int NETWORK = 14;
    private static final int IPV4_LENGTH = NETWORK + 2;
    private static final int IPV6_LENGTH = NETWORK + 4;
    private static final int IPV6_HEADER = 40;
    private static final int SEQUENCE = 4;
    private static final int FLAGS = 13;
    private static final int CWR = 0x80;
    private static final int PSH_AND_FIN = 0x09;

    private long address;
    private int length;
    private int transport;
    private boolean isIpv4;
    private int sequence;
    private int flags;

    /** Takes headers that stand somewhere, and will change there. */
    void open(final long header, final int headerLength) {
        address = header;
        length = headerLength;
        final int first = BigEndian.getByte(header + NETWORK);
        isIpv4 = first >>> 4 == 4;
        transport = NETWORK + (isIpv4 ? (first & 0xf) * 4 : IPV6_HEADER);
        sequence = BigEndian.getInt(header + transport + SEQUENCE);
        flags = BigEndian.getByte(header + transport + FLAGS);
    }

    /** Makes them those of a part: so many octets from an offset on. */
    void cut(final int offset, final int payloadLength, final boolean isLast) {
        if (isIpv4) {
            BigEndian.putShort(address + IPV4_LENGTH, length - NETWORK + payloadLength);
        } else {
            BigEndian.putShort(address + IPV6_LENGTH, length - NETWORK - IPV6_HEADER + payloadLength);
        }
        BigEndian.putInt(address + transport + SEQUENCE, sequence + offset);
        BigEndian.putByte(address + transport + FLAGS, flags & ~(isLast ? 0 : PSH_AND_FIN) & ~(offset == 0 ? 0 : CWR));
    }
}
