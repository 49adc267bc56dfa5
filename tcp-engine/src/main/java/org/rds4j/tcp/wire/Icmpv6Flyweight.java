package org.rds4j.tcp.wire;

/**
 * ICMPv6 message (RFC 4443), and the fixed part of neighbour solicitations and advertisements (RFC 4861 sections 4.3 and 4.4),
 * big-endian.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |     Type      |     Code      |           Checksum            |
 *  +-+-+-+---------+---------------+-------------------------------+
 *  |R S O        Reserved; or MTU, pointer, identifier ...         |
 *  +---------------------------------------------------------------+
 *  |  Target address, 128 bits; of an error, the packet it is about ...
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class Icmpv6Flyweight extends Flyweight {
    /** Octets of the header. */
    public static final int HEADER_LENGTH = 8;
    /** Octets of a neighbour solicitation or advertisement without options. */
    public static final int NEIGHBOUR_LENGTH = 24;
    /** Octets of a link-layer address option. */
    public static final int LINK_OPTION_LENGTH = 8;
    /** Offset of the 8-bit type. */
    public static final int TYPE_OFFSET = 0;
    /** Offset of the 8-bit code. */
    public static final int CODE_OFFSET = 1;
    /** Offset of the 16-bit checksum. */
    public static final int CHECKSUM_OFFSET = 2;
    /** Offset of the 32 bits whose meaning depends on the type. */
    public static final int REST_OFFSET = 4;
    /** Offset of the 128-bit target of neighbour messages. */
    public static final int TARGET_OFFSET = 8;
    /** Type: destination unreachable. */
    public static final int TYPE_UNREACHABLE = 1;
    /** Type: packet too big. */
    public static final int TYPE_PACKET_TOO_BIG = 2;
    /** Type: time exceeded. */
    public static final int TYPE_TIME_EXCEEDED = 3;
    /** Type: parameter problem. */
    public static final int TYPE_PARAMETER_PROBLEM = 4;
    /** Type: echo request. */
    public static final int TYPE_ECHO_REQUEST = 128;
    /** Type: echo reply. */
    public static final int TYPE_ECHO_REPLY = 129;
    /** Type: router solicitation. */
    public static final int TYPE_ROUTER_SOLICITATION = 133;
    /** Type: router advertisement. */
    public static final int TYPE_ROUTER_ADVERTISEMENT = 134;
    /** Type: neighbour solicitation. */
    public static final int TYPE_NEIGHBOUR_SOLICITATION = 135;
    /** Type: neighbour advertisement. */
    public static final int TYPE_NEIGHBOUR_ADVERTISEMENT = 136;
    /** Code of type 1: nobody listens on the port. */
    public static final int CODE_PORT_UNREACHABLE = 4;
    /** Code of type 3: fragments did not arrive in time. */
    public static final int CODE_REASSEMBLY = 1;
    /** Code of type 4: a next header that nobody here knows. */
    public static final int CODE_NEXT_HEADER = 1;
    /** Code of type 4: an option that nobody here knows. */
    public static final int CODE_OPTION = 2;
    /** Option: the sender's link-layer address. */
    public static final int OPTION_SOURCE_LINK = 1;
    /** Option: the target's link-layer address. */
    public static final int OPTION_TARGET_LINK = 2;
    /** Option: a prefix of the link. */
    public static final int OPTION_PREFIX = 3;
    /** Option: the link's MTU. */
    public static final int OPTION_MTU = 5;
    /** Flag of advertisements: a router. */
    public static final int FLAG_ROUTER = 0x8000_0000;
    /** Flag of advertisements: the answer to a solicitation. */
    public static final int FLAG_SOLICITED = 0x4000_0000;
    /** Flag of advertisements: replaces what is known. */
    public static final int FLAG_OVERRIDE = 0x2000_0000;

    /** A view over nothing yet. */
    public Icmpv6Flyweight() {
    }

    /**
     * The kind of message.
     *
     * @return 8 bits.
     */
    public int type() {
        return NetworkOrder.getByte(address() + TYPE_OFFSET);
    }

    /**
     * The kind within the type.
     *
     * @return 8 bits.
     */
    public int code() {
        return NetworkOrder.getByte(address() + CODE_OFFSET);
    }

    /**
     * Sets type and code, and the checksum to 0.
     *
     * @param type 8 bits.
     * @param code 8 bits.
     * @return this.
     */
    public Icmpv6Flyweight kind(final int type, final int code) {
        NetworkOrder.putInt(address(), type << 24 | code << 16);
        return this;
    }

    /**
     * The rest of the header: flags, MTU, pointer or identifier and number.
     *
     * @return 32 bits.
     */
    public int rest() {
        return NetworkOrder.getInt(address() + REST_OFFSET);
    }

    /**
     * Sets what {@link #rest()} reads.
     *
     * @param value 32 bits.
     * @return this.
     */
    public Icmpv6Flyweight rest(final int value) {
        NetworkOrder.putInt(address() + REST_OFFSET, value);
        return this;
    }

    /**
     * Whom a neighbour message is about; only if {@link #NEIGHBOUR_LENGTH} octets are there.
     *
     * @return bits 127..64.
     */
    public long targetHigh() {
        return NetworkOrder.getLong(address() + TARGET_OFFSET);
    }

    /**
     * Whom a neighbour message is about.
     *
     * @return bits 63..0.
     */
    public long targetLow() {
        return NetworkOrder.getLong(address() + TARGET_OFFSET + 8);
    }

    /**
     * Sets whom a neighbour message is about.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return this.
     */
    public Icmpv6Flyweight target(final long high, final long low) {
        NetworkOrder.putLong(address() + TARGET_OFFSET, high);
        NetworkOrder.putLong(address() + TARGET_OFFSET + 8, low);
        return this;
    }

    /**
     * Writes a link-layer address option behind the target.
     *
     * @param kind {@link #OPTION_SOURCE_LINK} or {@link #OPTION_TARGET_LINK}.
     * @param mac  48 bits.
     * @return this.
     */
    public Icmpv6Flyweight linkOption(final int kind, final long mac) {
        NetworkOrder.putLong(address() + NEIGHBOUR_LENGTH, (long) kind << 56 | 1L << 48 | mac);
        return this;
    }

    /**
     * Whether the checksum is right over all of {@link #length()}.
     *
     * @param addressSum of source and destination, by {@link Ipv6Flyweight#addressSum}.
     * @return true when it is.
     */
    public boolean isChecksumGood(final long addressSum) {
        return checksumOver(addressSum) == 0;
    }

    /**
     * Computes and stores the checksum over all of {@link #length()}; last of the setters.
     *
     * @param addressSum of source and destination.
     * @return this.
     */
    public Icmpv6Flyweight computeChecksum(final long addressSum) {
        NetworkOrder.putShort(address() + CHECKSUM_OFFSET, 0);
        NetworkOrder.putShort(address() + CHECKSUM_OFFSET, checksumOver(addressSum));
        return this;
    }

    private int checksumOver(final long addressSum) {
        final long pseudo = Ipv6Flyweight.pseudoHeaderSum(addressSum, length(), Ipv6Flyweight.NEXT_ICMP);
        return InternetChecksum.fold(InternetChecksum.partialSum(pseudo, address(), length()));
    }
}
