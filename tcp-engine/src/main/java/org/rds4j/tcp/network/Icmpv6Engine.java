package org.rds4j.tcp.network;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.Icmpv6Flyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * ICMPv6 (RFC 4443): answers echo requests, hands errors about TCP upward, hands neighbour messages on, and tells senders of
 * what nobody here takes. All output is rate limited and goes back to the station the packet came from.
 */
final class Icmpv6Engine implements IcmpReports {
    private static final int HOP_LIMIT = 64;
    private static final int MAX_MTU = 65_535;
    private static final int MIN_QUOTED = Ipv6Flyweight.HEADER_LENGTH + 8;

    private final InterfaceConfiguration configuration;
    private final OwnAddresses own;
    private final NeighbourDiscovery discovery;
    private final Icmpv6Writer writer;
    private final NetworkCounters counters;
    private final IcmpLimit echoLimit;
    private final IcmpLimit errorLimit;
    private final Icmpv6Flyweight received = new Icmpv6Flyweight();
    private final Ipv6Flyweight quoted = new Ipv6Flyweight();

    Icmpv6Engine(
        final InterfaceConfiguration configuration,
        final OwnAddresses own,
        final NeighbourDiscovery discovery,
        final Icmpv6Writer writer,
        final IcmpLimit echoLimit,
        final IcmpLimit errorLimit,
        final NetworkCounters counters) {
        this.configuration = configuration;
        this.own = own;
        this.discovery = discovery;
        this.writer = writer;
        this.counters = counters;
        this.echoLimit = echoLimit;
        this.errorLimit = errorLimit;
    }

    /** Takes the message in a checked packet, borrowed; returns what became of it. */
    NetworkCounter onMessage(final ReceivedPacket packet, final TransportHandler transport, final long nowNs) {
        if (packet.transportLength() < Icmpv6Flyweight.HEADER_LENGTH) {
            return NetworkCounter.ICMP_TOO_SHORT;
        }
        received.wrap(packet.transport(), packet.transportLength());
        final long addressSum = Ipv6Flyweight.addressSum(packet.sourceHigh, packet.sourceLow)
            + Ipv6Flyweight.addressSum(packet.destinationHigh, packet.destinationLow);
        if (!received.isChecksumGood(addressSum)) {
            return NetworkCounter.ICMP_BAD_CHECKSUM;
        }
        return switch (received.type()) {
            case Icmpv6Flyweight.TYPE_NEIGHBOUR_SOLICITATION -> discovery.onSolicitation(packet, received, nowNs);
            case Icmpv6Flyweight.TYPE_NEIGHBOUR_ADVERTISEMENT -> discovery.onAdvertisement(packet, received, nowNs);
            case Icmpv6Flyweight.TYPE_ROUTER_ADVERTISEMENT -> discovery.onRouterAdvertisement(packet, received, nowNs);
            case Icmpv6Flyweight.TYPE_ECHO_REQUEST -> onEchoRequest(packet, nowNs);
            case Icmpv6Flyweight.TYPE_UNREACHABLE, Icmpv6Flyweight.TYPE_PACKET_TOO_BIG, Icmpv6Flyweight.TYPE_TIME_EXCEEDED,
                Icmpv6Flyweight.TYPE_PARAMETER_PROBLEM ->
                packet.toGroup ? NetworkCounter.ICMP_IGNORED : onError(transport, nowNs);
            default -> NetworkCounter.ICMP_IGNORED;
        };
    }

    private NetworkCounter onEchoRequest(final ReceivedPacket packet, final long nowNs) {
        if (packet.toGroup) {
            return NetworkCounter.ICMP_IGNORED;
        }
        final int length = received.length();
        if (length + Ipv6Flyweight.HEADER_LENGTH > configuration.mtu()) {
            counters.increment(NetworkCounter.ECHO_TOO_LARGE);
        } else if (!echoLimit.tryTake(packet.sourceHigh, packet.sourceLow, nowNs)) {
            counters.increment(NetworkCounter.ECHO_LIMITED);
        } else {
            answer(packet, length, nowNs);
        }
        return NetworkCounter.ECHO_RECEIVED;
    }

    private void answer(final ReceivedPacket packet, final int length, final long nowNs) {
        final Icmpv6Flyweight reply = open(packet, packet.trafficClass, length, nowNs);
        if (reply != null) {
            UnsafeApi.copyMemory(received.address(), reply.address(), length);
            reply.kind(Icmpv6Flyweight.TYPE_ECHO_REPLY, received.code());
            writer.close(NetworkCounter.ECHO_ANSWERED);
        }
    }

    /** Opens a message back to where the packet came from. */
    private Icmpv6Flyweight open(final ReceivedPacket packet, final int trafficClass, final int length, final long nowNs) {
        return writer.open(
            packet.station, packet.destinationHigh, packet.destinationLow, packet.sourceHigh, packet.sourceLow,
            trafficClass, HOP_LIMIT, length, nowNs);
    }

    @Override
    public void reportPort(final ReceivedPacket packet, final long nowNs) {
        report(packet, Icmpv6Flyweight.TYPE_UNREACHABLE, Icmpv6Flyweight.CODE_PORT_UNREACHABLE, 0, nowNs);
    }

