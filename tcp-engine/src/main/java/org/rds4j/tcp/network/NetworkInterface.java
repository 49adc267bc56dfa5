package org.rds4j.tcp.network;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.Ipv6Flyweight;
import org.rds4j.tcp.wire.MacAddress;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/** One interface of a {@link NetworkLayer}: its addresses, neighbours and routes, and what it does with packets. */
final class NetworkInterface {
    private static final int CONTROL_SLOTS = 64;
    private static final int PROTOCOL_UDP = 17;

    private final int id;
    private final InterfaceConfiguration configuration;
    private final RandomGenerator random;
    private final NetworkCounters counters;
    private final OwnAddresses own;
    private final LinkHeader link;
    private final ControlQueue queue;
    private final NeighbourCache neighbours;
    private final ArpEngine arp;
    private final NeighbourDiscovery discovery;
    private final RouterDiscovery routers;
    private final IcmpEngine icmp;
    private final Icmpv6Engine icmpv6;
    private final Ipv4Input ipv4Input;
    private final Ipv6Input ipv6Input;
    private final Reassembler reassembler;
    private final ReceivedPacket packet = new ReceivedPacket();
    private final RouteTable unreachable;
    /** What {@link #findNextHop} has found. */
    private long nextHopHigh;
    private long nextHopLow;
    private TransportHandler transport;
    private ReceiveAggregator aggregator;
    private boolean isInBurst;

    NetworkInterface(
        final int id, final InterfaceConfiguration configuration, final RandomGenerator random,
        final NetworkCounters counters) {
        this.id = id;
        this.configuration = configuration;
        this.random = random;
        this.counters = counters;
        this.own = new OwnAddresses(configuration);
        this.link = new LinkHeader(configuration);
        this.queue = new ControlQueue(CONTROL_SLOTS, link.length() + configuration.mtu(), counters);
        this.neighbours = new NeighbourCache(configuration.neighbours(), configuration.tuning(), random, counters);
        final Icmpv6Writer writer = new Icmpv6Writer(link, queue, counters);
        this.arp = new ArpEngine(configuration, own, link, neighbours, queue, counters);
        this.routers = new RouterDiscovery(configuration, own, neighbours, writer);
        this.discovery = new NeighbourDiscovery(configuration, own, neighbours, routers, writer, counters);
        final IcmpLimit echoLimit = new IcmpLimit(configuration.tuning(), random);
        final IcmpLimit errorLimit = new IcmpLimit(configuration.tuning(), random);
        this.icmp = new IcmpEngine(
            configuration, own, link, queue, echoLimit, errorLimit, random.nextInt(), counters);
        this.icmpv6 = new Icmpv6Engine(configuration, own, discovery, writer, echoLimit, errorLimit, counters);
        this.ipv4Input = new Ipv4Input(configuration, own);
        this.ipv6Input = new Ipv6Input(configuration, own);
        this.reassembler = new Reassembler(configuration.tuning(), counters);
        this.unreachable = new RouteTable(configuration.routes(), random.nextLong(), counters);
        neighbours.solicitors(arp::solicit, discovery::solicit);
    }

    int id() {
        return id;
    }

    InterfaceConfiguration configuration() {
        return configuration;
    }

    LinkHeader link() {
        return link;
    }

    NeighbourCache neighbours() {
        return neighbours;
    }

    void transport(final TransportHandler handler) {
        transport = handler;
        aggregator = configuration.aggregation() && handler != null ? new ReceiveAggregator(handler, counters) : null;
    }

    /** Segments that follow may be collected until the burst ends. */
    void beginBurst() {
        isInBurst = aggregator != null;
    }

    void endBurst(final long nowNs) {
        endRuns(nowNs);
        isInBurst = false;
    }

    /** Hands up what is collected, so that something else keeps its place in the order of arrival. */
    private void endRuns(final long nowNs) {
        if (isInBurst) {
            transport.arrivingBy(id);
            aggregator.flush(nowNs);
        }
    }

