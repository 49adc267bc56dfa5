package org.rds4j.tcp.network;

/** IPv4 addresses as 32 bits, first octet most significant, and as 128-bit mapped addresses ({@code ::ffff:a.b.c.d}). */
public final class Ipv4Address {
    /** The address of every host on the link. */
    public static final int BROADCAST = 0xffff_ffff;

    private static final long MAPPED_PREFIX = 0x0000_ffff_0000_0000L;

    private Ipv4Address() {
    }

    /**
     * The low half of the mapped address; the high half is 0.
     *
     * @param address 32 bits.
     * @return bits 63..0.
     */
    public static long mappedLow(final int address) {
        return MAPPED_PREFIX | (address & 0xffff_ffffL);
    }

    /**
     * Whether 128 bits are a mapped IPv4 address.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0, of which the last 32 are the IPv4 address then.
     * @return true for {@code ::ffff:0:0/96}.
     */
    public static boolean isMapped(final long high, final long low) {
        return high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED_PREFIX;
    }

    /**
     * Whether an address can belong to one host: not in 0/8 or 127/8, no multicast, not reserved, no broadcast
     * (RFC 1122 section 3.2.1.3, RFC 6890).
     *
     * @param address 32 bits.
     * @return true for an address that may be the source of a packet on a wire.
     */
    public static boolean isHost(final int address) {
        final int firstOctet = address >>> 24;
        return firstOctet != 0 && firstOctet != 127 && firstOctet < 224;
    }

    /**
     * The bits of a prefix.
     *
     * @param prefixLength 0 to 32.
     * @return that many ones, then zeros.
     */
    public static int mask(final int prefixLength) {
        return prefixLength == 0 ? 0 : -1 << (32 - prefixLength);
    }

    /**
     * Reads an address from text.
     *
     * @param text four decimal octets with dots between; no other spelling.
     * @return 32 bits.
     * @throws IllegalArgumentException when the text is anything else.
     */
    public static int parse(final String text) {
        int address = 0;
        int octets = 0;
        int start = 0;
        while (start <= text.length() && octets < 4) {
            final int dot = text.indexOf('.', start);
            final int end = dot < 0 ? text.length() : dot;
            address = (address << 8) | octet(text, start, end);
            start = end + 1;
            octets++;
        }
        if (octets != 4 || start <= text.length()) {
            throw notAnAddress(text);
        }
        return address;
    }

    private static int octet(final String text, final int start, final int end) {
        int value = 0;
        for (int i = start; i < end; i++) {
            final int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw notAnAddress(text);
            }
            value = value * 10 + digit;
        }
        final boolean hasLeadingZero = end - start > 1 && text.charAt(start) == '0';
        if (start == end || end - start > 3 || value > 255 || hasLeadingZero) {
            throw notAnAddress(text);
        }
        return value;
    }

    private static IllegalArgumentException notAnAddress(final String text) {
        return new IllegalArgumentException("not an IPv4 address like 192.0.2.1: " + text);
    }

    /**
     * Writes an address as text.
     *
     * @param address 32 bits.
     * @return four decimal octets with dots between.
     */
    public static String format(final int address) {
        return (address >>> 24) + "." + ((address >>> 16) & 0xff) + "." + ((address >>> 8) & 0xff) + "." + (address & 0xff);
    }
}
