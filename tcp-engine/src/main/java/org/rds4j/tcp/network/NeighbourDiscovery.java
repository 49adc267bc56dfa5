package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.Icmpv6Flyweight;
import org.rds4j.tcp.wire.MacAddress;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * Neighbour discovery for IPv6 (RFC 4861) and duplicate address detection (RFC 4862 section 5.4). Believes only what cannot
 * have been routed (hop limit 255); learns from answers to its own solicitations and from solicitations of its addresses, and
 * lets unasked advertisements change only what is known already.
 */
final class NeighbourDiscovery {
    /** What has passed a router has less. */
    static final int HOP_LIMIT = 255;

    private static final int LENGTH_WITH_LINK = Icmpv6Flyweight.NEIGHBOUR_LENGTH + Icmpv6Flyweight.LINK_OPTION_LENGTH;
    private static final int OPTION_UNIT = 8;
    private static final long ABSENT = 0;
    private static final long BROKEN = -1;

    private final InterfaceConfiguration configuration;
    private final OwnAddresses own;
    private final NeighbourCache neighbours;
    private final RouterDiscovery routers;
    private final Icmpv6Writer writer;
    private final NetworkCounters counters;

    NeighbourDiscovery(
        final InterfaceConfiguration configuration,
        final OwnAddresses own,
        final NeighbourCache neighbours,
        final RouterDiscovery routers,
        final Icmpv6Writer writer,
        final NetworkCounters counters) {
        this.configuration = configuration;
        this.own = own;
        this.neighbours = neighbours;
        this.routers = routers;
        this.writer = writer;
        this.counters = counters;
    }

    /** Somebody asks for an address, or whether it is free. */
    NetworkCounter onSolicitation(final ReceivedPacket packet, final Icmpv6Flyweight message, final long nowNs) {
        final boolean isProbe = (packet.sourceHigh | packet.sourceLow) == 0;
        final long station = isFromLink(packet, message)
            ? linkOption(message, Icmpv6Flyweight.OPTION_SOURCE_LINK) : BROKEN;
        if (station == BROKEN || (isProbe && (station != ABSENT || !packet.toGroup))) {
            return NetworkCounter.ND_MALFORMED;
        }
        final OwnAddress target = own.findIpv6(message.targetHigh(), message.targetLow());
        if (target == null || target.state == OwnAddress.State.DUPLICATE) {
            return NetworkCounter.ND_NOT_FOR_US;
        }
        if (target.state == OwnAddress.State.TENTATIVE) {
            return isProbe ? onDuplicate(target) : NetworkCounter.ND_NOT_FOR_US;
        }
        if (isProbe) {
            advertise(target, nowNs);
        } else {
            answer(packet, target, station, nowNs);
        }
        return NetworkCounter.ND_SOLICITATION_RECEIVED;
    }

    private void answer(final ReceivedPacket packet, final OwnAddress target, final long station, final long nowNs) {
        if (station != ABSENT && own.isNeighbour(packet.sourceHigh, packet.sourceLow)) {
            neighbours.onRequest(packet.sourceHigh, packet.sourceLow, station, nowNs);
        }
        advertise(target, station != ABSENT ? station : packet.station, packet.sourceHigh, packet.sourceLow,
            Icmpv6Flyweight.FLAG_SOLICITED | Icmpv6Flyweight.FLAG_OVERRIDE, nowNs);
    }

