package org.rds4j.sim.link;

import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.NetworkOrder;

/** Writes CE into the IP header of a frame, as a congested switch does (RFC 3168 section 5). */
final class CongestionMark {
    private static final int TYPE_OFFSET = 12;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int IPV4_LENGTH = 20;
    private static final int IPV4_CHECKSUM_OFFSET = 10;
    private static final int IPV6_LENGTH = 40;
    private static final int CE = 3;
    private static final int IPV6_SHIFT = 4;

    private CongestionMark() {
    }

    /**
     * Marks a frame whose transport understands marks.
     *
     * @param frame  address of the first octet.
     * @param length octets.
     * @return false when it is not IP, or its transport does not understand marks.
     */
    static boolean mark(final long frame, final int length) {
        if (length < EthernetFlyweight.HEADER_LENGTH + EthernetFlyweight.VLAN_TAG_LENGTH + IPV4_LENGTH) {
            return false;
        }
        final boolean tagged = NetworkOrder.getShort(frame + TYPE_OFFSET) == EthernetFlyweight.TYPE_VLAN;
        final int tag = tagged ? EthernetFlyweight.VLAN_TAG_LENGTH : 0;
        final long packet = frame + EthernetFlyweight.HEADER_LENGTH + tag;
        final int type = NetworkOrder.getShort(frame + TYPE_OFFSET + tag);
        if (type == EthernetFlyweight.TYPE_IPV4) {
            return markIpv4(packet);
        }
        return type == TYPE_IPV6 && length >= packet - frame + IPV6_LENGTH && mark(packet, CE << IPV6_SHIFT);
    }

    private static boolean markIpv4(final long packet) {
        final int before = NetworkOrder.getShort(packet);
        if (!mark(packet, CE)) {
            return false;
        }
        // RFC 1624: HC' = ~(~HC + ~m + m')
        int sum = (~NetworkOrder.getShort(packet + IPV4_CHECKSUM_OFFSET) & 0xffff) + (~before & 0xffff) +
            NetworkOrder.getShort(packet);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        NetworkOrder.putShort(packet + IPV4_CHECKSUM_OFFSET, ~sum & 0xffff);
        return true;
    }

    /** Sets the two bits of the field in the first 16 of the header, unless both are clear. */
    private static boolean mark(final long packet, final int field) {
        final int word = NetworkOrder.getShort(packet);
        if ((word & field) == 0) {
            return false;
        }
        NetworkOrder.putShort(packet, word | field);
        return true;
    }
}
