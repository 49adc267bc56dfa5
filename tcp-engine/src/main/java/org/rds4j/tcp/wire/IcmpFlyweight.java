package org.rds4j.tcp.wire;

/**
 * ICMP message header (RFC 792), big-endian.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |     Type      |     Code      |           Checksum            |
 *  +---------------+---------------+-------------------------------+
 *  |          Unused (0)           |  Next-hop MTU (RFC 1191)      |  type 3; otherwise the rest of header
 *  +-------------------------------+-------------------------------+
 *  |  Data: of an error, the header and first octets of the packet it is about ...
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class IcmpFlyweight extends Flyweight {
    /** Octets of the header. */
    public static final int HEADER_LENGTH = 8;
    /** Offset of the 8-bit type. */
    public static final int TYPE_OFFSET = 0;
    /** Offset of the 8-bit code. */
    public static final int CODE_OFFSET = 1;
    /** Offset of the 16-bit checksum of the whole message. */
    public static final int CHECKSUM_OFFSET = 2;
    /** Offset of the 32 bits whose meaning depends on the type. */
    public static final int REST_OFFSET = 4;
    /** Offset of the 16-bit MTU of the hop that the packet was too big for. */
    public static final int NEXT_HOP_MTU_OFFSET = 6;
    /** Type: echo reply. */
    public static final int TYPE_ECHO_REPLY = 0;
    /** Type: destination unreachable. */
    public static final int TYPE_UNREACHABLE = 3;
    /** Type: echo request. */
    public static final int TYPE_ECHO_REQUEST = 8;
    /** Type: time exceeded. */
    public static final int TYPE_TIME_EXCEEDED = 11;
    /** Code of type 11: fragments did not arrive in time. */
    public static final int CODE_REASSEMBLY = 1;
    /** Code of type 3: nobody speaks the protocol. */
    public static final int CODE_PROTOCOL_UNREACHABLE = 2;
    /** Code of type 3: nobody listens on the port. */
    public static final int CODE_PORT_UNREACHABLE = 3;
    /** Code of type 3: the packet exceeds the next hop's MTU and DF is set. */
    public static final int CODE_FRAGMENTATION_NEEDED = 4;

    /** A view over nothing yet. */
    public IcmpFlyweight() {
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
     * Sets what {@link #type()} reads.
     *
     * @param value 8 bits.
     * @return this.
     */
    public IcmpFlyweight type(final int value) {
        NetworkOrder.putByte(address() + TYPE_OFFSET, value);
        return this;
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
     * Sets what {@link #code()} reads.
     *
     * @param value 8 bits.
     * @return this.
     */
    public IcmpFlyweight code(final int value) {
        NetworkOrder.putByte(address() + CODE_OFFSET, value);
        return this;
    }

    /**
     * The checksum of the whole message.
     *
     * @return 16 bits.
     */
    public int checksum() {
        return NetworkOrder.getShort(address() + CHECKSUM_OFFSET);
    }

    /**
     * Sets what {@link #checksum()} reads.
     *
     * @param value 16 bits.
     * @return this.
     */
    public IcmpFlyweight checksum(final int value) {
        NetworkOrder.putShort(address() + CHECKSUM_OFFSET, value);
        return this;
    }

    /**
     * The rest of the header.
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
    public IcmpFlyweight rest(final int value) {
        NetworkOrder.putInt(address() + REST_OFFSET, value);
        return this;
    }

    /**
     * The MTU of the next hop; 0 from routers older than RFC 1191.
     *
     * @return 0 to 65535.
     */
    public int nextHopMtu() {
        return NetworkOrder.getShort(address() + NEXT_HOP_MTU_OFFSET);
    }

    /**
     * Sets what {@link #nextHopMtu()} reads.
     *
     * @param value 0 to 65535.
     * @return this.
     */
    public IcmpFlyweight nextHopMtu(final int value) {
        NetworkOrder.putShort(address() + NEXT_HOP_MTU_OFFSET, value);
        return this;
    }

    /**
     * Whether the message's checksum is right, over all of {@link #length()}.
     *
     * @return true when it is.
     */
    public boolean isChecksumGood() {
        return InternetChecksum.fold(InternetChecksum.partialSum(address(), length())) == 0;
    }

    /**
     * Computes and stores the checksum over all of {@link #length()}; last of the setters.
     *
     * @return this.
     */
    public IcmpFlyweight computeChecksum() {
        checksum(0);
        return checksum(InternetChecksum.fold(InternetChecksum.partialSum(address(), length())));
    }
}
