package org.rds4j.tcp.network;

import org.rds4j.tcp.wire.ArpFlyweight;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.MacAddress;

/**
 * Address resolution (RFC 826) and the conflict rules of RFC 5227. Learns from replies to its own requests and from requests
 * for this host; a gratuitous announcement only changes what is known already.
 */
final class ArpEngine {
    private static final long DEFEND_INTERVAL_NS = 10_000_000_000L;

    private final InterfaceConfiguration configuration;
    private final OwnAddresses own;
    private final LinkHeader link;
    private final NeighbourCache neighbours;
    private final ControlQueue queue;
    private final NetworkCounters counters;
    private final ArpFlyweight received = new ArpFlyweight();
    private final ArpFlyweight arp = new ArpFlyweight();
    private boolean hasDefended;
    private long defendedNs;

    ArpEngine(
        final InterfaceConfiguration configuration,
        final OwnAddresses own,
        final LinkHeader link,
        final NeighbourCache neighbours,
        final ControlQueue queue,
        final NetworkCounters counters) {
        this.configuration = configuration;
        this.own = own;
        this.link = link;
        this.neighbours = neighbours;
        this.queue = queue;
        this.counters = counters;
    }

    /** Takes a packet, borrowed; returns what became of it. */
    NetworkCounter onPacket(final long address, final int length, final long nowNs) {
        received.wrap(address, length);
        if (length < ArpFlyweight.PACKET_LENGTH || !received.isIpv4OverEthernet()
            || !MacAddress.isStation(received.senderMac())) {
            return NetworkCounter.ARP_MALFORMED;
        }
        if (own.isOwnIpv4(received.senderAddress())) {
            return onOwnAddress(nowNs);
        }
        return switch (received.operation()) {
            case ArpFlyweight.OPERATION_REQUEST -> onRequest(nowNs);
            case ArpFlyweight.OPERATION_REPLY -> onReply(nowNs);
            default -> NetworkCounter.ARP_MALFORMED;
        };
    }

    private NetworkCounter onOwnAddress(final long nowNs) {
        if (received.senderMac() == configuration.mac()) {
            return NetworkCounter.ARP_NOT_FOR_US;
        }
        if (!hasDefended || nowNs - defendedNs >= DEFEND_INTERVAL_NS) {
            hasDefended = true;
            defendedNs = nowNs;
            announce(received.senderAddress(), nowNs);
        }
        return NetworkCounter.ARP_CONFLICT;
    }

    private NetworkCounter onRequest(final long nowNs) {
        final int sender = received.senderAddress();
        final boolean isProbe = sender == 0;
        if (!isProbe && !own.isNeighbour(0, Ipv4Address.mappedLow(sender))) {
            return NetworkCounter.ARP_MALFORMED;
        }
        if (!isProbe && sender == received.targetAddress()) {
            return onAnnouncement(nowNs);
        }
        if (!own.isOwnIpv4(received.targetAddress())) {
            return NetworkCounter.ARP_NOT_FOR_US;
        }
        if (!isProbe) {
            neighbours.onRequest(0, Ipv4Address.mappedLow(sender), received.senderMac(), nowNs);
        }
        reply(nowNs);
        return NetworkCounter.ARP_REQUEST_RECEIVED;
    }

    private NetworkCounter onReply(final long nowNs) {
        final int sender = received.senderAddress();
        if (!own.isNeighbour(0, Ipv4Address.mappedLow(sender))) {
            return NetworkCounter.ARP_MALFORMED;
        }
        if (sender == received.targetAddress()) {
            return onAnnouncement(nowNs);
        }
        if (!own.isOwnIpv4(received.targetAddress())) {
            return NetworkCounter.ARP_NOT_FOR_US;
        }
        final Neighbour neighbour = neighbours.known(0, Ipv4Address.mappedLow(sender));
        if (neighbour == null || !neighbour.awaitsReply) {
            return NetworkCounter.ARP_UNSOLICITED;
        }
        neighbours.onReply(neighbour, received.senderMac(), nowNs);
        return NetworkCounter.ARP_REPLY_RECEIVED;
    }

    private NetworkCounter onAnnouncement(final long nowNs) {
        final Neighbour neighbour = neighbours.known(0, Ipv4Address.mappedLow(received.senderAddress()));
        if (neighbour == null) {
            return NetworkCounter.ARP_NOT_FOR_US;
        }
        neighbours.onHint(neighbour, received.senderMac(), nowNs);
        return NetworkCounter.ARP_ANNOUNCEMENT_RECEIVED;
    }

    private void reply(final long nowNs) {
        emit(ArpFlyweight.OPERATION_REPLY, received.senderMac(), received.targetAddress(), received.senderMac(),
            received.senderAddress(), NetworkCounter.ARP_REPLY_SENT, nowNs);
    }

    /** Asks for a neighbour, in the name of the own address that is nearest to it. */
    void solicit(final Neighbour neighbour, final long nowNs) {
        final int sender = (int) own.sourceFor(0, neighbour.low).low;
        final long destination = neighbour.mac != 0 ? neighbour.mac : MacAddress.BROADCAST;
        emit(ArpFlyweight.OPERATION_REQUEST, destination, sender, 0, (int) neighbour.low,
            NetworkCounter.ARP_REQUEST_SENT, nowNs);
    }

    /** Tells the link who has this host's addresses (RFC 5227 section 2.3). */
    void announce(final long nowNs) {
        for (int i = 0; i < own.ipv4Count(); i++) {
            announce((int) own.ipv4(i).low, nowNs);
        }
    }

    private void announce(final int address, final long nowNs) {
        emit(ArpFlyweight.OPERATION_REQUEST, MacAddress.BROADCAST, address, 0, address,
            NetworkCounter.ARP_ANNOUNCEMENT_SENT, nowNs);
    }

    private void emit(
        final int operation,
        final long destination,
        final int senderAddress,
        final long targetMac,
        final int targetAddress,
        final NetworkCounter counter,
        final long nowNs) {
        final int length = link.length() + ArpFlyweight.PACKET_LENGTH;
        final long frame = queue.at(nowNs).claim(length);
        if (frame == 0) {
            return;
        }
        link.write(frame, destination, EthernetFlyweight.TYPE_ARP);
        arp.wrap(frame + link.length(), ArpFlyweight.PACKET_LENGTH);
        arp.ipv4OverEthernet().operation(operation);
        arp.senderMac(configuration.mac()).senderAddress(senderAddress);
        arp.targetMac(targetMac).targetAddress(targetAddress);
        queue.commit(link.pad(frame, length), link.flags());
        counters.increment(counter);
    }
}
