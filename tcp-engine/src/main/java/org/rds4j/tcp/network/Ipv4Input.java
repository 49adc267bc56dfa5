package org.rds4j.tcp.network;

import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.NetworkOrder;

/** Decides whether a received IPv4 packet may be looked at (RFC 791, RFC 1122 section 3.2.1, RFC 6274). */
final class Ipv4Input {
    private static final int OPTION_END = 0;
    private static final int OPTION_NOTHING = 1;
    private static final int OPTION_LOOSE_SOURCE_ROUTE = 131;
    private static final int OPTION_STRICT_SOURCE_ROUTE = 137;

    private final InterfaceConfiguration configuration;

    Ipv4Input(final InterfaceConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * Checks a packet; after this its header accessors and everything up to its total length can be read.
     *
     * @param packet  wrapped over all that the frame holds behind its Ethernet header.
     * @param toGroup the frame was addressed to a group of stations.
     * @param flags   the frame's {@code FLAG_} bits.
     * @return why the packet is dropped, or null when it is good.
     */
    NetworkCounter refusal(final Ipv4Flyweight packet, final boolean toGroup, final int flags) {
        final NetworkCounter badHeader = headerRefusal(packet, flags);
        if (badHeader != null) {
            return badHeader;
        }
        final NetworkCounter badAddress = addressRefusal(packet, toGroup);
        if (badAddress != null) {
            return badAddress;
        }
        if (packet.isFragment()) {
            return NetworkCounter.IP_FRAGMENT;
        }
        final boolean hasOptions = packet.headerLength() > Ipv4Flyweight.MIN_HEADER_LENGTH;
        return hasOptions ? optionsRefusal(packet) : null;
    }

    private NetworkCounter headerRefusal(final Ipv4Flyweight packet, final int flags) {
        final int available = packet.length();
        if (available < Ipv4Flyweight.MIN_HEADER_LENGTH) {
            return NetworkCounter.IP_BAD_LENGTH;
        }
        final int headerLength = packet.headerLength();
        if (packet.version() != 4 || headerLength < Ipv4Flyweight.MIN_HEADER_LENGTH) {
            return NetworkCounter.IP_BAD_HEADER;
        }
        final int totalLength = packet.totalLength();
        if (totalLength < headerLength || totalLength > available) {
            return NetworkCounter.IP_BAD_LENGTH;
        }
        if (!isChecksumGood(packet, flags)) {
            return NetworkCounter.IP_BAD_CHECKSUM;
        }
        return packet.timeToLive() == 0 ? NetworkCounter.IP_TTL_ZERO : null;
    }

    private boolean isChecksumGood(final Ipv4Flyweight packet, final int flags) {
        if (configuration.receiveChecksum() && (flags & FrameBurst.FLAG_IP_CHECKSUM_BAD) != 0) {
            return false;
        }
        final boolean isVerified = configuration.receiveChecksum() && (flags & FrameBurst.FLAG_IP_CHECKSUM_GOOD) != 0;
        return isVerified || packet.isChecksumGood();
    }

    private NetworkCounter addressRefusal(final Ipv4Flyweight packet, final boolean toGroup) {
        final int source = packet.source();
        if (source == configuration.address()) {
            return NetworkCounter.IP_OWN_SOURCE;
        }
        if (!Ipv4Address.isHost(source) || (configuration.isOnLink(source) && !configuration.isNeighbour(source))) {
            return NetworkCounter.IP_BAD_SOURCE;
        }
        final int destination = packet.destination();
        final boolean isMulticast = destination >>> 28 == 0xe;
        if (toGroup || isMulticast || configuration.isBroadcast(destination)) {
            return NetworkCounter.IP_GROUP_DESTINATION;
        }
        return destination == configuration.address() ? null : NetworkCounter.IP_NOT_FOR_US;
    }

    /** Options are stepped over by their lengths; a route given by the sender is not followed, nor answered along. */
    private static NetworkCounter optionsRefusal(final Ipv4Flyweight packet) {
        final long end = packet.address() + packet.headerLength();
        long option = packet.address() + Ipv4Flyweight.MIN_HEADER_LENGTH;
        while (option < end) {
            final int type = NetworkOrder.getByte(option);
            if (type == OPTION_END) {
                return null;
            }
            if (type == OPTION_LOOSE_SOURCE_ROUTE || type == OPTION_STRICT_SOURCE_ROUTE) {
                return NetworkCounter.IP_SOURCE_ROUTED;
            }
            final int left = (int) (end - option);
            final int length = optionLength(type, option, left);
            if (length == 0 || length > left) {
                return NetworkCounter.IP_BAD_OPTIONS;
            }
            option += length;
        }
        return null;
    }

    /** Octets of an option, 0 when its length is missing or impossible. */
    private static int optionLength(final int type, final long option, final int left) {
        if (type == OPTION_NOTHING) {
            return 1;
        }
        final int length = left > 1 ? NetworkOrder.getByte(option + 1) : 0;
        return length >= 2 ? length : 0;
    }
}