    /** Somebody says where an address is. */
    NetworkCounter onAdvertisement(final ReceivedPacket packet, final Icmpv6Flyweight message, final long nowNs) {
        final long station = isFromLink(packet, message)
            ? linkOption(message, Icmpv6Flyweight.OPTION_TARGET_LINK) : BROKEN;
        final boolean isSolicited = station != BROKEN && (message.rest() & Icmpv6Flyweight.FLAG_SOLICITED) != 0;
        if (station == BROKEN || (isSolicited && packet.toGroup)) {
            return NetworkCounter.ND_MALFORMED;
        }
        final OwnAddress target = own.findIpv6(message.targetHigh(), message.targetLow());
        if (target != null) {
            return onClaim(target, packet);
        }
        final Neighbour neighbour = neighbours.known(message.targetHigh(), message.targetLow());
        if (neighbour == null) {
            return NetworkCounter.ND_NOT_FOR_US;
        }
        if (isSolicited && !neighbour.awaitsReply) {
            return NetworkCounter.ND_UNSOLICITED;
        }
        if (neighbour.mac == 0 && station == ABSENT) {
            return NetworkCounter.ND_MALFORMED;
        }
        take(neighbour, station, isSolicited, (message.rest() & Icmpv6Flyweight.FLAG_OVERRIDE) != 0, nowNs);
        return NetworkCounter.ND_ADVERTISEMENT_RECEIVED;
    }

    /** RFC 4861 section 7.2.5. */
    private void take(
        final Neighbour neighbour, final long told, final boolean isSolicited, final boolean isOverride, final long nowNs) {
        final long station = told != ABSENT ? told : neighbour.mac;
        if (neighbour.mac != 0 && neighbour.mac != station && !isOverride) {
            neighbours.onDoubt(neighbour, nowNs);
        } else if (isSolicited) {
            neighbours.onReply(neighbour, station, nowNs);
        } else {
            neighbours.onHint(neighbour, station, nowNs);
        }
    }

    private NetworkCounter onClaim(final OwnAddress target, final ReceivedPacket packet) {
        if (target.state == OwnAddress.State.TENTATIVE) {
            return onDuplicate(target);
        }
        return packet.station == configuration.mac() ? NetworkCounter.ND_NOT_FOR_US : NetworkCounter.ND_CONFLICT;
    }

    private NetworkCounter onDuplicate(final OwnAddress address) {
        address.state = OwnAddress.State.DUPLICATE;
        counters.increment(NetworkCounter.DUPLICATE_ADDRESS);
        return NetworkCounter.ND_CONFLICT;
    }

    /** A router tells of itself; believed only when that is configured. */
    NetworkCounter onRouterAdvertisement(final ReceivedPacket packet, final Icmpv6Flyweight message, final long nowNs) {
        final boolean isGood = packet.hopLimit == HOP_LIMIT && message.code() == 0 && Ipv6Address.isLinkLocal(packet.sourceHigh);
        return isGood ? routers.onAdvertisement(packet, message, nowNs) : NetworkCounter.ND_MALFORMED;
    }

    private static boolean isFromLink(final ReceivedPacket packet, final Icmpv6Flyweight message) {
        return packet.hopLimit == HOP_LIMIT && message.code() == 0
            && message.length() >= Icmpv6Flyweight.NEIGHBOUR_LENGTH && !Ipv6Address.isMulticast(message.targetHigh());
    }

    /** The station in an option behind the target; ABSENT without one, BROKEN when the options are. */
    private static long linkOption(final Icmpv6Flyweight message, final int kind) {
        long station = ABSENT;
        int at = Icmpv6Flyweight.NEIGHBOUR_LENGTH;
        while (at < message.length()) {
            final long option = message.address() + at;
            final int left = message.length() - at;
            final int length = left < OPTION_UNIT ? 0 : NetworkOrder.getByte(option + 1) * OPTION_UNIT;
            if (length == 0 || length > left) {
                return BROKEN;
            }
            if (NetworkOrder.getByte(option) == kind && station == ABSENT) {
                station = NetworkOrder.getMac(option + 2);
                if (!MacAddress.isStation(station)) {
                    return BROKEN;
                }
            }
            at += length;
        }
        return station;
    }

