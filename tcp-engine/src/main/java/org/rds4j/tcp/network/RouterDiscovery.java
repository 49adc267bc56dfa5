package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.Icmpv6Flyweight;
import org.rds4j.tcp.wire.MacAddress;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * What routers of the link say of themselves (RFC 4861 section 6.3): one default router and, where they offer it, addresses of
 * their prefixes (RFC 4862 section 5.5). Off unless configured, since whoever reaches the link could be a router; a gateway
 * that is configured is never replaced.
 */
final class RouterDiscovery {
    private static final int ADVERTISEMENT_LENGTH = 16;
    private static final int OPTION_UNIT = 8;
    private static final int PREFIX_OPTION_LENGTH = 32;
    private static final int PREFIX_LENGTH_OFFSET = 2;
    private static final int PREFIX_FLAGS_OFFSET = 3;
    private static final int PREFIX_VALID_OFFSET = 4;
    private static final int PREFIX_OFFSET = 16;
    private static final int FLAG_ON_LINK = 0x80;
    private static final int FLAG_AUTONOMOUS = 0x40;
    private static final int HOST_PREFIX_LENGTH = 128;
    private static final int LINK_PREFIX_LENGTH = 64;
    private static final int MAX_SOLICITATIONS = 3;
    private static final long SOLICITATION_INTERVAL_NS = 4_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private final InterfaceConfiguration configuration;
    private final OwnAddresses own;
    private final NeighbourCache neighbours;
    private final Icmpv6Writer writer;
    private long gatewayHigh;
    private long gatewayLow;
    private long gatewayUntilNs;
    private int solicitations;
    private long solicitNs = Long.MIN_VALUE;

    RouterDiscovery(
        final InterfaceConfiguration configuration,
        final OwnAddresses own,
        final NeighbourCache neighbours,
        final Icmpv6Writer writer) {
        this.configuration = configuration;
        this.own = own;
        this.neighbours = neighbours;
        this.writer = writer;
        this.gatewayHigh = configuration.gatewayIpv6().high();
        this.gatewayLow = configuration.gatewayIpv6().low();
        this.solicitations = configuration.tuning().routerAdvertisements() ? 0 : MAX_SOLICITATIONS;
    }

    /** The router for hosts off the link; 0 in both halves when there is none. */
    long gatewayHigh() {
        return gatewayHigh;
    }

    long gatewayLow() {
        return gatewayLow;
    }

    private boolean isStatic() {
        return !configuration.gatewayIpv6().equals(IpAddress.UNSPECIFIED);
    }

    NetworkCounter onAdvertisement(final ReceivedPacket packet, final Icmpv6Flyweight message, final long nowNs) {
        if (!configuration.tuning().routerAdvertisements()) {
            return NetworkCounter.ROUTER_ADVERTISEMENT_IGNORED;
        }
        if (!areOptionsGood(message)) {
            return NetworkCounter.ND_MALFORMED;
        }
        solicitations = MAX_SOLICITATIONS;
        final int lifetimeSeconds = message.rest() & 0xffff;
        if (!isStatic()) {
            takeRouter(packet, lifetimeSeconds, nowNs);
        }
        for (int at = ADVERTISEMENT_LENGTH; at < message.length(); at += optionLength(message, at)) {
            takeOption(packet, message.address() + at, nowNs);
        }
        return NetworkCounter.ROUTER_ADVERTISEMENT_RECEIVED;
    }

    private void takeRouter(final ReceivedPacket packet, final int lifetimeSeconds, final long nowNs) {
        final boolean isPresent = packet.sourceHigh == gatewayHigh && packet.sourceLow == gatewayLow;
        final boolean isNone = (gatewayHigh | gatewayLow) == 0;
        if (lifetimeSeconds > 0 && (isNone || isPresent)) {
            gatewayHigh = packet.sourceHigh;
            gatewayLow = packet.sourceLow;
            gatewayUntilNs = nowNs + lifetimeSeconds * SECOND_NS;
        } else if (isPresent) {
            forgetRouter();
        }
    }

    private void forgetRouter() {
        gatewayHigh = 0;
        gatewayLow = 0;
    }

