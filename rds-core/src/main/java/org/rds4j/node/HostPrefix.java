package org.rds4j.node;

import org.rds4j.RdsAddress;
import org.rds4j.RdsArgumentException;

/** A network of hosts, as {@code 10.0.0.0/24} or {@code fd00::/64}; a host alone is a network of one. */
record HostPrefix(long high, long low, int length) {
    private static final int HALF = 64;
    private static final int ALL = 128;
    private static final int IPV4_OFFSET = 96;

    static HostPrefix parse(final String text) {
        final int slash = text.indexOf('/');
        try {
            final RdsAddress address = RdsAddress.parse(slash < 0 ? text : text.substring(0, slash));
            final int offset = address.isIpv4() ? IPV4_OFFSET : 0;
            final int length = slash < 0 ? ALL : offset + Integer.parseInt(text.substring(slash + 1));
            if (length < offset || length > ALL || address.port() != 0) {
                throw new IllegalArgumentException("'" + text + "' is no network, as 10.0.0.0/24 or fd00::/64");
            }
            return new HostPrefix(address.high(), address.low(), length);
        } catch (final RdsArgumentException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no network, as 10.0.0.0/24 or fd00::/64", e);
        }
    }

    boolean contains(final long hostHigh, final long hostLow) {
        return ((hostHigh ^ high) & mask(length)) == 0 && ((hostLow ^ low) & mask(length - HALF)) == 0;
    }

    private static long mask(final int bits) {
        return bits <= 0 ? 0 : bits >= HALF ? -1 : -1L << (HALF - bits);
    }
}