    @Override
    public void reportProtocol(final ReceivedPacket packet, final long nowNs) {
        report(packet, Icmpv6Flyweight.TYPE_PARAMETER_PROBLEM, Icmpv6Flyweight.CODE_NEXT_HEADER, packet.protocolOffset, nowNs);
    }

    @Override
    public void reportReassembly(final ReceivedPacket packet, final long nowNs) {
        report(packet, Icmpv6Flyweight.TYPE_TIME_EXCEEDED, Icmpv6Flyweight.CODE_REASSEMBLY, 0, nowNs);
    }

    /** Tells the sender of a packet that was refused which octet of it is at fault. */
    void reportProblem(final ReceivedPacket packet, final long nowNs) {
        report(packet, Icmpv6Flyweight.TYPE_PARAMETER_PROBLEM, packet.problemCode, packet.problem, nowNs);
    }

    /** Quotes as much as fits into the smallest MTU (RFC 4443 section 2.4); nobody is told about what went to a group. */
    private void report(final ReceivedPacket packet, final int type, final int code, final int rest, final long nowNs) {
        if (packet.toGroup) {
            return;
        }
        if (!errorLimit.tryTake(packet.sourceHigh, packet.sourceLow, nowNs)) {
            counters.increment(NetworkCounter.ICMP_ERROR_LIMITED);
            return;
        }
        final int quote = Math.min(
            packet.totalLength, Ipv6Flyweight.MIN_MTU - Ipv6Flyweight.HEADER_LENGTH - Icmpv6Flyweight.HEADER_LENGTH);
        final Icmpv6Flyweight error = open(packet, 0, Icmpv6Flyweight.HEADER_LENGTH + quote, nowNs);
        if (error != null) {
            error.kind(type, code).rest(rest);
            UnsafeApi.copyMemory(packet.header, error.address() + Icmpv6Flyweight.HEADER_LENGTH, quote);
            writer.close(NetworkCounter.ICMP_ERROR_SENT);
        }
    }

    private NetworkCounter onError(final TransportHandler transport, final long nowNs) {
        final IcmpErrorKind kind = kind(received.type(), received.code());
        if (kind == null) {
            return NetworkCounter.ICMP_IGNORED;
        }
        final int quotedLength = received.length() - Icmpv6Flyweight.HEADER_LENGTH;
        quoted.wrap(received.address() + Icmpv6Flyweight.HEADER_LENGTH, quotedLength);
        if (quotedLength < MIN_QUOTED || quoted.version() != 6) {
            return NetworkCounter.ICMP_ERROR_MALFORMED;
        }
        if (transport == null || !isQuotationOurs()) {
            return NetworkCounter.ICMP_ERROR_NOT_OURS;
        }
        final long mtu = kind == IcmpErrorKind.PACKET_TOO_BIG ? received.rest() & 0xffff_ffffL : 0;
        if (kind == IcmpErrorKind.PACKET_TOO_BIG && mtu < Ipv6Flyweight.MIN_MTU) {
            return NetworkCounter.ICMP_ERROR_MALFORMED; // RFC 8201 section 4
        }
        transport.onIcmpError(
            kind, (int) Math.min(mtu, MAX_MTU),
            quoted.destinationHigh(), quoted.destinationLow(), quoted.sourceHigh(), quoted.sourceLow(),
            quoted.address() + Ipv6Flyweight.HEADER_LENGTH, quotedLength - Ipv6Flyweight.HEADER_LENGTH, nowNs);
        return NetworkCounter.ICMP_ERROR_DELIVERED;
    }

    /** This host sends TCP without extension headers, so a quotation has none. */
    private boolean isQuotationOurs() {
        return quoted.nextHeader() == TcpHeaderFlyweight.PROTOCOL
            && own.usable(quoted.sourceHigh(), quoted.sourceLow()) != null
            && Ipv6Address.isHost(quoted.destinationHigh());
    }

    /** What an error's type and code mean (RFC 4443 section 3); null for one that means nothing to TCP. */
    static IcmpErrorKind kind(final int type, final int code) {
        return switch (type) {
            case Icmpv6Flyweight.TYPE_PACKET_TOO_BIG -> IcmpErrorKind.PACKET_TOO_BIG;
            case Icmpv6Flyweight.TYPE_TIME_EXCEEDED -> code <= 1 ? IcmpErrorKind.TIME_EXCEEDED : null;
            case Icmpv6Flyweight.TYPE_PARAMETER_PROBLEM ->
                code == Icmpv6Flyweight.CODE_NEXT_HEADER ? IcmpErrorKind.PROTOCOL_UNREACHABLE : null;
            default -> switch (code) {
                case 0, 2, 3 -> IcmpErrorKind.HOST_UNREACHABLE;
                case 1, 5, 6 -> IcmpErrorKind.ADMIN_PROHIBITED;
                case Icmpv6Flyweight.CODE_PORT_UNREACHABLE -> IcmpErrorKind.PORT_UNREACHABLE;
                default -> null;
            };
        };
    }
}
