package org.rds4j.tcp.wire;

/** The pseudo-header of RFC 9293 section 3.1 and RFC 8200 section 8.1, which are one sum. Addresses are 128 bits in two longs. */
public final class PseudoHeader {
    private PseudoHeader() {
    }

    /**
     * Whether a received segment's checksum is right: the sum over pseudo-header, header and payload is 0.
     *
     * @param remoteHigh bits 127..64 of the source address.
     * @param remoteLow  bits 63..0 of the source address.
     * @param localHigh  bits 127..64 of the destination address.
     * @param localLow   bits 63..0 of the destination address.
     * @param address    of the TCP header.
     * @param length     octets of header and payload.
     * @return true if so.
     */
    public static boolean isIntact(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final long address, final int length) {
        final long pseudo = sum(remoteHigh, remoteLow, localHigh, localLow) + length;
        return InternetChecksum.fold(InternetChecksum.partialSum(pseudo, address, length)) == 0;
    }

    /**
     * The sum of a TCP segment's pseudo-header but for its length.
     *
     * @param remoteHigh bits 127..64 of the source address.
     * @param remoteLow  bits 63..0 of the source address.
     * @param localHigh  bits 127..64 of the destination address.
     * @param localLow   bits 63..0 of the destination address.
     * @return partial sum, not folded.
     */
    public static long sum(final long remoteHigh, final long remoteLow, final long localHigh, final long localLow) {
        return words(remoteHigh, remoteLow) + words(localHigh, localLow) + TcpHeaderFlyweight.PROTOCOL;
    }

    /** The words of an address as the pseudo-header holds them: an IPv4 address without its IPv6 prefix. */
    private static long words(final long high, final long low) {
        final boolean ipv4 = high == 0 && low >>> 32 == 0xffff;
        final long sum = (low >>> 16 & 0xffff) + (low & 0xffff);
        return ipv4 ? sum : sum + (low >>> 48) + (low >>> 32 & 0xffff) +
            (high >>> 48) + (high >>> 32 & 0xffff) + (high >>> 16 & 0xffff) + (high & 0xffff);
    }
}
