package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.Icmpv6Flyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;
import org.rds4j.tcp.wire.NetworkOrder;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * Decides whether a received IPv6 packet may be looked at, and finds its upper layer behind the extension headers (RFC 8200
 * section 4, RFC 5095, RFC 6946, RFC 7112).
 */
final class Ipv6Input {
    private static final int UNIT = 8;
    private static final int OPTION_PAD = 0;
    private static final int ROUTING_TYPE_OFFSET = 2;
    private static final int SEGMENTS_LEFT_OFFSET = 3;
    private static final int FRAGMENT_FIELD_OFFSET = 2;
    private static final int FRAGMENT_ID_OFFSET = 4;
    private static final int SHORTEST_UPPER_LAYER = 8;

    private final int maxHeaders;
    private final OwnAddresses own;
    private final Ipv6Flyweight packet = new Ipv6Flyweight();

    Ipv6Input(final InterfaceConfiguration configuration, final OwnAddresses own) {
        this.maxHeaders = configuration.tuning().extensionHeaders();
        this.own = own;
    }

    /**
     * Checks a packet and takes it apart.
     *
     * @param address    of all that the frame holds behind its link header.
     * @param available  octets of that.
     * @param toStations the frame was addressed to a group of stations.
     * @param flags      the frame's {@code FLAG_} bits.
     * @param parts      filled in; when the packet is refused, only as far as its problem needs it.
     * @return why the packet is dropped, or null when it is good.
     */
    NetworkCounter refusal(
        final long address, final int available, final boolean toStations, final int flags, final ReceivedPacket parts) {
        packet.wrap(address, available);
        parts.problem = ReceivedPacket.NO_PROBLEM;
        final NetworkCounter badHeader = headerRefusal();
        if (badHeader != null) {
            return badHeader;
        }
        take(flags, parts);
        final NetworkCounter badAddress = addressRefusal(toStations, parts);
        if (badAddress != null) {
            return badAddress;
        }
        final NetworkCounter badChain = chainRefusal(parts);
        return badChain != null ? badChain : upperLayerRefusal(parts);
    }

    private NetworkCounter headerRefusal() {
        if (packet.length() < Ipv6Flyweight.HEADER_LENGTH) {
            return NetworkCounter.IP_BAD_LENGTH;
        }
        if (packet.version() != 6) {
            return NetworkCounter.IP_BAD_HEADER;
        }
        if (Ipv6Flyweight.HEADER_LENGTH + packet.payloadLength() > packet.length()) {
            return NetworkCounter.IP_BAD_LENGTH;
        }
        return packet.hopLimit() == 0 ? NetworkCounter.IP_TTL_ZERO : null;
    }

    private void take(final int flags, final ReceivedPacket parts) {
        parts.isIpv6 = true;
        parts.sourceHigh = packet.sourceHigh();
        parts.sourceLow = packet.sourceLow();
        parts.destinationHigh = packet.destinationHigh();
        parts.destinationLow = packet.destinationLow();
        parts.header = packet.address();
        parts.totalLength = Ipv6Flyweight.HEADER_LENGTH + packet.payloadLength();
        parts.trafficClass = packet.trafficClass();
        parts.hopLimit = packet.hopLimit();
        parts.toGroup = Ipv6Address.isMulticast(parts.destinationHigh);
        parts.flags = flags;
        parts.isFragment = false;
    }

    private NetworkCounter addressRefusal(final boolean toStations, final ReceivedPacket parts) {
        final boolean isUnspecified = isUnspecified(parts);
        if (!isUnspecified && !Ipv6Address.isHost(parts.sourceHigh)) {
            return NetworkCounter.IP_BAD_SOURCE;
        }
        if (own.findIpv6(parts.sourceHigh, parts.sourceLow) != null) {
            return NetworkCounter.IP_OWN_SOURCE;
        }
        if (parts.toGroup) {
            return own.isInGroup(parts.destinationHigh, parts.destinationLow) ? null : NetworkCounter.IP_GROUP_DESTINATION;
        }
        if (toStations) {
            return NetworkCounter.IP_GROUP_DESTINATION;
        }
        return own.usable(parts.destinationHigh, parts.destinationLow) != null ? null : NetworkCounter.IP_NOT_FOR_US;
    }

    private static boolean isUnspecified(final ReceivedPacket parts) {
        return (parts.sourceHigh | parts.sourceLow) == 0;
    }