    void announce(final long nowNs) {
        arp.announce(nowNs);
        discovery.announce(nowNs);
    }

    /** Takes what stands behind the link header of a frame with this interface's tags. */
    NetworkCounter receive(
        final long destination, final long station, final int type, final long payload, final int length, final int flags,
        final long nowNs) {
        final boolean toStations = MacAddress.isGroup(destination);
        final boolean isForUs = destination == configuration.mac() || destination == MacAddress.BROADCAST
            || (toStations && own.isInStationGroup(destination));
        if (!isForUs) {
            return NetworkCounter.FRAME_NOT_FOR_US;
        }
        if (!MacAddress.isStation(station)) {
            return NetworkCounter.FRAME_BAD_SOURCE;
        }
        packet.station = station;
        return switch (type) {
            case EthernetFlyweight.TYPE_IPV4 -> receiveIpv4(payload, length, toStations, flags, nowNs);
            case EthernetFlyweight.TYPE_ARP -> arp.onPacket(payload, length, nowNs);
            case EthernetFlyweight.TYPE_IPV6 -> own.hasIpv6()
                ? receiveIpv6(payload, length, toStations, flags, nowNs) : NetworkCounter.FRAME_UNKNOWN_TYPE;
            default -> NetworkCounter.FRAME_UNKNOWN_TYPE;
        };
    }

    private NetworkCounter receiveIpv4(
        final long payload, final int length, final boolean toStations, final int flags, final long nowNs) {
        final NetworkCounter refusal = ipv4Input.refusal(payload, length, toStations, flags, packet);
        if (refusal != null) {
            return refusal;
        }
        return packet.isFragment ? receiveFragment(nowNs) : receiveWhole(nowNs);
    }

    private NetworkCounter receiveIpv6(
        final long payload, final int length, final boolean toStations, final int flags, final long nowNs) {
        final NetworkCounter refusal = ipv6Input.refusal(payload, length, toStations, flags, packet);
        if (refusal != null) {
            if (packet.problem != ReceivedPacket.NO_PROBLEM) {
                icmpv6.reportProblem(packet, nowNs);
            }
            return refusal;
        }
        return packet.isFragment ? receiveFragment(nowNs) : receiveWhole(nowNs);
    }

    private NetworkCounter receiveFragment(final long nowNs) {
        if (reassembler.isOff()) {
            return NetworkCounter.IP_FRAGMENT;
        }
        final NetworkCounter outcome = reassembler.add(packet, nowNs);
        if (outcome != null) {
            return outcome;
        }
        // The memory is used again, so this one goes up by itself. What the device said of checksums was about the pieces.
        endRuns(nowNs);
        final boolean wasInBurst = isInBurst;
        isInBurst = false;
        final NetworkCounter ofWhole = packet.isIpv6
            ? receiveIpv6(reassembler.packet(), reassembler.packetLength(), false, 0, nowNs)
            : receiveIpv4(reassembler.packet(), reassembler.packetLength(), false, 0, nowNs);
        reassembler.release();
        isInBurst = wasInBurst;
        return ofWhole;
    }

    private NetworkCounter receiveWhole(final long nowNs) {
        return switch (packet.protocol) {
            case TcpHeaderFlyweight.PROTOCOL -> receiveTcp(nowNs);
            case PROTOCOL_UDP -> receiveUdp(nowNs);
            case Ipv4Flyweight.PROTOCOL_ICMP -> packet.isIpv6 ? refuseProtocol(nowNs) : receiveIcmp(nowNs);
            case Ipv6Flyweight.NEXT_ICMP -> packet.isIpv6 ? receiveIcmp(nowNs) : refuseProtocol(nowNs);
            case Ipv6Flyweight.NEXT_NONE -> packet.isIpv6 ? NetworkCounter.IP_NO_PAYLOAD : refuseProtocol(nowNs);
            default -> refuseProtocol(nowNs);
        };
    }