    private static boolean areOptionsGood(final Icmpv6Flyweight message) {
        int at = ADVERTISEMENT_LENGTH;
        while (at < message.length()) {
            final int length = message.length() - at < OPTION_UNIT ? 0 : optionLength(message, at);
            if (length == 0) {
                return false;
            }
            at += length;
        }
        return at == message.length();
    }

    private static int optionLength(final Icmpv6Flyweight message, final int at) {
        return NetworkOrder.getByte(message.address() + at + 1) * OPTION_UNIT;
    }

    private void takeOption(final ReceivedPacket packet, final long option, final long nowNs) {
        final int kind = NetworkOrder.getByte(option);
        final int length = NetworkOrder.getByte(option + 1) * OPTION_UNIT;
        if (kind == Icmpv6Flyweight.OPTION_SOURCE_LINK) {
            final long station = NetworkOrder.getMac(option + 2);
            if (MacAddress.isStation(station)) {
                neighbours.onRequest(packet.sourceHigh, packet.sourceLow, station, nowNs);
            }
        } else if (kind == Icmpv6Flyweight.OPTION_PREFIX && length == PREFIX_OPTION_LENGTH) {
            takePrefix(option);
        }
    }

    private void takePrefix(final long option) {
        final int flags = NetworkOrder.getByte(option + PREFIX_FLAGS_OFFSET);
        final long high = NetworkOrder.getLong(option + PREFIX_OFFSET);
        final boolean isWanted = (flags & FLAG_AUTONOMOUS) != 0
            && NetworkOrder.getByte(option + PREFIX_LENGTH_OFFSET) == LINK_PREFIX_LENGTH
            && NetworkOrder.getInt(option + PREFIX_VALID_OFFSET) != 0
            && Ipv6Address.isHost(high) && !Ipv6Address.isLinkLocal(high);
        final long low = Ipv6Address.interfaceIdentifier(configuration.mac());
        if (!isWanted || own.findIpv6(high, low) != null) {
            return;
        }
        final int prefixLength = (flags & FLAG_ON_LINK) != 0 ? LINK_PREFIX_LENGTH : HOST_PREFIX_LENGTH;
        own.add(new OwnAddress(new InterfaceAddress(new IpAddress(high, low), prefixLength),
            configuration.tuning().duplicateAddressProbes() > 0));
    }

    /** When {@link #onTime} has something to do. */
    long nextDeadlineNs() {
        final long routerNs = isStatic() || (gatewayHigh | gatewayLow) == 0 ? Long.MAX_VALUE : gatewayUntilNs;
        final boolean mayAsk = solicitations < MAX_SOLICITATIONS && linkLocal() != null;
        return mayAsk ? Math.min(routerNs, solicitNs) : routerNs;
    }

    /** Forgets a router that has fallen silent, and asks for routers at start. */
    void onTime(final long nowNs) {
        if (!isStatic() && (gatewayHigh | gatewayLow) != 0 && gatewayUntilNs <= nowNs) {
            forgetRouter();
        }
        final OwnAddress source = linkLocal();
        if (solicitations < MAX_SOLICITATIONS && source != null && solicitNs <= nowNs) {
            solicitations++;
            solicitNs = nowNs + SOLICITATION_INTERVAL_NS;
            solicit(source, nowNs);
        }
    }

    private OwnAddress linkLocal() {
        for (int i = 0; i < own.ipv6Count(); i++) {
            if (Ipv6Address.isLinkLocal(own.ipv6(i).high) && own.ipv6(i).isUsable()) {
                return own.ipv6(i);
            }
        }
        return null;
    }

    private void solicit(final OwnAddress source, final long nowNs) {
        final Icmpv6Flyweight message = writer.open(
            MacAddress.ofIpv6Group(Ipv6Address.ALL_ROUTERS_LOW), source.high, source.low,
            Ipv6Address.LINK_GROUP_HIGH, Ipv6Address.ALL_ROUTERS_LOW, 0, NeighbourDiscovery.HOP_LIMIT,
            Icmpv6Flyweight.HEADER_LENGTH, nowNs);
        if (message != null) {
            message.kind(Icmpv6Flyweight.TYPE_ROUTER_SOLICITATION, 0).rest(0);
            writer.close(NetworkCounter.ROUTER_SOLICITATION_SENT);
        }
    }
}