    /** Steps over the extension headers; a fragment's chain is followed as far as the piece at hand has it. */
    private NetworkCounter chainRefusal(final ReceivedPacket parts) {
        parts.headerLength = Ipv6Flyweight.HEADER_LENGTH;
        parts.protocol = packet.nextHeader();
        parts.protocolOffset = Ipv6Flyweight.NEXT_HEADER_OFFSET;
        int headers = 0;
        while (isExtension(parts.protocol)) {
            if (parts.isFragment && parts.fragmentOffset > 0) {
                return null;
            }
            headers++;
            final NetworkCounter refusal = headers > maxHeaders || parts.transportLength() < UNIT
                ? NetworkCounter.IP_BAD_EXTENSIONS : headerRefusal(parts, headers);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private static boolean isExtension(final int protocol) {
        return switch (protocol) {
            case Ipv6Flyweight.NEXT_HOP_BY_HOP, Ipv6Flyweight.NEXT_ROUTING, Ipv6Flyweight.NEXT_FRAGMENT,
                Ipv6Flyweight.NEXT_DESTINATION -> true;
            default -> false;
        };
    }

    private static NetworkCounter headerRefusal(final ReceivedPacket parts, final int position) {
        final long at = parts.transport();
        final boolean isFragmentHeader = parts.protocol == Ipv6Flyweight.NEXT_FRAGMENT;
        final int length = isFragmentHeader ? UNIT : (NetworkOrder.getByte(at + 1) + 1) * UNIT;
        if (length > parts.transportLength()) {
            return NetworkCounter.IP_BAD_EXTENSIONS;
        }
        final NetworkCounter refusal = switch (parts.protocol) {
            case Ipv6Flyweight.NEXT_HOP_BY_HOP ->
                position == 1 ? optionsRefusal(parts, at, length) : NetworkCounter.IP_BAD_EXTENSIONS;
            case Ipv6Flyweight.NEXT_DESTINATION -> optionsRefusal(parts, at, length);
            case Ipv6Flyweight.NEXT_ROUTING -> routingRefusal(at);
            default -> fragmentRefusal(parts, at);
        };
        parts.protocolOffset = parts.headerLength;
        parts.protocol = NetworkOrder.getByte(at);
        parts.headerLength += length;
        return refusal;
    }

    /** Type 0 is dead (RFC 5095), and a route that has not ended would lead on from here. */
    private static NetworkCounter routingRefusal(final long at) {
        final boolean isTypeZero = NetworkOrder.getByte(at + ROUTING_TYPE_OFFSET) == 0;
        return isTypeZero || NetworkOrder.getByte(at + SEGMENTS_LEFT_OFFSET) != 0 ? NetworkCounter.IP_SOURCE_ROUTED : null;
    }

    private static NetworkCounter fragmentRefusal(final ReceivedPacket parts, final long at) {
        if (parts.isFragment) {
            return NetworkCounter.IP_BAD_EXTENSIONS;
        }
        final int field = NetworkOrder.getShort(at + FRAGMENT_FIELD_OFFSET);
        parts.fragmentOffset = field & ~7;
        parts.hasMoreFragments = (field & 1) != 0;
        // A packet in one piece is no fragment (RFC 6946).
        parts.isFragment = parts.fragmentOffset != 0 || parts.hasMoreFragments;
        parts.fragmentId = NetworkOrder.getInt(at + FRAGMENT_ID_OFFSET);
        parts.fragmentProtocol = NetworkOrder.getByte(at);
        parts.fragmentStart = parts.headerLength + UNIT;
        return null;
    }

    private static NetworkCounter optionsRefusal(final ReceivedPacket parts, final long header, final int length) {
        final long end = header + length;
        long option = header + 2;
        while (option < end) {
            final int type = NetworkOrder.getByte(option);
            if (type == OPTION_PAD) {
                option++;
                continue;
            }
            final long next = option + 1 < end ? option + 2 + NetworkOrder.getByte(option + 1) : end + 1;
            if (next > end) {
                return NetworkCounter.IP_BAD_EXTENSIONS;
            }
            // The two high bits say what to do with an option that one does not know; none is known here.
            final int action = type >>> 6;
            if (action != 0) {
                final boolean isReported = action == 2 || (action == 3 && !parts.toGroup);
                parts.problem = isReported ? (int) (option - parts.header) : ReceivedPacket.NO_PROBLEM;
                parts.problemCode = Icmpv6Flyweight.CODE_OPTION;
                return NetworkCounter.IP_BAD_OPTIONS;
            }
            option = next;
        }
        return null;
    }

    /** The first piece of a packet must show what the packet is (RFC 7112); a host without an address may only ask for one. */
    private static NetworkCounter upperLayerRefusal(final ReceivedPacket parts) {
        if (parts.isFragment) {
            final boolean isFirst = parts.fragmentOffset == 0;
            return isFirst && parts.transportLength() < leastUpperLayer(parts.protocol) ? NetworkCounter.IP_BAD_EXTENSIONS : null;
        }
        final boolean isIcmp = parts.protocol == Ipv6Flyweight.NEXT_ICMP;
        if (isUnspecified(parts)) {
            final boolean isSolicitation = isIcmp && parts.transportLength() > 0
                && NetworkOrder.getByte(parts.transport()) == Icmpv6Flyweight.TYPE_NEIGHBOUR_SOLICITATION;
            return isSolicitation ? null : NetworkCounter.IP_BAD_SOURCE;
        }
        return parts.toGroup && !isIcmp ? NetworkCounter.IP_GROUP_DESTINATION : null;
    }

    private static int leastUpperLayer(final int protocol) {
        return protocol == TcpHeaderFlyweight.PROTOCOL ? TcpHeaderFlyweight.MIN_LENGTH : SHORTEST_UPPER_LAYER;
    }
}