    private NetworkCounter receiveIcmp(final long nowNs) {
        endRuns(nowNs);
        if (transport != null) {
            transport.arrivingBy(id);
        }
        return packet.isIpv6 ? icmpv6.onMessage(packet, transport, nowNs) : icmp.onMessage(packet, transport, nowNs);
    }

    private NetworkCounter receiveTcp(final long nowNs) {
        if (isTransportBad()) {
            return NetworkCounter.TRANSPORT_BAD_CHECKSUM;
        }
        if (transport == null) {
            return refuseProtocol(nowNs);
        }
        final boolean isVerified =
            configuration.receiveChecksum() && (packet.flags & FrameBurst.FLAG_L4_CHECKSUM_GOOD) != 0;
        transport.arrivingBy(id);
        if (isInBurst) {
            aggregator.onSegment(
                packet.sourceHigh, packet.sourceLow, packet.destinationHigh, packet.destinationLow,
                packet.transport(), packet.transportLength(), packet.trafficClass, packet.hopLimit, isPlain(), isVerified, nowNs);
        } else {
            transport.onSegment(
                packet.sourceHigh, packet.sourceLow, packet.destinationHigh, packet.destinationLow,
                packet.transport(), packet.transportLength(), packet.trafficClass, isVerified, nowNs);
        }
        return NetworkCounter.SEGMENTS_DELIVERED;
    }

    /** Whether the IP header is without options or extensions. */
    private boolean isPlain() {
        return packet.headerLength == (packet.isIpv6 ? Ipv6Flyweight.HEADER_LENGTH : Ipv4Flyweight.MIN_HEADER_LENGTH);
    }

    private NetworkCounter receiveUdp(final long nowNs) {
        if (isTransportBad()) {
            return NetworkCounter.TRANSPORT_BAD_CHECKSUM;
        }
        reports().reportPort(packet, nowNs);
        return NetworkCounter.UDP_RECEIVED;
    }

    private NetworkCounter refuseProtocol(final long nowNs) {
        reports().reportProtocol(packet, nowNs);
        return NetworkCounter.IP_UNKNOWN_PROTOCOL;
    }

    private IcmpReports reports() {
        return packet.isIpv6 ? icmpv6 : icmp;
    }

    private boolean isTransportBad() {
        return configuration.receiveChecksum() && (packet.flags & FrameBurst.FLAG_L4_CHECKSUM_BAD) != 0;
    }

    /** Does what is due and writes the interface's own waiting frames; returns how many. */
    int poll(final FrameSink sink, final long nowNs) {
        discovery.onTime(nowNs);
        routers.onTime(nowNs);
        neighbours.onTime(nowNs);
        while (reassembler.expire(packet, nowNs)) {
            if (packet.totalLength > 0) {
                reports().reportReassembly(packet, nowNs);
            }
        }
        return queue.drainTo(sink);
    }

    long nextDeadlineNs() {
        return Math.min(
            Math.min(neighbours.nextDeadlineNs(), queue.nextDeadlineNs()),
            Math.min(Math.min(discovery.nextDeadlineNs(), routers.nextDeadlineNs()), reassembler.nextDeadlineNs()));
    }

    /** Whether a host is reached from here without a gateway. */
    boolean isOnLink(final long remoteHigh, final long remoteLow) {
        return own.isNeighbour(remoteHigh, remoteLow);
    }

    /** Whether a host is reached from here at all. */
    boolean hasWayTo(final long remoteHigh, final long remoteLow) {
        return isOnLink(remoteHigh, remoteLow) || hasGateway(Ipv4Address.isMapped(remoteHigh, remoteLow));
    }

    private boolean hasGateway(final boolean isIpv4) {
        return isIpv4 ? !configuration.gatewayIpv4().equals(IpAddress.UNSPECIFIED)
            : (routers.gatewayHigh() | routers.gatewayLow()) != 0;
    }

