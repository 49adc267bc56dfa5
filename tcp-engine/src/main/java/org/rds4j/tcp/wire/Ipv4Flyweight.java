package org.rds4j.tcp.wire;

/**
 * IPv4 header (RFC 791), big-endian.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+-------+---------------+-------------------------------+
 *  |Version|  IHL  | Traffic class |         Total length          |
 *  +-------+-------+---------------+-----+-------------------------+
 *  |        Identification         |0 D M|     Fragment offset     |
 *  +---------------+---------------+-----+-------------------------+
 *  |  Time to live |   Protocol    |        Header checksum        |
 *  +---------------+---------------+-------------------------------+
 *  |                        Source address                         |
 *  +---------------------------------------------------------------+
 *  |                      Destination address                      |
 *  +---------------------------------------------------------------+
 *  |                 Options, 0 to 40 octets ...                   |
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4Flyweight extends Flyweight {
    /** Octets of a header without options. */
    public static final int MIN_HEADER_LENGTH = 20;
    /** Offset of the version and the header length in 32-bit words. */
    public static final int VERSION_OFFSET = 0;
    /** Offset of the 8 bits of DSCP and ECN. */
    public static final int TRAFFIC_CLASS_OFFSET = 1;
    /** Offset of the 16-bit length of header and payload. */
    public static final int TOTAL_LENGTH_OFFSET = 2;
    /** Offset of the 16-bit identification. */
    public static final int IDENTIFICATION_OFFSET = 4;
    /** Offset of the three flags and the 13-bit fragment offset. */
    public static final int FRAGMENT_OFFSET = 6;
    /** Offset of the 8-bit time to live. */
    public static final int TIME_TO_LIVE_OFFSET = 8;
    /** Offset of the 8-bit protocol. */
    public static final int PROTOCOL_OFFSET = 9;
    /** Offset of the 16-bit header checksum. */
    public static final int CHECKSUM_OFFSET = 10;
    /** Offset of the 32-bit source. */
    public static final int SOURCE_OFFSET = 12;
    /** Offset of the 32-bit destination. */
    public static final int DESTINATION_OFFSET = 16;
    /** Protocol number of ICMP. */
    public static final int PROTOCOL_ICMP = 1;
    /** Protocol number of TCP. */
    public static final int PROTOCOL_TCP = 6;
    /** Protocol number of UDP. */
    public static final int PROTOCOL_UDP = 17;
    /** The DF bit of the fragment field. */
    public static final int DONT_FRAGMENT = 0x4000;

    /** The bit of the fragment field that says that the packet goes on. */
    public static final int MORE_FRAGMENTS = 0x2000;
    /** The bits of the fragment field that hold the offset, in units of 8 octets. */
    public static final int FRAGMENT_OFFSET_MASK = 0x1fff;

    private static final int FRAGMENT_MASK = MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK;

    /** A view over nothing yet. */
    public Ipv4Flyweight() {
    }

    /**
     * DSCP and ECN.
     *
     * @return 8 bits.
     */
    public int trafficClass() {
        return NetworkOrder.getByte(address() + TRAFFIC_CLASS_OFFSET);
    }

    /**
     * Sets what {@link #trafficClass()} reads.
     *
     * @param value 8 bits.
     * @return this.
     */
    public Ipv4Flyweight trafficClass(final int value) {
        NetworkOrder.putByte(address() + TRAFFIC_CLASS_OFFSET, value);
        return this;
    }

    /**
     * Octets of header and payload.
     *
     * @return 0 to 65535.
     */
    public int totalLength() {
        return NetworkOrder.getShort(address() + TOTAL_LENGTH_OFFSET);
    }

    /**
     * Sets what {@link #totalLength()} reads.
     *
     * @param value 0 to 65535.
     * @return this.
     */
    public Ipv4Flyweight totalLength(final int value) {
        NetworkOrder.putShort(address() + TOTAL_LENGTH_OFFSET, value);
        return this;
    }

    /**
     * Names the packet among its fragments.
     *
     * @return 16 bits.
     */
    public int identification() {
        return NetworkOrder.getShort(address() + IDENTIFICATION_OFFSET);
    }

    /**
     * Sets what {@link #identification()} reads.
     *
     * @param value 16 bits.
     * @return this.
     */
    public Ipv4Flyweight identification(final int value) {
        NetworkOrder.putShort(address() + IDENTIFICATION_OFFSET, value);
        return this;
    }

    /**
     * The flags and the fragment offset.
     *
     * @return 16 bits.
     */
    public int fragment() {
        return NetworkOrder.getShort(address() + FRAGMENT_OFFSET);
    }

    /**
     * Sets what {@link #fragment()} reads.
     *
     * @param value 16 bits.
     * @return this.
     */
    public Ipv4Flyweight fragment(final int value) {
        NetworkOrder.putShort(address() + FRAGMENT_OFFSET, value);
        return this;
    }

    /**
     * Hops left.
     *
     * @return 0 to 255.
     */
    public int timeToLive() {
        return NetworkOrder.getByte(address() + TIME_TO_LIVE_OFFSET);
    }

    /**
     * Sets what {@link #timeToLive()} reads.
     *
     * @param value 0 to 255.
     * @return this.
     */
    public Ipv4Flyweight timeToLive(final int value) {
        NetworkOrder.putByte(address() + TIME_TO_LIVE_OFFSET, value);
        return this;
    }

    /**
     * What the payload is.
     *
     * @return 0 to 255.
     */
    public int protocol() {
        return NetworkOrder.getByte(address() + PROTOCOL_OFFSET);
    }

    /**
     * Sets what {@link #protocol()} reads.
     *
     * @param value 0 to 255.
     * @return this.
     */
    public Ipv4Flyweight protocol(final int value) {
        NetworkOrder.putByte(address() + PROTOCOL_OFFSET, value);
        return this;
    }

    /**
     * The header checksum.
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
    public Ipv4Flyweight checksum(final int value) {
        NetworkOrder.putShort(address() + CHECKSUM_OFFSET, value);
        return this;
    }

    /**
     * The sending host.
     *
     * @return 32 bits.
     */
    public int source() {
        return NetworkOrder.getInt(address() + SOURCE_OFFSET);
    }

    /**
     * Sets what {@link #source()} reads.
     *
     * @param value 32 bits.
     * @return this.
     */
    public Ipv4Flyweight source(final int value) {
        NetworkOrder.putInt(address() + SOURCE_OFFSET, value);
        return this;
    }

    /**
     * The host addressed.
     *
     * @return 32 bits.
     */
    public int destination() {
        return NetworkOrder.getInt(address() + DESTINATION_OFFSET);
    }

    /**
     * Sets what {@link #destination()} reads.
     *
     * @param value 32 bits.
     * @return this.
     */
    public Ipv4Flyweight destination(final int value) {
        NetworkOrder.putInt(address() + DESTINATION_OFFSET, value);
        return this;
    }

    /**
     * The IP version.
     *
     * @return 4 in a good header.
     */
    public int version() {
        return NetworkOrder.getByte(address() + VERSION_OFFSET) >>> 4;
    }

    /**
     * Octets of the header, options included.
     *
     * @return a multiple of 4, below 20 only in a broken header.
     */
    public int headerLength() {
        return (NetworkOrder.getByte(address() + VERSION_OFFSET) & 0xf) << 2;
    }

    /**
     * Sets the version to 4 and the header length to 20.
     *
     * @return this.
     */
    public Ipv4Flyweight withoutOptions() {
        NetworkOrder.putByte(address() + VERSION_OFFSET, 0x45);
        return this;
    }

    /**
     * Whether the packet is a piece of a larger one.
     *
     * @return true when more fragments follow or it is not the first.
     */
    public boolean isFragment() {
        return (fragment() & FRAGMENT_MASK) != 0;
    }

    /**
     * Whether the header's own checksum is right.
     *
     * @return true when it is; the whole header must lie within the length.
     */
    public boolean isChecksumGood() {
        return InternetChecksum.fold(InternetChecksum.partialSum(address(), headerLength())) == 0;
    }

    /**
     * Computes and stores the header checksum; last of the setters.
     *
     * @return this.
     */
    public Ipv4Flyweight computeChecksum() {
        checksum(0);
        return checksum(InternetChecksum.fold(InternetChecksum.partialSum(address(), headerLength())));
    }
}
