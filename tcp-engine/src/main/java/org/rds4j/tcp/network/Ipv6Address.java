package org.rds4j.tcp.network;

/** What IPv6 addresses mean (RFC 4291). All are 128 bits in two longs, the most significant half first. */
public final class Ipv6Address {
    /** Bits 127..64 of {@code ff02::/16}: groups of the link. */
    public static final long LINK_GROUP_HIGH = 0xff02_0000_0000_0000L;
    /** Bits 63..0 of {@code ff02::1}: every host of the link. */
    public static final long ALL_NODES_LOW = 1;
    /** Bits 63..0 of {@code ff02::2}: every router of the link. */
    public static final long ALL_ROUTERS_LOW = 2;

    private static final long LINK_LOCAL_HIGH = 0xfe80_0000_0000_0000L;
    private static final long SOLICITED_NODE_LOW = 0x0000_0001_ff00_0000L;
    private static final long SOLICITED_NODE_MASK = 0xff_ffffL;

    private Ipv6Address() {
    }

    /**
     * Whether an address names a group.
     *
     * @param high bits 127..64.
     * @return true for {@code ff00::/8}.
     */
    public static boolean isMulticast(final long high) {
        return high >>> 56 == 0xff;
    }

    /**
     * Whether an address counts on its link only.
     *
     * @param high bits 127..64.
     * @return true for {@code fe80::/10}.
     */
    public static boolean isLinkLocal(final long high) {
        return high >>> 54 == LINK_LOCAL_HIGH >>> 54;
    }

    /**
     * Whether an address can belong to one host on a wire: no group, and none of {@code ::/64}, where the unspecified, the
     * loopback and the IPv4-mapped addresses are (RFC 4291 section 2.5, RFC 6890).
     *
     * @param high bits 127..64.
     * @return true for an address that may be the source of a packet on a wire.
     */
    public static boolean isHost(final long high) {
        return high != 0 && !isMulticast(high);
    }

    /**
     * The group in which a host listens for solicitations of its address (RFC 4291 section 2.7.1); bits 127..64 are
     * {@link #LINK_GROUP_HIGH}.
     *
     * @param low bits 63..0 of the address.
     * @return bits 63..0 of {@code ff02::1:ffXX:XXXX}.
     */
    public static long solicitedNodeLow(final long low) {
        return SOLICITED_NODE_LOW | (low & SOLICITED_NODE_MASK);
    }

    /**
     * The interface identifier of a station (RFC 4291 appendix A).
     *
     * @param mac 48 bits.
     * @return bits 63..0 of an address.
     */
    public static long interfaceIdentifier(final long mac) {
        final long manufacturer = (mac >>> 24) ^ 0x02_0000;
        return manufacturer << 40 | 0xff_fe00_0000L | (mac & 0xff_ffffL);
    }

    /**
     * The address that every station has on its link.
     *
     * @param mac 48 bits.
     * @return {@code fe80::} with the station's interface identifier.
     */
    public static IpAddress linkLocal(final long mac) {
        return new IpAddress(LINK_LOCAL_HIGH, interfaceIdentifier(mac));
    }

    /**
     * Whether two addresses share their first bits.
     *
     * @param high         bits 127..64 of one.
     * @param low          bits 63..0 of it.
     * @param otherHigh    bits 127..64 of the other.
     * @param otherLow     bits 63..0 of it.
     * @param prefixLength 0 to 128.
     * @return true when they do.
     */
    public static boolean isSamePrefix(
        final long high, final long low, final long otherHigh, final long otherLow, final int prefixLength) {
        return commonPrefixLength(high, low, otherHigh, otherLow) >= prefixLength;
    }

    /**
     * How many leading bits two addresses share.
     *
     * @param high      bits 127..64 of one.
     * @param low       bits 63..0 of it.
     * @param otherHigh bits 127..64 of the other.
     * @param otherLow  bits 63..0 of it.
     * @return 0 to 128.
     */
    public static int commonPrefixLength(final long high, final long low, final long otherHigh, final long otherLow) {
        final int inHigh = Long.numberOfLeadingZeros(high ^ otherHigh);
        return inHigh < Long.SIZE ? inHigh : Long.SIZE + Long.numberOfLeadingZeros(low ^ otherLow);
    }
}
