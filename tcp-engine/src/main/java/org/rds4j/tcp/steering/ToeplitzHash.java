package org.rds4j.tcp.steering;

/**
 * The hash by which NICs spread flows over receive queues (RSS): for each bit set in the input, the 32 bits of the key that start
 * at the same place are added without carry. Input is the source and destination address and port of the packet as it arrives.
 * One table per octet of the input makes it one look-up each. Immutable.
 */
public final class ToeplitzHash {
    /** Octets of the shortest key: what IPv6 addresses and ports need. */
    public static final int KEY_LENGTH = 40;

    private static final int OCTETS = 36;
    private static final int VALUES = 256;
    private static final long IPV4_PREFIX = 0xffffL;

    private final byte[] key;
    private final int[] table = new int[OCTETS * VALUES];

    /**
     * A hash.
     *
     * @param key as given to the device or read from it, 40 octets at least.
     */
    public ToeplitzHash(final byte[] key) {
        if (key.length < KEY_LENGTH) {
            throw new IllegalArgumentException(
                "a hash key of " + key.length + " octets is too short: IPv6 needs " + KEY_LENGTH);
        }
        this.key = key.clone();
        for (int octet = 0; octet < OCTETS; octet++) {
            for (int value = 1; value < VALUES; value++) {
                final int bit = Integer.numberOfLeadingZeros(value) - (Integer.SIZE - Byte.SIZE);
                table[octet * VALUES + value] =
                    table[octet * VALUES + (value & ~(0x80 >> bit))] ^ window(octet * Byte.SIZE + bit);
            }
        }
    }

    /** The 32 bits of the key from a bit on. */
    private int window(final int bit) {
        long bits = 0;
        for (int i = 0; i < 5; i++) {
            final int index = bit / Byte.SIZE + i;
            bits = (bits << Byte.SIZE) | (index < key.length ? key[index] & 0xff : 0);
        }
        return (int) (bits >>> (Byte.SIZE - bit % Byte.SIZE));
    }

    /**
     * A key under which both directions of a flow have the same hash: 16 bits repeated, so that addresses and ports may change
     * places.
     *
     * @return 40 octets, {@code 6d5a} over and over.
     */
    public static byte[] symmetricKey() {
        final byte[] symmetric = new byte[KEY_LENGTH];
        for (int i = 0; i < KEY_LENGTH; i += 2) {
            symmetric[i] = 0x6d;
            symmetric[i + 1] = 0x5a;
        }
        return symmetric;
    }

    /**
     * The key.
     *
     * @return a copy.
     */
    public byte[] key() {
        return key.clone();
    }

    /**
     * The hash of a flow's incoming packets. Addresses are 128 bits in two longs, IPv4 as {@code ::ffff:a.b.c.d}.
     *
     * @param remoteHigh bits 127..64 of the source address.
     * @param remoteLow  bits 63..0 of the source address.
     * @param localHigh  bits 127..64 of the destination address.
     * @param localLow   bits 63..0 of the destination address.
     * @param remotePort the source port.
     * @param localPort  the destination port.
     * @return 32 bits.
     */
    public int hash(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        final int ports = (remotePort << 16) | localPort;
        if (remoteHigh == 0 && remoteLow >>> 32 == IPV4_PREFIX) {
            return word((int) remoteLow, 0) ^ word((int) localLow, 4) ^ word(ports, 8);
        }
        return word((int) (remoteHigh >>> 32), 0) ^ word((int) remoteHigh, 4)
            ^ word((int) (remoteLow >>> 32), 8) ^ word((int) remoteLow, 12)
            ^ word((int) (localHigh >>> 32), 16) ^ word((int) localHigh, 20)
            ^ word((int) (localLow >>> 32), 24) ^ word((int) localLow, 28) ^ word(ports, 32);
    }

    private int word(final int value, final int octet) {
        final int at = octet * VALUES;
        return table[at + (value >>> 24)] ^ table[at + VALUES + (value >>> 16 & 0xff)]
            ^ table[at + 2 * VALUES + (value >>> 8 & 0xff)] ^ table[at + 3 * VALUES + (value & 0xff)];
    }
}
