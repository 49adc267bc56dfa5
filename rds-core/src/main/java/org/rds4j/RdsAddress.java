package org.rds4j;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An immutable RDS address: 128 bits and a port. IPv4 is {@code ::ffff:a.b.c.d} inside and dotted in text. Ordered by
 * unsigned address, then port: the order that decides which host dials.
 */
public final class RdsAddress implements Comparable<RdsAddress> {
    private static final long LINK_LOCAL_PREFIX = 0xfe80L >>> 6;
    private static final long IPV4_PREFIX = 0x0000_ffff_0000_0000L;

    private final long high;
    private final long low;
    private final int port;
    private final boolean isUnicast;

    private RdsAddress(final long high, final long low, final int port) {
        this.high = high;
        this.low = low;
        this.port = port;
        this.isUnicast = isUnicast(high, low);
    }

    /**
     * An address from its parts.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @param port 0 to 65535.
     * @return the address.
     * @throws RdsArgumentException (EINVAL) when the port is out of range.
     */
    public static RdsAddress of(final long high, final long low, final int port) {
        if (port < 0 || port > 0xffff) {
            throw new RdsArgumentException(Errno.EINVAL, "port " + port + " is not in 0..65535");
        }
        return new RdsAddress(high, low, port);
    }

    /**
     * Parses {@code 10.0.0.1:4000}, {@code [2001:db8::1]:4000}, and either without a port (port 0; IPv6 then also
     * without brackets). Names are not resolved.
     *
     * @param text the address.
     * @return the address.
     * @throws RdsArgumentException (EINVAL) when the text is none.
     */
    public static RdsAddress parse(final String text) {
        final int bracket = text.lastIndexOf(']');
        final int colon = text.lastIndexOf(':');
        final boolean isBareIpv6 = bracket < 0 && colon != text.indexOf(':');
        if (colon <= bracket || isBareIpv6) {
            return parse(text, text, 0);
        }
        return parse(text, text.substring(0, colon), parsePort(text, text.substring(colon + 1)));
    }

    private static RdsAddress parse(final String text, final String host, final int port) {
        final boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        final String literal = isBracketed ? host.substring(1, host.length() - 1) : host;
        final boolean isIpv6 = literal.indexOf(':') >= 0;
        final boolean isWellBracketed = isBracketed ? isIpv6 : !isIpv6 || host.equals(text);
        if (!isWellBracketed || !isLiteral(literal, isIpv6)) {
            throw invalid(text);
        }
        try {
            return ofOctets(InetAddress.getByName(literal).getAddress(), port);
        } catch (final UnknownHostException e) {
            throw invalid(text);
        }
    }

    private static boolean isLiteral(final String literal, final boolean isIpv6) {
        return isIpv6 ? literal.matches("[0-9a-fA-F:.]+") : literal.matches("(\\d{1,3}\\.){3}\\d{1,3}");
    }

