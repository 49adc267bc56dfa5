package org.rds4j.tcp.network;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.wire.ArpFlyweight;
import org.rds4j.tcp.wire.EthernetFlyweight;
import org.rds4j.tcp.wire.MacAddress;

/**
 * Address resolution (RFC 826) with the neighbour states of RFC 4861 and the conflict rules of RFC 5227. Learns from replies
 * to its own requests and from requests for this host; a gratuitous announcement only changes what is known already.
 */
final class ArpEngine {
    static final long REQUEST_INTERVAL_NS = 1_000_000_000L;
    static final long DELAY_NS = 5_000_000_000L;
    static final long REACHABLE_BASE_NS = 30_000_000_000L;
    static final long STALE_LIFETIME_NS = 600_000_000_000L;
    static final long OVERHEARD_LIFETIME_NS = 60_000_000_000L;
    static final long FAILED_LIFETIME_NS = 60_000_000_000L;
    static final int MAX_REQUESTS = 3;

    private static final long DEFEND_INTERVAL_NS = 10_000_000_000L;
    /** Least time between two walks through the table. */
    private static final long TICK_NS = 10_000_000L;
    private static final int FRAME_LENGTH = EthernetFlyweight.HEADER_LENGTH + ArpFlyweight.PACKET_LENGTH;

    private final InterfaceConfiguration configuration;
    private final ControlQueue queue;
    private final RandomGenerator random;
    private final NetworkCounters counters;
    private final NeighbourTable table;
    private final ArpFlyweight received = new ArpFlyweight();
    private final EthernetFlyweight ethernet = new EthernetFlyweight();
    private final ArpFlyweight arp = new ArpFlyweight();
    private long nextDeadlineNs = Long.MAX_VALUE;
    private long nextWalkNs = Long.MIN_VALUE;
    private boolean hasDefended;
    private long defendedNs;

    ArpEngine(
        final InterfaceConfiguration configuration,
        final ControlQueue queue,
        final RandomGenerator random,
        final NetworkCounters counters) {
        this.configuration = configuration;
        this.queue = queue;
        this.random = random;
        this.counters = counters;
        this.table = new NeighbourTable(configuration.neighbours(), counters);
    }

    NeighbourTable table() {
        return table;
    }

    /** The neighbour with that address, asked for from now on if it was unknown; null when the table has no room for it. */
    Neighbour neighbour(final int address, final long nowNs) {
        final Neighbour known = table.get(address);
        if (known != null) {
            return known;
        }
        final Neighbour added = table.addWanted(address, nowNs);
        if (added != null) {
            resolve(added, nowNs);
        }
        return added;
    }

    /** Notes that a packet is about to go to the neighbour; true when its link address is known. */
    boolean use(final Neighbour neighbour, final long nowNs) {
        table.use(neighbour, nowNs);
        switch (neighbour.state) {
            case STALE -> enter(neighbour, Neighbour.State.DELAY, nowNs + DELAY_NS);
            case FAILED -> {
                if (nowNs - neighbour.requestedNs >= REQUEST_INTERVAL_NS) {
                    resolve(neighbour, nowNs);
                }
            }
            default -> {
                // The others go on as they are.
            }
        }
        return neighbour.mac != 0;
    }

    /** Upper layers had an answer from behind the neighbour. */
    void confirm(final Neighbour neighbour, final long nowNs) {
        switch (neighbour.state) {
            case REACHABLE -> neighbour.confirmedNs = nowNs;
            case STALE, DELAY, PROBE -> reachable(neighbour, nowNs);
            default -> {
                // Without a link address there is nothing to confirm.
            }
        }
    }

    long nextDeadlineNs() {
        return nextDeadlineNs;
    }

