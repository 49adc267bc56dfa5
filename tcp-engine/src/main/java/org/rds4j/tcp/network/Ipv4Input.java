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

    private final boolean isDeviceBelieved;
    private final OwnAddresses own;
    private final Ipv4Flyweight packet = new Ipv4Flyweight();

    Ipv4Input(final InterfaceConfiguration configuration, final OwnAddresses own) {
        this.isDeviceBelieved = configuration.receiveChecksum();
        this.own = own;
    }

    /**
     * Checks a packet and takes it apart.
     *
     * @param address    of all that the frame holds behind its link header.
     * @param available  octets of that.
     * @param toStations the frame was addressed to a group of stations.
     * @param flags      the frame's {@code FLAG_} bits.
     * @param parts      filled in when the packet is good.
     * @return why the packet is dropped, or null when it is good.
     */
    NetworkCounter refusal(
        final long address, final int available, final boolean toStations, final int flags, final ReceivedPacket parts) {
        packet.wrap(address, available);
        final NetworkCounter badHeader = headerRefusal(flags);
        if (badHeader != null) {
            return badHeader;
        }
        final NetworkCounter badAddress = addressRefusal(toStations);
        if (badAddress != null) {
            return badAddress;
        }
        final boolean hasOptions = packet.headerLength() > Ipv4Flyweight.MIN_HEADER_LENGTH;
        final NetworkCounter badOptions = hasOptions ? optionsRefusal() : null;
        if (badOptions == null) {
            take(flags, parts);
        }
        return badOptions;
    }

    private void take(final int flags, final ReceivedPacket parts) {
        parts.isIpv6 = false;
        parts.sourceHigh = 0;
        parts.sourceLow = Ipv4Address.mappedLow(packet.source());
        parts.destinationHigh = 0;
        parts.destinationLow = Ipv4Address.mappedLow(packet.destination());
        parts.header = packet.address();
        parts.headerLength = packet.headerLength();
        parts.totalLength = packet.totalLength();
        parts.protocol = packet.protocol();
        parts.protocolOffset = Ipv4Flyweight.PROTOCOL_OFFSET;
        parts.trafficClass = packet.trafficClass();
        parts.hopLimit = packet.timeToLive();
        parts.toGroup = false;
        parts.flags = flags;
        parts.problem = ReceivedPacket.NO_PROBLEM;
        parts.isFragment = packet.isFragment();
        parts.fragmentId = packet.identification();
        parts.fragmentOffset = (packet.fragment() & Ipv4Flyweight.FRAGMENT_OFFSET_MASK) * 8;
        parts.hasMoreFragments = (packet.fragment() & Ipv4Flyweight.MORE_FRAGMENTS) != 0;
        parts.fragmentStart = parts.headerLength;
        parts.fragmentProtocol = parts.protocol;
    }

    private NetworkCounter headerRefusal(final int flags) {
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
        if (!isChecksumGood(flags)) {
            return NetworkCounter.IP_BAD_CHECKSUM;
        }
        return packet.timeToLive() == 0 ? NetworkCounter.IP_TTL_ZERO : null;
    }

    private boolean isChecksumGood(final int flags) {
        if (isDeviceBelieved && (flags & FrameBurst.FLAG_IP_CHECKSUM_BAD) != 0) {
            return false;
        }
        final boolean isVerified = isDeviceBelieved && (flags & FrameBurst.FLAG_IP_CHECKSUM_GOOD) != 0;
        return isVerified || packet.isChecksumGood();
    }

    private NetworkCounter addressRefusal(final boolean toStations) {
        final int source = packet.source();
        if (own.isOwnIpv4(source)) {
            return NetworkCounter.IP_OWN_SOURCE;
        }
        if (!Ipv4Address.isHost(source)
            || (own.isOnLinkIpv4(source) && !own.isNeighbour(0, Ipv4Address.mappedLow(source)))) {
            return NetworkCounter.IP_BAD_SOURCE;
        }
        final int destination = packet.destination();
        final boolean isMulticast = destination >>> 28 == 0xe;
        if (toStations || isMulticast || own.isBroadcast(destination)) {
            return NetworkCounter.IP_GROUP_DESTINATION;
        }
        return own.isOwnIpv4(destination) ? null : NetworkCounter.IP_NOT_FOR_US;
    }

    /** Options are stepped over by their lengths; a route given by the sender is not followed, nor answered along. */
    private NetworkCounter optionsRefusal() {
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
