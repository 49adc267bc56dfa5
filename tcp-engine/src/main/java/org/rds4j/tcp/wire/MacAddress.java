package org.rds4j.tcp.wire;

import java.util.HexFormat;

/** 48-bit Ethernet addresses in the low bits of a long, the first octet on the wire most significant. */
public final class MacAddress {
    /** The address of every station on the link. */
    public static final long BROADCAST = 0xffff_ffff_ffffL;

    private static final long IPV6_GROUP_PREFIX = 0x3333_0000_0000L;
    private static final long GROUP_BIT = 0x0100_0000_0000L;
    private static final HexFormat FORMAT = HexFormat.ofDelimiter(":");

    private MacAddress() {
    }

    /**
     * Whether an address names a group of stations (multicast or broadcast) rather than one.
     *
     * @param mac the address.
     * @return true for a group address.
     */
    public static boolean isGroup(final long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    /**
     * Whether an address can belong to one station.
     *
     * @param mac the address.
     * @return true when it is neither zero, nor a group, nor wider than 48 bits.
     */
    public static boolean isStation(final long mac) {
        return mac != 0 && !isGroup(mac) && mac >>> 48 == 0;
    }

    /**
     * The station group that an IPv6 multicast address maps to (RFC 2464 section 7).
     *
     * @param low bits 63..0 of the multicast address.
     * @return 33:33 and the last four octets.
     */
    public static long ofIpv6Group(final long low) {
        return IPV6_GROUP_PREFIX | (low & 0xffff_ffffL);
    }

    /**
     * Reads an address from text.
     *
     * @param text six octets in hexadecimal with colons between.
     * @return the address.
     * @throws IllegalArgumentException when the text is anything else.
     */
    public static long parse(final String text) {
        if (text.length() != 17) {
            throw new IllegalArgumentException("not a MAC address like 02:00:00:00:00:01: " + text);
        }
        long mac = 0;
        for (final byte octet : FORMAT.parseHex(text)) {
            mac = (mac << 8) | (octet & 0xff);
        }
        return mac;
    }

    /**
     * Writes an address as text.
     *
     * @param mac the address.
     * @return six octets in hexadecimal with colons between.
     */
    public static String format(final long mac) {
        final byte[] octets = new byte[6];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (mac >>> (8 * (5 - i)));
        }
        return FORMAT.formatHex(octets);
    }
}