    /** The route to a host in the name of the nearest own address, for whoever means to keep it. */
    NetworkRoute route(final long remoteHigh, final long remoteLow) {
        final KeptRoute route = routeFrom(own.sourceFor(remoteHigh, remoteLow), remoteHigh, remoteLow);
        route.give();
        return route;
    }

    /**
     * The route to a host that has spoken, in the name of the address it spoke to, or of the nearest should that be gone. It
     * leads there for as long as somebody holds it, and until the next such call otherwise.
     */
    NetworkRoute replyRoute(final long localHigh, final long localLow, final long remoteHigh, final long remoteLow) {
        final OwnAddress local = own.usable(localHigh, localLow);
        return routeFrom(local == null ? own.sourceFor(remoteHigh, remoteLow) : local, remoteHigh, remoteLow);
    }

    private KeptRoute routeFrom(final OwnAddress local, final long remoteHigh, final long remoteLow) {
        if (local == null) {
            return unreachable(IpAddress.UNSPECIFIED, remoteHigh, remoteLow);
        }
        if (local.routes == null) {
            local.routes = new RouteTable(configuration.routes(), random.nextLong(), counters);
        }
        final KeptRoute known = local.routes.get(remoteHigh, remoteLow);
        if (known != null) {
            return known;
        }
        if (!findNextHop(remoteHigh, remoteLow) || !isRemoteHost(remoteHigh, remoteLow)) {
            return unreachable(local.address.address(), remoteHigh, remoteLow);
        }
        final KeptRoute unneeded = local.routes.makeRoom();
        final KeptRoute route = unneeded == null ? create(local, remoteHigh, remoteLow) : unneeded;
        route.lead(remoteHigh, remoteLow, nextHopHigh, nextHopLow);
        local.routes.keep(route);
        return route;
    }

    private KeptRoute create(final OwnAddress local, final long remoteHigh, final long remoteLow) {
        return Ipv4Address.isMapped(remoteHigh, remoteLow)
            ? new Ipv4Route(this, local, random.nextInt()) : new Ipv6Route(this, local, random.nextLong());
    }

    /** Finds the station by which packets to a host go; false where there is none. */
    private boolean findNextHop(final long remoteHigh, final long remoteLow) {
        if (own.isNeighbour(remoteHigh, remoteLow)) {
            nextHopHigh = remoteHigh;
            nextHopLow = remoteLow;
            return true;
        }
        if (!Ipv4Address.isMapped(remoteHigh, remoteLow)) {
            nextHopHigh = routers.gatewayHigh();
            nextHopLow = routers.gatewayLow();
            return (nextHopHigh | nextHopLow) != 0;
        }
        final IpAddress gateway = configuration.gatewayIpv4();
        nextHopHigh = gateway.high();
        nextHopLow = gateway.low();
        return !own.isOnLinkIpv4((int) remoteLow) && !gateway.equals(IpAddress.UNSPECIFIED);
    }

    private boolean isRemoteHost(final long remoteHigh, final long remoteLow) {
        return Ipv4Address.isMapped(remoteHigh, remoteLow)
            ? Ipv4Address.isHost((int) remoteLow) && !own.isOwnIpv4((int) remoteLow)
            : Ipv6Address.isHost(remoteHigh) && own.findIpv6(remoteHigh, remoteLow) == null;
    }

    private KeptRoute unreachable(final IpAddress local, final long remoteHigh, final long remoteLow) {
        final KeptRoute known = unreachable.get(remoteHigh, remoteLow);
        if (known != null) {
            return known;
        }
        counters.increment(NetworkCounter.NO_ROUTE);
        final KeptRoute unneeded = unreachable.makeRoom();
        final UnreachableRoute route = unneeded == null
            ? new UnreachableRoute(id, new PathMtu(configuration.mtu(), configuration.mtu(), configuration.tuning()))
            : (UnreachableRoute) unneeded;
        route.local(local);
        route.lead(remoteHigh, remoteLow, 0, 0);
        unreachable.keep(route);
        return route;
    }
}
