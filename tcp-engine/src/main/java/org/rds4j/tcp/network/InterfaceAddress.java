package org.rds4j.tcp.network;

/**
 * An address of an interface and how many of its first bits the link's hosts share.
 *
 * @param address      of either family, that of one host.
 * @param prefixLength 1 to 32 for IPv4, 1 to 128 for IPv6.
 */
public record InterfaceAddress(IpAddress address, int prefixLength) {
    private static final int IPV4_OFFSET = 96;

    /** Checks both components. */
    public InterfaceAddress {
        final int longest = address.isIpv4() ? 32 : 128;
        require(prefixLength >= 1 && prefixLength <= longest,
            "the prefix length must be 1 to " + longest + ", not " + prefixLength);
        final boolean isHost = address.isIpv4()
            ? isHostOf(address.ipv4(), address.ipv4(), prefixLength) : Ipv6Address.isHost(address.high());
        require(isHost, "address must be that of one host, not " + address + "/" + prefixLength);
    }

    /**
     * Reads an address with its prefix length.
     *
     * @param cidr like {@code 192.0.2.1/24} or {@code 2001:db8::1/64}.
     * @return both.
     * @throws IllegalArgumentException when the text is anything else.
     */
    public static InterfaceAddress parse(final String cidr) {
        final int slash = cidr.indexOf('/');
        require(slash > 0, "the address needs a prefix length, like 192.0.2.1/24 or 2001:db8::1/64: " + cidr);
        return new InterfaceAddress(IpAddress.parse(cidr.substring(0, slash)), prefixLength(cidr, slash + 1));
    }

    private static int prefixLength(final String cidr, final int start) {
        try {
            return Integer.parseInt(cidr, start, cidr.length(), 10);
        } catch (final NumberFormatException e) {
            throw new IllegalArgumentException("the prefix length must be a number: " + cidr, e);
        }
    }

    /**
     * Whether this is an IPv4 address.
     *
     * @return false for IPv6.
     */
    public boolean isIpv4() {
        return address.isIpv4();
    }

    /**
     * Whether an address shares the prefix.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return true when it does.
     */
    public boolean isOnLink(final long high, final long low) {
        final int bits = isIpv4() ? IPV4_OFFSET + prefixLength : prefixLength;
        return Ipv6Address.isSamePrefix(high, low, address.high(), address.low(), bits);
    }

    /**
     * Whether an address is one host of this link: in the prefix, and neither the network's own nor its broadcast address,
     * which IPv6 and IPv4 prefixes of 31 and 32 bits do not have (RFC 3021).
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return true when it is.
     */
    public boolean isNeighbour(final long high, final long low) {
        return isIpv4()
            ? Ipv4Address.isMapped(high, low) && isHostOf((int) low, address.ipv4(), prefixLength)
            : Ipv6Address.isHost(high) && isOnLink(high, low);
    }

    private static boolean isHostOf(final int host, final int network, final int prefixLength) {
        final int mask = Ipv4Address.mask(prefixLength);
        final int hostBits = host & ~mask;
        final boolean isReserved = prefixLength < 31 && (hostBits == 0 || hostBits == ~mask);
        return ((host ^ network) & mask) == 0 && !isReserved && Ipv4Address.isHost(host);
    }

    private static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
