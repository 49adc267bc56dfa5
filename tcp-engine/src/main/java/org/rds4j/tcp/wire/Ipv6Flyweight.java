package org.rds4j.tcp.wire;

/**
 * IPv6 header (RFC 8200 section 3), big-endian.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+---------------+---------------------------------------+
 *  |Version| Traffic class |              Flow label               |
 *  +-------+---------------+-------+---------------+---------------+
 *  |        Payload length         |  Next header  |   Hop limit   |
 *  +-------------------------------+---------------+---------------+
 *  |                                                               |
 *  |                 Source address, 128 bits                      |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                                                               |
 *  |               Destination address, 128 bits                   |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |  Extension headers and payload ...
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv6Flyweight extends Flyweight {
    /** Octets of the header without extensions. */
    public static final int HEADER_LENGTH = 40;
    /** The smallest MTU that a link may have (RFC 8200 section 5). */
    public static final int MIN_MTU = 1280;
    /** Offset of version, traffic class and flow label. */
    public static final int VERSION_OFFSET = 0;
    /** Offset of the 16-bit length of everything behind the header. */
    public static final int PAYLOAD_LENGTH_OFFSET = 4;
    /** Offset of the 8-bit kind of the next header. */
    public static final int NEXT_HEADER_OFFSET = 6;
    /** Offset of the 8-bit hop limit. */
    public static final int HOP_LIMIT_OFFSET = 7;
    /** Offset of the 128-bit source. */
    public static final int SOURCE_OFFSET = 8;
    /** Offset of the 128-bit destination. */
    public static final int DESTINATION_OFFSET = 24;
    /** Next header: hop-by-hop options, allowed in first place only. */
    public static final int NEXT_HOP_BY_HOP = 0;
    /** Next header: routing. */
    public static final int NEXT_ROUTING = 43;
    /** Next header: fragment. */
    public static final int NEXT_FRAGMENT = 44;
    /** Next header: ICMPv6. */
    public static final int NEXT_ICMP = 58;
    /** Next header: nothing follows. */
    public static final int NEXT_NONE = 59;
    /** Next header: destination options. */
    public static final int NEXT_DESTINATION = 60;

    private static final int VERSION_SHIFT = 60;
    private static final int TRAFFIC_CLASS_SHIFT = 52;
    private static final int FLOW_LABEL_SHIFT = 32;
    private static final int PAYLOAD_LENGTH_SHIFT = 16;
    private static final int NEXT_HEADER_SHIFT = 8;
    private static final int FLOW_LABEL_MASK = 0xf_ffff;

    /** A view over nothing yet. */
    public Ipv6Flyweight() {
    }

    /**
     * The IP version.
     *
     * @return 6 in a good header.
     */
    public int version() {
        return NetworkOrder.getByte(address() + VERSION_OFFSET) >>> 4;
    }

    /**
     * DSCP and ECN.
     *
     * @return 8 bits.
     */
    public int trafficClass() {
        return (NetworkOrder.getShort(address() + VERSION_OFFSET) >>> 4) & 0xff;
    }

    /**
     * Names the flow to routers (RFC 6437).
     *
     * @return 20 bits.
     */
    public int flowLabel() {
        return NetworkOrder.getInt(address() + VERSION_OFFSET) & FLOW_LABEL_MASK;
    }

    /**
     * Octets behind the header, extensions included.
     *
     * @return 0 to 65535.
     */
    public int payloadLength() {
        return NetworkOrder.getShort(address() + PAYLOAD_LENGTH_OFFSET);
    }

    /**
     * What follows the header.
     *
     * @return 0 to 255.
     */
    public int nextHeader() {
        return NetworkOrder.getByte(address() + NEXT_HEADER_OFFSET);
    }

    /**
     * Hops left.
     *
     * @return 0 to 255.
     */
    public int hopLimit() {
        return NetworkOrder.getByte(address() + HOP_LIMIT_OFFSET);
    }

    /**
     * The sending host.
     *
     * @return bits 127..64.
     */
    public long sourceHigh() {
        return NetworkOrder.getLong(address() + SOURCE_OFFSET);
    }

    /**
     * The sending host.
     *
     * @return bits 63..0.
     */
    public long sourceLow() {
        return NetworkOrder.getLong(address() + SOURCE_OFFSET + 8);
    }

    /**
     * The host or group addressed.
     *
     * @return bits 127..64.
     */
    public long destinationHigh() {
        return NetworkOrder.getLong(address() + DESTINATION_OFFSET);
    }

    /**
     * The host or group addressed.
     *
     * @return bits 63..0.
     */
    public long destinationLow() {
        return NetworkOrder.getLong(address() + DESTINATION_OFFSET + 8);
    }

    /**
     * The first eight octets of a header as one word.
     *
     * @param trafficClass  8 bits.
     * @param flowLabel     20 bits.
     * @param payloadLength 0 to 65535.
     * @param nextHeader    8 bits.
     * @param hopLimit      8 bits.
     * @return the word, most significant octet first on the wire.
     */
    public static long firstWord(
        final int trafficClass, final int flowLabel, final int payloadLength, final int nextHeader, final int hopLimit) {
        return (6L << VERSION_SHIFT) | ((long) trafficClass << TRAFFIC_CLASS_SHIFT) | ((long) flowLabel << FLOW_LABEL_SHIFT)
            | ((long) payloadLength << PAYLOAD_LENGTH_SHIFT) | ((long) nextHeader << NEXT_HEADER_SHIFT) | hopLimit;
    }

    /**
     * Writes everything in front of the addresses.
     *
     * @param trafficClass  8 bits.
     * @param payloadLength 0 to 65535.
     * @param nextHeader    8 bits.
     * @param hopLimit      8 bits.
     * @return this.
     */
    public Ipv6Flyweight first(final int trafficClass, final int payloadLength, final int nextHeader, final int hopLimit) {
        NetworkOrder.putLong(address(), firstWord(trafficClass, 0, payloadLength, nextHeader, hopLimit));
        return this;
    }

    /**
     * Sets the source.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return this.
     */
    public Ipv6Flyweight source(final long high, final long low) {
        NetworkOrder.putLong(address() + SOURCE_OFFSET, high);
        NetworkOrder.putLong(address() + SOURCE_OFFSET + 8, low);
        return this;
    }

    /**
     * Sets the destination.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return this.
     */
    public Ipv6Flyweight destination(final long high, final long low) {
        NetworkOrder.putLong(address() + DESTINATION_OFFSET, high);
        NetworkOrder.putLong(address() + DESTINATION_OFFSET + 8, low);
        return this;
    }

    /**
     * Sum of the pseudo-header (RFC 8200 section 8.1) for the Internet checksum, not yet folded or complemented.
     *
     * @param addressSum of both addresses, by {@link #addressSum}.
     * @param length     octets of the upper-layer header and payload.
     * @param nextHeader of the upper layer.
     * @return partial sum.
     */
    public static long pseudoHeaderSum(final long addressSum, final int length, final int nextHeader) {
        return addressSum + (length >>> 16) + (length & 0xffff) + nextHeader;
    }

    /**
     * Sum of the eight words of an address, not yet folded.
     *
     * @param high bits 127..64.
     * @param low  bits 63..0.
     * @return partial sum.
     */
    public static long addressSum(final long high, final long low) {
        return words(high) + words(low);
    }

    private static long words(final long half) {
        return (half >>> 48) + ((half >>> 32) & 0xffff) + ((half >>> 16) & 0xffff) + (half & 0xffff);
    }
}
