package org.rds4j.tcp.network;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.IcmpFlyweight;
import org.rds4j.tcp.wire.Ipv4Flyweight;
import org.rds4j.tcp.wire.MacAddress;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * Ethernet, ARP, IPv4 and ICMP of one interface. Sans I/O: frames come in by {@link #onFrame}, its own ARP and ICMP frames
 * leave by {@link #poll}, and TCP sends through the routes of {@link #route}. Used by the engine's thread only. Nothing but
 * {@link #route} allocates, and nothing throws.
 */
public final class NetworkLayer {
    private static final int CONTROL_SLOTS = 64;
    private static final int TAGGED_HEADER_LENGTH = EthernetFlyweight.HEADER_LENGTH + EthernetFlyweight.VLAN_TAG_LENGTH;
    private static final int VLAN_ID_MASK = 0xfff;

    private final InterfaceConfiguration configuration;
    private final NetworkCounters counters;
    private final ControlQueue queue;
    private final ArpEngine arp;
    private final IcmpEngine icmp;
    private final Ipv4Input ipv4Input;
    private final RouteTable routes;
    private final EthernetFlyweight ethernet = new EthernetFlyweight();
    private final Ipv4Flyweight packet = new Ipv4Flyweight();
    private TransportHandler transport;
    private ReceiveAggregator aggregator;
    private boolean isInBurst;

    /**
     * A layer without a transport: it answers ARP and echo requests, and reports TCP as unreachable.
     *
     * @param configuration of the interface.
     * @param random        for packet identifications and the spread of timers; not used for secrets.
     * @param counters      to be written.
     */
    public NetworkLayer(
        final InterfaceConfiguration configuration, final RandomGenerator random, final NetworkCounters counters) {
        this.configuration = configuration;
        this.counters = counters;
        this.queue = new ControlQueue(
            CONTROL_SLOTS, EthernetFlyweight.HEADER_LENGTH + configuration.mtu(), counters);
        this.arp = new ArpEngine(configuration, queue, random, counters);
        this.icmp = new IcmpEngine(configuration, queue, random.nextInt(), counters);
        this.ipv4Input = new Ipv4Input(configuration);
        this.routes = new RouteTable(configuration, arp, random, counters);
    }

    /**
     * Sets who takes TCP segments and errors about them; once, before the first frame.
     *
     * @param handler the TCP engine, retained.
     */
    public void transport(final TransportHandler handler) {
        this.transport = handler;
        this.aggregator = configuration.aggregation() ? new ReceiveAggregator(handler, counters) : null;
    }

    /**
     * The interface.
     *
     * @return its configuration.
     */
    public InterfaceConfiguration configuration() {
        return configuration;
    }

    /**
     * The route to a host, made when it is first asked for; a host without a way to it gets a route that never resolves.
     * Makes an object when the route is not at hand, so it belongs where connections begin.
     *
     * @param remoteHigh bits 127..64 of the host's address.
     * @param remoteLow  bits 63..0 of the host's address.
     * @return the route, never null, to be kept by the connection.
     */
    public NetworkRoute route(final long remoteHigh, final long remoteLow) {
        return routes.route(remoteHigh, remoteLow);
    }

    /**
     * Tells the link this host's station address, so that neighbours with an old one learn the new one (RFC 5227
     * section 2.3). Worth doing once when the link comes up.
     *
     * @param nowNs the engine's time.
     */
    public void announce(final long nowNs) {
        arp.announce(nowNs);
    }

    /**
     * Takes all frames of a burst in order, with consecutive segments of a connection in one pass of the stack where
     * {@link InterfaceConfiguration#aggregation()} is on. A priority tag (VLAN id 0) that the device has stripped counts as no
     * tag.
     *
     * @param frames received; borrowed, and the caller's to release afterwards.
     * @param nowNs  the engine's time.
     */
    public void onBurst(final FrameBurst frames, final long nowNs) {
        isInBurst = aggregator != null;
        for (int i = 0; i < frames.count(); i++) {
            final int flags = frames.flags(i);
            final boolean isPriorityTagged =
                (flags & FrameBurst.FLAG_VLAN) != 0 && (frames.vlanTci(i) & VLAN_ID_MASK) == 0;
            onFrame(frames.address(i), frames.length(i), isPriorityTagged ? flags & ~FrameBurst.FLAG_VLAN : flags, nowNs);
        }
        endRuns(nowNs);
        isInBurst = false;
    }

    private void endRuns(final long nowNs) {
        if (isInBurst) {
            aggregator.flush(nowNs);
        }
    }

    /**
     * Takes a received frame.
     *
     * @param address   of its first octet; the memory is borrowed for the call.
     * @param length    octets, FCS excluded.
     * @param linkFlags {@code FrameBurst.FLAG_} bits of the frame.
     * @param nowNs     the engine's time.
     */
    public void onFrame(final long address, final int length, final int linkFlags, final long nowNs) {
        counters.increment(NetworkCounter.FRAMES_RECEIVED);
        counters.increment(receive(address, length, linkFlags, nowNs));
    }

    private NetworkCounter receive(final long address, final int length, final int flags, final long nowNs) {
        if (length < EthernetFlyweight.HEADER_LENGTH) {
            return NetworkCounter.FRAME_TOO_SHORT;
        }
        ethernet.wrap(address, length);
        final long destination = ethernet.destination();
        if (destination != configuration.mac() && destination != MacAddress.BROADCAST) {
            return NetworkCounter.FRAME_NOT_FOR_US;
        }
        if (!MacAddress.isStation(ethernet.source())) {
            return NetworkCounter.FRAME_BAD_SOURCE;
        }
        if ((flags & FrameBurst.FLAG_VLAN) != 0) {
            return NetworkCounter.FRAME_TAGGED;
        }
        return ethernet.type() == EthernetFlyweight.TYPE_VLAN
            ? receiveTagged(address, length, flags, nowNs)
            : receive(ethernet.type(), EthernetFlyweight.HEADER_LENGTH, flags, nowNs);
    }

    private NetworkCounter receiveTagged(final long address, final int length, final int flags, final long nowNs) {
        if (length < TAGGED_HEADER_LENGTH) {
            return NetworkCounter.FRAME_TOO_SHORT;
        }
        if ((NetworkOrder.getShort(address + EthernetFlyweight.VLAN_TCI_OFFSET) & VLAN_ID_MASK) != 0) {
            return NetworkCounter.FRAME_TAGGED;
        }
        return receive(
            NetworkOrder.getShort(address + EthernetFlyweight.VLAN_TYPE_OFFSET), TAGGED_HEADER_LENGTH, flags, nowNs);
    }

    private NetworkCounter receive(final int type, final int headerLength, final int flags, final long nowNs) {
        final long payload = ethernet.address() + headerLength;
        final int payloadLength = ethernet.length() - headerLength;
        return switch (type) {
            case EthernetFlyweight.TYPE_IPV4 -> {
                packet.wrap(payload, payloadLength);
                yield receiveIpv4(flags, nowNs);
            }
            case EthernetFlyweight.TYPE_ARP -> arp.onPacket(payload, payloadLength, nowNs);
            default -> NetworkCounter.FRAME_UNKNOWN_TYPE;
        };
    }

    private NetworkCounter receiveIpv4(final int flags, final long nowNs) {
        final NetworkCounter refusal =
            ipv4Input.refusal(packet, MacAddress.isGroup(ethernet.destination()), flags);
        if (refusal != null) {
            return refusal;
        }
        return switch (packet.protocol()) {
            case Ipv4Flyweight.PROTOCOL_TCP -> receiveTcp(flags, nowNs);
            case Ipv4Flyweight.PROTOCOL_ICMP -> {
                endRuns(nowNs);
                yield icmp.onMessage(packet, ethernet.source(), transport, nowNs);
            }
            case Ipv4Flyweight.PROTOCOL_UDP -> receiveUdp(flags, nowNs);
            default -> refuseProtocol(nowNs);
        };
    }

    private NetworkCounter receiveTcp(final int flags, final long nowNs) {
        if (isTransportBad(flags)) {
            return NetworkCounter.TRANSPORT_BAD_CHECKSUM;
        }
        if (transport == null) {
            return refuseProtocol(nowNs);
        }
        final int headerLength = packet.headerLength();
        final boolean isVerified = configuration.receiveChecksum() && (flags & FrameBurst.FLAG_L4_CHECKSUM_GOOD) != 0;
        final long remote = Ipv4Address.mappedLow(packet.source());
        final long local = Ipv4Address.mappedLow(packet.destination());
        final long segment = packet.address() + headerLength;
        final int length = packet.totalLength() - headerLength;
        if (isInBurst) {
            aggregator.onSegment(0, remote, 0, local, segment, length, packet.trafficClass(), packet.timeToLive(),
                headerLength == Ipv4Flyweight.MIN_HEADER_LENGTH, isVerified, nowNs);
        } else {
            transport.onSegment(0, remote, 0, local, segment, length, packet.trafficClass(), isVerified, nowNs);
        }
        return NetworkCounter.SEGMENTS_DELIVERED;
    }

    private NetworkCounter receiveUdp(final int flags, final long nowNs) {
        if (isTransportBad(flags)) {
            return NetworkCounter.TRANSPORT_BAD_CHECKSUM;
        }
        icmp.reportUnreachable(packet, ethernet.source(), IcmpFlyweight.CODE_PORT_UNREACHABLE, nowNs);
        return NetworkCounter.UDP_RECEIVED;
    }

    private NetworkCounter refuseProtocol(final long nowNs) {
        icmp.reportUnreachable(packet, ethernet.source(), IcmpFlyweight.CODE_PROTOCOL_UNREACHABLE, nowNs);
        return NetworkCounter.IP_UNKNOWN_PROTOCOL;
    }

    private boolean isTransportBad(final int flags) {
        return configuration.receiveChecksum() && (flags & FrameBurst.FLAG_L4_CHECKSUM_BAD) != 0;
    }

    /**
     * Does what is due and writes the layer's own waiting frames.
     *
     * @param sink  for the frames; what it has no room for waits for the next poll.
     * @param nowNs the engine's time.
     * @return frames written.
     */
    public int poll(final FrameSink sink, final long nowNs) {
        arp.onTime(nowNs);
        return queue.drainTo(sink);
    }

    /**
     * When {@link #poll} is next needed.
     *
     * @return the engine's time, past when frames wait; {@link Long#MAX_VALUE} when nothing is to be done.
     */
    public long nextDeadlineNs() {
        return Math.min(arp.nextDeadlineNs(), queue.nextDeadlineNs());
    }
}
