package org.rds4j.tcp.wire;

/**
 * Ethernet II header (IEEE 802.3), big-endian.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                          Destination                          |
 *  +-------------------------------+-------------------------------+
 *  |      Destination (rest)       |            Source             |
 *  +-------------------------------+-------------------------------+
 *  |                         Source (rest)                         |
 *  +-------------------------------+-------------------------------+
 *  |           EtherType           |  payload, or an 802.1Q tag's TCI and the EtherType after it
 *  +-------------------------------+
 * </pre>
 */
public final class EthernetFlyweight extends Flyweight {
    /** Octets of the header. */
    public static final int HEADER_LENGTH = 14;
    /** Octets that one 802.1Q tag adds. */
    public static final int VLAN_TAG_LENGTH = 4;
    /** Octets of the shortest frame, FCS excluded; shorter ones are padded with zeros. */
    public static final int MIN_FRAME_LENGTH = 60;
    /** Offset of the 48-bit destination. */
    public static final int DESTINATION_OFFSET = 0;
    /** Offset of the 48-bit source. */
    public static final int SOURCE_OFFSET = 6;
    /** Offset of the 16-bit EtherType. */
    public static final int TYPE_OFFSET = 12;
    /** Offset of the 16-bit tag control information in a tagged frame. */
    public static final int VLAN_TCI_OFFSET = 14;
    /** Offset of the 16-bit EtherType behind one tag. */
    public static final int VLAN_TYPE_OFFSET = 16;
    /** EtherType of IPv4. */
    public static final int TYPE_IPV4 = 0x0800;
    /** EtherType of ARP. */
    public static final int TYPE_ARP = 0x0806;
    /** EtherType of IPv6. */
    public static final int TYPE_IPV6 = 0x86dd;
    /** EtherType of an 802.1Q tag (C-tag). */
    public static final int TYPE_VLAN = 0x8100;
    /** EtherType of an 802.1ad service tag (S-tag), the outer one of QinQ. */
    public static final int TYPE_SERVICE_VLAN = 0x88a8;
    /** The bits of a tag's control information that hold the VLAN id; the rest is priority. */
    public static final int VLAN_ID_MASK = 0xfff;

    /** A view over nothing yet. */
    public EthernetFlyweight() {
    }

    /**
     * The station or group addressed.
     *
     * @return 48 bits.
     */
    public long destination() {
        return NetworkOrder.getMac(address() + DESTINATION_OFFSET);
    }

    /**
     * Sets what {@link #destination()} reads.
     *
     * @param value 48 bits.
     * @return this.
     */
    public EthernetFlyweight destination(final long value) {
        NetworkOrder.putMac(address() + DESTINATION_OFFSET, value);
        return this;
    }

    /**
     * The sending station.
     *
     * @return 48 bits.
     */
    public long source() {
        return NetworkOrder.getMac(address() + SOURCE_OFFSET);
    }

    /**
     * Sets what {@link #source()} reads.
     *
     * @param value 48 bits.
     * @return this.
     */
    public EthernetFlyweight source(final long value) {
        NetworkOrder.putMac(address() + SOURCE_OFFSET, value);
        return this;
    }

    /**
     * What the payload is, or that a tag follows.
     *
     * @return 16 bits.
     */
    public int type() {
        return NetworkOrder.getShort(address() + TYPE_OFFSET);
    }

    /**
     * Sets what {@link #type()} reads.
     *
     * @param value 16 bits.
     * @return this.
     */
    public EthernetFlyweight type(final int value) {
        NetworkOrder.putShort(address() + TYPE_OFFSET, value);
        return this;
    }
}