    /** Asks for a neighbour, in the name of the own address that is nearest to it. */
    void solicit(final Neighbour neighbour, final long nowNs) {
        final OwnAddress source = own.sourceFor(neighbour.high, neighbour.low);
        if (source == null || !source.isUsable()) {
            return;
        }
        final boolean isKnown = neighbour.mac != 0;
        final long groupLow = Ipv6Address.solicitedNodeLow(neighbour.low);
        final Icmpv6Flyweight message = writer.open(
            isKnown ? neighbour.mac : MacAddress.ofIpv6Group(groupLow), source.high, source.low,
            isKnown ? neighbour.high : Ipv6Address.LINK_GROUP_HIGH, isKnown ? neighbour.low : groupLow,
            0, HOP_LIMIT, LENGTH_WITH_LINK, nowNs);
        if (message != null) {
            message.kind(Icmpv6Flyweight.TYPE_NEIGHBOUR_SOLICITATION, 0).rest(0).target(neighbour.high, neighbour.low)
                .linkOption(Icmpv6Flyweight.OPTION_SOURCE_LINK, configuration.mac());
            writer.close(NetworkCounter.ND_SOLICITATION_SENT);
        }
    }

    /** Tells the link who has this host's addresses (RFC 4861 section 7.2.6). */
    void announce(final long nowNs) {
        for (int i = 0; i < own.ipv6Count(); i++) {
            if (own.ipv6(i).isUsable()) {
                advertise(own.ipv6(i), nowNs);
            }
        }
    }

    private void advertise(final OwnAddress target, final long nowNs) {
        advertise(target, MacAddress.ofIpv6Group(Ipv6Address.ALL_NODES_LOW), Ipv6Address.LINK_GROUP_HIGH,
            Ipv6Address.ALL_NODES_LOW, Icmpv6Flyweight.FLAG_OVERRIDE, nowNs);
    }

    private void advertise(
        final OwnAddress target, final long station, final long destinationHigh, final long destinationLow,
        final int flags, final long nowNs) {
        final Icmpv6Flyweight message = writer.open(
            station, target.high, target.low, destinationHigh, destinationLow, 0, HOP_LIMIT, LENGTH_WITH_LINK, nowNs);
        if (message != null) {
            message.kind(Icmpv6Flyweight.TYPE_NEIGHBOUR_ADVERTISEMENT, 0).rest(flags).target(target.high, target.low)
                .linkOption(Icmpv6Flyweight.OPTION_TARGET_LINK, configuration.mac());
            writer.close(NetworkCounter.ND_ADVERTISEMENT_SENT);
        }
    }

    /** When {@link #onTime} has something to do. */
    long nextDeadlineNs() {
        long earliestNs = Long.MAX_VALUE;
        for (int i = 0; i < own.ipv6Count(); i++) {
            if (own.ipv6(i).state == OwnAddress.State.TENTATIVE) {
                earliestNs = Math.min(earliestNs, own.ipv6(i).deadlineNs);
            }
        }
        return earliestNs;
    }

    /** Asks for own addresses that are not in use yet; what nobody claims is used. */
    void onTime(final long nowNs) {
        for (int i = 0; i < own.ipv6Count(); i++) {
            final OwnAddress address = own.ipv6(i);
            if (address.state == OwnAddress.State.TENTATIVE && address.deadlineNs <= nowNs) {
                probe(address, nowNs);
            }
        }
    }

    private void probe(final OwnAddress address, final long nowNs) {
        if (address.probes == configuration.tuning().duplicateAddressProbes()) {
            address.state = OwnAddress.State.VALID;
            return;
        }
        final long groupLow = Ipv6Address.solicitedNodeLow(address.low);
        final Icmpv6Flyweight message = writer.open(
            MacAddress.ofIpv6Group(groupLow), 0, 0, Ipv6Address.LINK_GROUP_HIGH, groupLow,
            0, HOP_LIMIT, Icmpv6Flyweight.NEIGHBOUR_LENGTH, nowNs);
        if (message != null) {
            message.kind(Icmpv6Flyweight.TYPE_NEIGHBOUR_SOLICITATION, 0).rest(0).target(address.high, address.low);
            writer.close(NetworkCounter.ND_SOLICITATION_SENT);
            address.probes++;
        }
        address.deadlineNs = nowNs + configuration.tuning().neighbourRetransmitNs();
    }
}
