package org.rds4j.tcp.network;

/**
 * An address of either family as configuration knows it; the packet path uses its two halves. IPv4 is
 * {@code ::ffff:a.b.c.d}.
 *
 * @param high bits 127..64.
 * @param low  bits 63..0.
 */
public record IpAddress(long high, long low) {
    /** No address: {@code ::}. */
    public static final IpAddress UNSPECIFIED = new IpAddress(0, 0);

    private static final int WORDS = 8;

    /**
     * An IPv4 address.
     *
     * @param address 32 bits.
     * @return it, mapped.
     */
    public static IpAddress ofIpv4(final int address) {
        return new IpAddress(0, Ipv4Address.mappedLow(address));
    }

    /**
     * Reads an address from text.
     *
     * @param text IPv4 as four decimal octets, or IPv6 as RFC 4291 section 2.2 has it; without a zone.
     * @return the address.
     * @throws IllegalArgumentException when the text is anything else.
     */
    public static IpAddress parse(final String text) {
        if (text.indexOf(':') < 0) {
            return ofIpv4(Ipv4Address.parse(text));
        }
        final int[] words = new int[WORDS];
        final int gap = text.indexOf("::");
        if (gap < 0) {
            require(words(text, words, true) == WORDS, text);
        } else {
            require(text.indexOf("::", gap + 1) < 0, text);
            final int before = words(text.substring(0, gap), words, false);
            final int[] tail = new int[WORDS];
            final int after = words(text.substring(gap + 2), tail, true);
            require(before + after < WORDS, text);
            System.arraycopy(tail, 0, words, WORDS - after, after);
        }
        return new IpAddress(half(words, 0), half(words, WORDS / 2));
    }

    private static long half(final int[] words, final int from) {
        return (long) words[from] << 48 | (long) words[from + 1] << 32 | (long) words[from + 2] << 16 | words[from + 3];
    }

    /** Reads words with colons between; the last two of a text may be an IPv4 address. Returns how many. */
    private static int words(final String text, final int[] words, final boolean isTail) {
        if (text.isEmpty()) {
            return 0;
        }
        final String[] parts = text.split(":", -1);
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
            final boolean isIpv4 = isTail && i == parts.length - 1 && parts[i].indexOf('.') >= 0;
            require(count + (isIpv4 ? 2 : 1) <= WORDS, text);
            if (isIpv4) {
                final int address = Ipv4Address.parse(parts[i]);
                words[count++] = address >>> 16;
                words[count++] = address & 0xffff;
            } else {
                words[count++] = word(parts[i], text);
            }
        }
        return count;
    }

    private static int word(final String part, final String text) {
        require(!part.isEmpty() && part.length() <= 4, text);
        int value = 0;
        for (int i = 0; i < part.length(); i++) {
            final int digit = Character.digit(part.charAt(i), 16);
            require(digit >= 0 && part.charAt(i) < 128, text);
            value = value << 4 | digit;
        }
        return value;
    }

    private static void require(final boolean condition, final String text) {
        if (!condition) {
            throw new IllegalArgumentException("not an IP address like 192.0.2.1 or 2001:db8::1: " + text);
        }
    }

    /**
     * Whether this is an IPv4 address.
     *
     * @return true for {@code ::ffff:0:0/96}.
     */
    public boolean isIpv4() {
        return Ipv4Address.isMapped(high, low);
    }

    /**
     * The IPv4 address.
     *
     * @return the last 32 bits.
     */
    public int ipv4() {
        return (int) low;
    }

    /** The address as text: IPv4 in dots, IPv6 in the form of RFC 5952. */
    @Override
    public String toString() {
        return isIpv4() ? Ipv4Address.format(ipv4()) : formatIpv6();
    }

    private String formatIpv6() {
        int gapStart = WORDS;
        int gapLength = 1;
        for (int i = 0; i < WORDS; i++) {
            int end = i;
            while (end < WORDS && word(end) == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gapStart = i;
                gapLength = end - i;
            }
        }
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < WORDS; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
            } else {
                text.append(i == 0 || text.charAt(text.length() - 1) == ':' ? "" : ":").append(Integer.toHexString(word(i)));
            }
        }
        return text.toString();
    }

    private int word(final int index) {
        final long half = index < WORDS / 2 ? high : low;
        return (int) (half >>> (48 - 16 * (index % (WORDS / 2)))) & 0xffff;
    }
}
