package org.rds4j.tcp.wire;

/**
 * ARP packet for IPv4 over Ethernet (RFC 826), big-endian.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |      Hardware type (1)        |    Protocol type (0x0800)     |
 *  +---------------+---------------+-------------------------------+
 *  | Hw length (6) | Pr length (4) |           Operation           |
 *  +---------------+---------------+-------------------------------+
 *  |                    Sender hardware address                    |
 *  +-------------------------------+-------------------------------+
 *  |   Sender hardware (rest)      |    Sender protocol address    |
 *  +-------------------------------+-------------------------------+
 *  |   Sender protocol (rest)      |    Target hardware address    |
 *  +-------------------------------+-------------------------------+
 *  |                   Target hardware (rest)                      |
 *  +---------------------------------------------------------------+
 *  |                    Target protocol address                    |
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class ArpFlyweight extends Flyweight {
    /** Octets of the packet. */
    public static final int PACKET_LENGTH = 28;
    /** Offset of the two types. */
    public static final int FORMAT_OFFSET = 0;
    /** Offset of the two address lengths. */
    public static final int LENGTHS_OFFSET = 4;
    /** Offset of the 16-bit operation. */
    public static final int OPERATION_OFFSET = 6;
    /** Offset of the sender's 48-bit hardware address. */
    public static final int SENDER_MAC_OFFSET = 8;
    /** Offset of the sender's 32-bit protocol address. */
    public static final int SENDER_ADDRESS_OFFSET = 14;
    /** Offset of the target's 48-bit hardware address. */
    public static final int TARGET_MAC_OFFSET = 18;
    /** Offset of the target's 32-bit protocol address. */
    public static final int TARGET_ADDRESS_OFFSET = 24;
    /** Operation: who has the target address? */
    public static final int OPERATION_REQUEST = 1;
    /** Operation: the sender has its address. */
    public static final int OPERATION_REPLY = 2;

    private static final int IPV4_OVER_ETHERNET = 0x0001_0800;
    private static final int IPV4_OVER_ETHERNET_LENGTHS = 0x0604;

    /** A view over nothing yet. */
    public ArpFlyweight() {
    }

    /**
     * Request or reply.
     *
     * @return 16 bits.
     */
    public int operation() {
        return NetworkOrder.getShort(address() + OPERATION_OFFSET);
    }

    /**
     * Sets what {@link #operation()} reads.
     *
     * @param value 16 bits.
     * @return this.
     */
    public ArpFlyweight operation(final int value) {
        NetworkOrder.putShort(address() + OPERATION_OFFSET, value);
        return this;
    }

    /**
     * The hardware address of the sender.
     *
     * @return 48 bits.
     */
    public long senderMac() {
        return NetworkOrder.getMac(address() + SENDER_MAC_OFFSET);
    }

    /**
     * Sets what {@link #senderMac()} reads.
     *
     * @param value 48 bits.
     * @return this.
     */
    public ArpFlyweight senderMac(final long value) {
        NetworkOrder.putMac(address() + SENDER_MAC_OFFSET, value);
        return this;
    }

    /**
     * The IPv4 address of the sender, 0 in a probe (RFC 5227).
     *
     * @return 32 bits.
     */
    public int senderAddress() {
        return NetworkOrder.getInt(address() + SENDER_ADDRESS_OFFSET);
    }

    /**
     * Sets what {@link #senderAddress()} reads.
     *
     * @param value 32 bits.
     * @return this.
     */
    public ArpFlyweight senderAddress(final int value) {
        NetworkOrder.putInt(address() + SENDER_ADDRESS_OFFSET, value);
        return this;
    }

    /**
     * The hardware address of the target, without meaning in a request.
     *
     * @return 48 bits.
     */
    public long targetMac() {
        return NetworkOrder.getMac(address() + TARGET_MAC_OFFSET);
    }

    /**
     * Sets what {@link #targetMac()} reads.
     *
     * @param value 48 bits.
     * @return this.
     */
    public ArpFlyweight targetMac(final long value) {
        NetworkOrder.putMac(address() + TARGET_MAC_OFFSET, value);
        return this;
    }

    /**
     * The IPv4 address asked for or spoken to.
     *
     * @return 32 bits.
     */
    public int targetAddress() {
        return NetworkOrder.getInt(address() + TARGET_ADDRESS_OFFSET);
    }

    /**
     * Sets what {@link #targetAddress()} reads.
     *
     * @param value 32 bits.
     * @return this.
     */
    public ArpFlyweight targetAddress(final int value) {
        NetworkOrder.putInt(address() + TARGET_ADDRESS_OFFSET, value);
        return this;
    }

    /**
     * Whether the packet is about IPv4 over Ethernet.
     *
     * @return true when types and lengths are those of the diagram.
     */
    public boolean isIpv4OverEthernet() {
        return NetworkOrder.getInt(address() + FORMAT_OFFSET) == IPV4_OVER_ETHERNET
            && NetworkOrder.getShort(address() + LENGTHS_OFFSET) == IPV4_OVER_ETHERNET_LENGTHS;
    }

    /**
     * Sets types and lengths to those of the diagram.
     *
     * @return this.
     */
    public ArpFlyweight ipv4OverEthernet() {
        NetworkOrder.putInt(address() + FORMAT_OFFSET, IPV4_OVER_ETHERNET);
        NetworkOrder.putShort(address() + LENGTHS_OFFSET, IPV4_OVER_ETHERNET_LENGTHS);
        return this;
    }
}