    void onTime(final long nowNs) {
        if (nowNs < nextDeadlineNs) {
            return;
        }
        long earliestNs = Long.MAX_VALUE;
        for (int i = 0; i < table.capacity(); i++) {
            final Neighbour neighbour = table.slot(i);
            if (neighbour.state != Neighbour.State.FREE && neighbour.deadlineNs <= nowNs) {
                expire(neighbour, nowNs);
            }
            if (neighbour.state != Neighbour.State.FREE) {
                earliestNs = Math.min(earliestNs, neighbour.deadlineNs);
            }
        }
        nextWalkNs = nowNs + TICK_NS;
        nextDeadlineNs = Math.max(earliestNs, nextWalkNs);
    }

    private void expire(final Neighbour neighbour, final long nowNs) {
        switch (neighbour.state) {
            case INCOMPLETE, PROBE -> askAgain(neighbour, nowNs);
            case REACHABLE -> grow(neighbour, nowNs);
            case DELAY -> {
                neighbour.requests = 0;
                neighbour.state = Neighbour.State.PROBE;
                request(neighbour, nowNs);
            }
            default -> table.remove(neighbour);
        }
    }

    private void askAgain(final Neighbour neighbour, final long nowNs) {
        if (neighbour.requests < MAX_REQUESTS) {
            request(neighbour, nowNs);
            return;
        }
        neighbour.mac = 0;
        enter(neighbour, Neighbour.State.FAILED, nowNs + FAILED_LIFETIME_NS);
        counters.increment(NetworkCounter.NEIGHBOUR_FAILED);
    }

    private void grow(final Neighbour neighbour, final long nowNs) {
        final long untilNs = neighbour.confirmedNs + neighbour.reachableNs;
        if (untilNs > nowNs) {
            enter(neighbour, Neighbour.State.REACHABLE, untilNs);
        } else {
            enter(neighbour, Neighbour.State.STALE, nowNs + STALE_LIFETIME_NS);
        }
    }

    private void resolve(final Neighbour neighbour, final long nowNs) {
        neighbour.requests = 0;
        neighbour.mac = 0;
        neighbour.state = Neighbour.State.INCOMPLETE;
        request(neighbour, nowNs);
    }

    private void reachable(final Neighbour neighbour, final long nowNs) {
        neighbour.confirmedNs = nowNs;
        neighbour.reachableNs = REACHABLE_BASE_NS / 2 + random.nextLong(REACHABLE_BASE_NS);
        enter(neighbour, Neighbour.State.REACHABLE, nowNs + neighbour.reachableNs);
    }

    private void enter(final Neighbour neighbour, final Neighbour.State state, final long deadlineNs) {
        neighbour.state = state;
        neighbour.deadlineNs = deadlineNs;
        nextDeadlineNs = Math.min(nextDeadlineNs, Math.max(deadlineNs, nextWalkNs));
    }

    /** Takes a packet, borrowed; returns what became of it. */
    NetworkCounter onPacket(final long address, final int length, final long nowNs) {
        received.wrap(address, length);
        if (length < ArpFlyweight.PACKET_LENGTH || !received.isIpv4OverEthernet()
            || !MacAddress.isStation(received.senderMac())) {
            return NetworkCounter.ARP_MALFORMED;
        }
        if (received.senderAddress() == configuration.address()) {
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
            announce(nowNs);
        }
        return NetworkCounter.ARP_CONFLICT;
    }

    private NetworkCounter onRequest(final long nowNs) {
        final int sender = received.senderAddress();
        final boolean isProbe = sender == 0;
        if (!isProbe && !configuration.isNeighbour(sender)) {
            return NetworkCounter.ARP_MALFORMED;
        }
        if (!isProbe && sender == received.targetAddress()) {
            return onAnnouncement(nowNs);
        }
        if (received.targetAddress() != configuration.address()) {
            return NetworkCounter.ARP_NOT_FOR_US;
        }
        if (!isProbe) {
            learnFromRequest(sender, nowNs);
        }
        reply(nowNs);
        return NetworkCounter.ARP_REQUEST_RECEIVED;
    }

