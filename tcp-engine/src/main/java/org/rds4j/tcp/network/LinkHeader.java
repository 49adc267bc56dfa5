package org.rds4j.tcp.network;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * What an interface writes in front of its packets: Ethernet header and VLAN tags. A C-tag that stands alone may be left to
 * the device, which then gets it with the frame's flags; the octets on the wire are the same.
 */
final class LinkHeader {
    private final long ownMac;
    private final int serviceTag;
    private final int tag;
    private final int length;
    private final int minFrameLength;
    private final int flags;

    LinkHeader(final InterfaceConfiguration configuration) {
        final VlanTags tags = configuration.vlan();
        final boolean isInserted = configuration.vlanInsert() && tags.id() != 0 && tags.serviceId() == 0;
        final int written = isInserted ? 0 : tags.length();
        this.ownMac = configuration.mac();
        this.serviceTag = tags.serviceId() == 0 ? 0 : EthernetFlyweight.TYPE_SERVICE_VLAN << 16 | tags.serviceId();
        this.tag = tags.id() == 0 || isInserted ? 0 : EthernetFlyweight.TYPE_VLAN << 16 | tags.id();
        this.length = EthernetFlyweight.HEADER_LENGTH + written;
        this.minFrameLength = EthernetFlyweight.MIN_FRAME_LENGTH + written;
        this.flags = isInserted ? FrameBurst.vlanFlags(tags.id()) : 0;
    }

    /** Octets that {@link #write} writes. */
    int length() {
        return length;
    }

    /** Octets of the shortest frame: a tag does not take the place of padding, wherever it is inserted. */
    int minFrameLength() {
        return minFrameLength;
    }

    /** {@code FrameBurst.FLAG_} bits that every frame needs, with the tag for the device. */
    int flags() {
        return flags;
    }

    /** Writes the header at the start of a frame. */
    void write(final long frame, final long destination, final int type) {
        NetworkOrder.putLong(frame, destination << 16 | ownMac >>> 32);
        NetworkOrder.putInt(frame + 8, (int) ownMac);
        long at = frame + EthernetFlyweight.TYPE_OFFSET;
        if (serviceTag != 0) {
            NetworkOrder.putInt(at, serviceTag);
            at += EthernetFlyweight.VLAN_TAG_LENGTH;
        }
        if (tag != 0) {
            NetworkOrder.putInt(at, tag);
            at += EthernetFlyweight.VLAN_TAG_LENGTH;
        }
        NetworkOrder.putShort(at, type);
    }

    /** Zeros a short frame's padding; returns the length of the frame to send. */
    int pad(final long frame, final int written) {
        if (written < minFrameLength) {
            UnsafeApi.setMemory(frame + written, minFrameLength - written, (byte) 0);
            return minFrameLength;
        }
        return written;
    }
}
