package org.rds4j.tcp.network;

import java.util.List;
import java.util.random.RandomGenerator;
import org.agrona.collections.Int2ObjectHashMap;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.NetworkOrder;

/**
 * Ethernet, VLAN tags, ARP, neighbour discovery, IPv4, IPv6 and ICMP on one link: one interface, or several that differ by
 * their tags. Sans I/O: frames come in by {@link #onFrame}, its own ARP, ND and ICMP frames leave by {@link #poll}, and TCP
 * sends through the routes of {@link #route}. Used by the engine's thread only. Nothing but the routes, and an address that a
 * router gives, allocates; nothing throws.
 */
public final class NetworkLayer {
    /** What {@link #onFrame} is told of a stripped tag when nothing is known of it. */
    private static final int UNKNOWN_TCI = -1;

    private final NetworkCounters counters;
    private final NetworkInterface[] interfaces;
    private final Int2ObjectHashMap<NetworkInterface> byTags = new Int2ObjectHashMap<>();
    private final EthernetFlyweight ethernet = new EthernetFlyweight();

    /**
     * A layer of one interface, without a transport: it answers ARP and echo requests, and reports TCP as unreachable.
     *
     * @param configuration of the interface.
     * @param random        for packet identifications and the spread of timers; not used for secrets.
     * @param counters      to be written.
     */
    public NetworkLayer(
        final InterfaceConfiguration configuration, final RandomGenerator random, final NetworkCounters counters) {
        this(List.of(configuration), random, counters);
    }

    /**
     * A layer of several interfaces on one link; the number of an interface is its place in the list.
     *
     * @param configurations one at least, no two with the same tags.
     * @param random         as above.
     * @param counters       to be written, for all interfaces together.
     * @throws IllegalArgumentException when there is none, or tags occur twice.
     */
    public NetworkLayer(
        final List<InterfaceConfiguration> configurations, final RandomGenerator random, final NetworkCounters counters) {
        if (configurations.isEmpty()) {
            throw new IllegalArgumentException("a network layer needs an interface");
        }
        this.counters = counters;
        this.interfaces = new NetworkInterface[configurations.size()];
        for (int i = 0; i < interfaces.length; i++) {
            interfaces[i] = new NetworkInterface(i, configurations.get(i), random, counters);
            if (byTags.put(configurations.get(i).vlan().key(), interfaces[i]) != null) {
                throw new IllegalArgumentException("two interfaces have the same tags: " + configurations.get(i).vlan());
            }
        }
    }

    /**
     * Sets who takes TCP segments and errors about them; once, before the first frame.
     *
     * @param handler the TCP engine, retained.
     */
    public void transport(final TransportHandler handler) {
        for (final NetworkInterface each : interfaces) {
            each.transport(handler);
        }
    }

    /**
     * The first interface.
     *
     * @return its configuration.
     */
    public InterfaceConfiguration configuration() {
        return interfaces[0].configuration();
    }

    /**
     * The route to a host, made when it is first asked for; a host without a way to it gets a route that never resolves.
     * Makes an object when the route is not at hand, so it belongs where connections begin. Of several interfaces the first
     * that has the host on its link serves, otherwise the first with a gateway.
     *
     * @param remoteHigh bits 127..64 of the host's address.
     * @param remoteLow  bits 63..0 of the host's address.
     * @return the route, never null, to be kept by the connection.
     */
    public NetworkRoute route(final long remoteHigh, final long remoteLow) {
        for (final NetworkInterface each : interfaces) {
            if (each.isOnLink(remoteHigh, remoteLow)) {
                return each.route(remoteHigh, remoteLow);
            }
        }
        for (final NetworkInterface each : interfaces) {
            if (each.hasWayTo(remoteHigh, remoteLow)) {
                return each.route(remoteHigh, remoteLow);
            }
        }
        return interfaces[0].route(remoteHigh, remoteLow);
    }

    /**
     * The route by which a host is answered: by the interface it came by, in the name of the address it spoke to.
     *
     * @param interfaceId place of the interface in the list.
     * @param localHigh   bits 127..64 of the own address.
     * @param localLow    bits 63..0 of the own address.
     * @param remoteHigh  bits 127..64 of the host's address.
     * @param remoteLow   bits 63..0 of the host's address.
     * @return the route, never null; who remembers it beyond the segment at hand must {@link NetworkRoute#hold} it.
     */
    public NetworkRoute replyRoute(
        final int interfaceId, final long localHigh, final long localLow, final long remoteHigh, final long remoteLow) {
        return interfaces[interfaceId].replyRoute(localHigh, localLow, remoteHigh, remoteLow);
    }

    /**
     * Tells the link this host's station address, so that neighbours with an old one learn the new one (RFC 5227
     * section 2.3, RFC 4861 section 7.2.6). Worth doing once when the link comes up.
     *
     * @param nowNs the engine's time.
     */
    public void announce(final long nowNs) {
        for (final NetworkInterface each : interfaces) {
            each.announce(nowNs);
        }
    }

    /**
     * Takes all frames of a burst in order, with consecutive segments of a connection in one pass of the stack where
     * {@link InterfaceConfiguration#aggregation()} is on. A tag that the device has stripped counts as if it stood in the frame.
     *
     * @param frames received; borrowed, and the caller's to release afterwards.
     * @param nowNs  the engine's time.
     */
    public void onBurst(final FrameBurst frames, final long nowNs) {
        for (final NetworkInterface each : interfaces) {
            each.beginBurst();
        }
        for (int i = 0; i < frames.count(); i++) {
            onFrame(frames.address(i), frames.length(i), frames.flags(i), frames.vlanTci(i), nowNs);
        }
        for (final NetworkInterface each : interfaces) {
            each.endBurst(nowNs);
        }
    }