    private NetworkCounter onReply(final long nowNs) {
        final int sender = received.senderAddress();
        if (!configuration.isNeighbour(sender)) {
            return NetworkCounter.ARP_MALFORMED;
        }
        if (sender == received.targetAddress()) {
            return onAnnouncement(nowNs);
        }
        if (received.targetAddress() != configuration.address()) {
            return NetworkCounter.ARP_NOT_FOR_US;
        }
        final Neighbour neighbour = table.get(sender);
        if (neighbour == null || !neighbour.awaitsReply) {
            return NetworkCounter.ARP_UNSOLICITED;
        }
        neighbour.awaitsReply = false;
        neighbour.mac = received.senderMac();
        reachable(neighbour, nowNs);
        return NetworkCounter.ARP_REPLY_RECEIVED;
    }

    private NetworkCounter onAnnouncement(final long nowNs) {
        final Neighbour neighbour = table.get(received.senderAddress());
        if (neighbour == null) {
            return NetworkCounter.ARP_NOT_FOR_US;
        }
        update(neighbour, nowNs);
        return NetworkCounter.ARP_ANNOUNCEMENT_RECEIVED;
    }

    private void learnFromRequest(final int sender, final long nowNs) {
        final Neighbour known = table.get(sender);
        if (known != null) {
            update(known, nowNs);
            return;
        }
        final Neighbour added = table.addOverheard(sender, nowNs);
        if (added != null) {
            added.mac = received.senderMac();
            enter(added, Neighbour.State.STALE, nowNs + OVERHEARD_LIFETIME_NS);
        }
    }

    /** What a neighbour says of itself unasked is taken as a hint, to be verified on use. */
    private void update(final Neighbour neighbour, final long nowNs) {
        if (neighbour.mac != received.senderMac()) {
            neighbour.mac = received.senderMac();
            enter(neighbour, Neighbour.State.STALE, nowNs + STALE_LIFETIME_NS);
        }
    }

    private void request(final Neighbour neighbour, final long nowNs) {
        neighbour.requests++;
        neighbour.requestedNs = nowNs;
        neighbour.awaitsReply = true;
        enter(neighbour, neighbour.state, nowNs + REQUEST_INTERVAL_NS);
        final long destination = neighbour.mac != 0 ? neighbour.mac : MacAddress.BROADCAST;
        emit(ArpFlyweight.OPERATION_REQUEST, destination, 0, neighbour.address,
            NetworkCounter.ARP_REQUEST_SENT, nowNs);
    }

    private void reply(final long nowNs) {
        emit(ArpFlyweight.OPERATION_REPLY, received.senderMac(), received.senderMac(), received.senderAddress(),
            NetworkCounter.ARP_REPLY_SENT, nowNs);
    }

    /** Tells the link who has this host's address (RFC 5227 section 2.3). */
    void announce(final long nowNs) {
        emit(ArpFlyweight.OPERATION_REQUEST, MacAddress.BROADCAST, 0, configuration.address(),
            NetworkCounter.ARP_ANNOUNCEMENT_SENT, nowNs);
    }

    private void emit(
        final int operation,
        final long destination,
        final long targetMac,
        final int targetAddress,
        final NetworkCounter counter,
        final long nowNs) {
        final long frame = queue.at(nowNs).claim(FRAME_LENGTH);
        if (frame == 0) {
            return;
        }
        ethernet.wrap(frame, FRAME_LENGTH);
        ethernet.destination(destination).source(configuration.mac()).type(EthernetFlyweight.TYPE_ARP);
        arp.wrap(frame + EthernetFlyweight.HEADER_LENGTH, ArpFlyweight.PACKET_LENGTH);
        arp.ipv4OverEthernet().operation(operation);
        arp.senderMac(configuration.mac()).senderAddress(configuration.address());
        arp.targetMac(targetMac).targetAddress(targetAddress);
        queue.commit(FRAME_LENGTH, 0);
        counters.increment(counter);
    }
}