    private static int parsePort(final String text, final String port) {
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 0xffff) {
            throw invalid(text);
        }
        return Integer.parseInt(port);
    }

    private static RdsArgumentException invalid(final String text) {
        return new RdsArgumentException(Errno.EINVAL,
            "'" + text + "' is not an address: write 10.0.0.1:4000 or [2001:db8::1]:4000");
    }

    private static RdsAddress ofOctets(final byte[] octets, final int port) {
        if (octets.length == 4) {
            return of(0, IPV4_PREFIX | bits(octets, 0, 4), port);
        }
        return of(bits(octets, 0, 8), bits(octets, 8, 8), port);
    }

    private static long bits(final byte[] octets, final int offset, final int length) {
        long bits = 0;
        for (int i = 0; i < length; i++) {
            bits = (bits << 8) | (octets[offset + i] & 0xff);
        }
        return bits;
    }

    /**
     * Bits 127..64 of the address.
     *
     * @return the upper half.
     */
    public long high() {
        return high;
    }

    /**
     * Bits 63..0 of the address.
     *
     * @return the lower half.
     */
    public long low() {
        return low;
    }

    /**
     * The RDS port.
     *
     * @return 0 to 65535.
     */
    public int port() {
        return port;
    }

    /**
     * The same host with another port.
     *
     * @param other 0 to 65535.
     * @return the address.
     */
    public RdsAddress withPort(final int other) {
        return of(high, low, other);
    }

    /**
     * Whether this is an IPv4 address.
     *
     * @return true for {@code ::ffff:a.b.c.d}.
     */
    public boolean isIpv4() {
        return isIpv4(high, low);
    }

    /**
     * Whether it means something only together with a link, which an RDS address does not name.
     *
     * @return true for {@code fe80::/10}.
     */
    public boolean isLinkLocal() {
        return high >>> 54 == LINK_LOCAL_PREFIX;
    }

    /**
     * Whether datagrams can be sent to it: not the any, broadcast or a multicast address.
     *
     * @return true when it can be a destination.
     */
    public boolean isUnicast() {
        return isUnicast;
    }

    /**
     * Whether 128 bits are an IPv4 address.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return true for {@code ::ffff:a.b.c.d}.
     */
    public static boolean isIpv4(final long high, final long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /**
     * Whether datagrams can be sent to 128 bits: neither the any, the broadcast nor a multicast address.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return true when they can be a destination.
     */
    public static boolean isUnicast(final long high, final long low) {
        if (isIpv4(high, low)) {
            final int address = (int) low;
            return address != 0 && address >>> 28 != 0xe && address != -1;
        }
        return (high | low) != 0 && high >>> 56 != 0xff;
    }

    /**
     * The order of two hosts: unsigned compare of the 16 octets.
     *
     * @param high      bits 127..64 of the one.
     * @param low       bits 63..0 of the one.
     * @param otherHigh bits 127..64 of the other.
     * @param otherLow  bits 63..0 of the other.
     * @return below 0, 0 or above 0, as of {@code compare}.
     */
    public static int compareHosts(final long high, final long low, final long otherHigh, final long otherLow) {
        final int order = Long.compareUnsigned(high, otherHigh);
        return order != 0 ? order : Long.compareUnsigned(low, otherLow);
    }

    @Override
    public int compareTo(final RdsAddress other) {
        final int order = compareHosts(high, low, other.high, other.low);
        return order != 0 ? order : Integer.compare(port, other.port);
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof RdsAddress that && high == that.high && low == that.low && port == that.port;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high * 31 + low) * 31 + port;
    }

    /**
     * The text of a host without port.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return dotted, or colons without brackets (RFC 5952).
     */
    public static String hostText(final long high, final long low) {
        if (isIpv4(high, low)) {
            final int address = (int) low;
            return (address >>> 24) + "." + ((address >>> 16) & 0xff) + "." + ((address >>> 8) & 0xff) + "." + (address & 0xff);
        }
        return ipv6Text(high, low);
    }

    private static int group(final long high, final long low, final int index) {
        return (int) ((index < 4 ? high : low) >>> (48 - 16 * (index & 3))) & 0xffff;
    }

    /** RFC 5952 section 4: lower case, no leading zeros, the longest run (first of equals) of two or more zero groups cut. */
    private static String ipv6Text(final long high, final long low) {
        int bestStart = 8;
        int bestLength = 1;
        int start = 0;
        for (int i = 0; i < 8; i++) {
            if (group(high, low, i) != 0) {
                start = i + 1;
            } else if (i + 1 - start > bestLength) {
                bestStart = start;
                bestLength = i + 1 - start;
            }
        }
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
            } else {
                text.append(i == 0 || i == bestStart + bestLength ? "" : ":").append(Integer.toHexString(group(high, low, i)));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        final String host = hostText(high, low);
        return (isIpv4() ? host : "[" + host + "]") + ":" + port;
    }
}