    /**
     * Takes a received frame of which no tag was stripped; one that says otherwise is dropped.
     *
     * @param address   of its first octet; the memory is borrowed for the call.
     * @param length    octets, FCS excluded.
     * @param linkFlags {@code FrameBurst.FLAG_} bits of the frame.
     * @param nowNs     the engine's time.
     */
    public void onFrame(final long address, final int length, final int linkFlags, final long nowNs) {
        onFrame(address, length, linkFlags, UNKNOWN_TCI, nowNs);
    }

    /**
     * Takes a received frame.
     *
     * @param address   of its first octet; the memory is borrowed for the call.
     * @param length    octets, FCS excluded.
     * @param linkFlags {@code FrameBurst.FLAG_} bits of the frame.
     * @param vlanTci   control information of a stripped tag, valid with {@code FrameBurst.FLAG_VLAN}.
     * @param nowNs     the engine's time.
     */
    public void onFrame(final long address, final int length, final int linkFlags, final int vlanTci, final long nowNs) {
        counters.increment(NetworkCounter.FRAMES_RECEIVED);
        counters.increment(receive(address, length, linkFlags, vlanTci, nowNs));
    }

    private NetworkCounter receive(
        final long address, final int length, final int flags, final int vlanTci, final long nowNs) {
        if (length < EthernetFlyweight.HEADER_LENGTH) {
            return NetworkCounter.FRAME_TOO_SHORT;
        }
        ethernet.wrap(address, length);
        final int type = ethernet.type();
        final boolean isStripped = (flags & FrameBurst.FLAG_VLAN) != 0;
        final boolean isTagged = type == EthernetFlyweight.TYPE_VLAN || type == EthernetFlyweight.TYPE_SERVICE_VLAN;
        if (!isStripped && !isTagged) {
            return deliver(VlanTags.NONE.key(), type, EthernetFlyweight.HEADER_LENGTH, flags, nowNs);
        }
        if (isStripped && vlanTci == UNKNOWN_TCI) {
            return NetworkCounter.FRAME_TAGGED;
        }
        return receiveTagged(isStripped ? vlanTci & EthernetFlyweight.VLAN_ID_MASK : UNKNOWN_TCI, flags, nowNs);
    }

    /** Reads one S-tag and one C-tag, in that order; an outer one may have been stripped, and says not of which kind it was. */
    private NetworkCounter receiveTagged(final int stripped, final int flags, final long nowNs) {
        final int length = ethernet.length();
        int header = EthernetFlyweight.HEADER_LENGTH;
        int type = ethernet.type();
        int serviceId = 0;
        int id = 0;
        if (stripped == UNKNOWN_TCI && type == EthernetFlyweight.TYPE_SERVICE_VLAN) {
            header += EthernetFlyweight.VLAN_TAG_LENGTH;
            if (length < header) {
                return NetworkCounter.FRAME_TOO_SHORT;
            }
            serviceId = idBefore(header);
            type = typeBefore(header);
        }
        if (type == EthernetFlyweight.TYPE_VLAN) {
            header += EthernetFlyweight.VLAN_TAG_LENGTH;
            if (length < header) {
                return NetworkCounter.FRAME_TOO_SHORT;
            }
            id = idBefore(header);
            type = typeBefore(header);
            serviceId = stripped == UNKNOWN_TCI ? serviceId : stripped;
        } else if (stripped != UNKNOWN_TCI) {
            id = stripped;
        }
        final boolean isTaggedOn = type == EthernetFlyweight.TYPE_VLAN || type == EthernetFlyweight.TYPE_SERVICE_VLAN;
        return isTaggedOn ? NetworkCounter.FRAME_TAGGED : deliver(VlanTags.key(serviceId, id), type, header, flags, nowNs);
    }

    private int idBefore(final int header) {
        return NetworkOrder.getShort(ethernet.address() + header - EthernetFlyweight.VLAN_TAG_LENGTH)
            & EthernetFlyweight.VLAN_ID_MASK;
    }

    private int typeBefore(final int header) {
        return NetworkOrder.getShort(ethernet.address() + header - 2);
    }

    private NetworkCounter deliver(final int tags, final int type, final int header, final int flags, final long nowNs) {
        final NetworkInterface target = interfaces.length == 1 && interfaces[0].configuration().vlan().key() == tags
            ? interfaces[0] : byTags.get(tags);
        if (target == null) {
            return NetworkCounter.FRAME_TAGGED;
        }
        return target.receive(
            ethernet.destination(), ethernet.source(), type, ethernet.address() + header, ethernet.length() - header,
            flags, nowNs);
    }

    /**
     * Does what is due and writes the layer's own waiting frames.
     *
     * @param sink  for the frames; what it has no room for waits for the next poll.
     * @param nowNs the engine's time.
     * @return frames written.
     */
    public int poll(final FrameSink sink, final long nowNs) {
        int frames = 0;
        for (final NetworkInterface each : interfaces) {
            frames += each.poll(sink, nowNs);
        }
        return frames;
    }

    /**
     * When {@link #poll} is next needed.
     *
     * @return the engine's time, past when frames wait; {@link Long#MAX_VALUE} when nothing is to be done.
     */
    public long nextDeadlineNs() {
        long earliestNs = Long.MAX_VALUE;
        for (final NetworkInterface each : interfaces) {
            earliestNs = Math.min(earliestNs, each.nextDeadlineNs());
        }
        return earliestNs;
    }
}
