package org.rds4j.tcp.network;

import java.util.random.RandomGenerator;

/**
 * The neighbours of one interface and their states (RFC 4861 section 7.3.2), for ARP and IPv6 neighbour discovery alike. The
 * two protocols ask when told to and report what they hear; what follows from it is decided here, once.
 */
final class NeighbourCache {
    /** Asks for a neighbour on the link. */
    @FunctionalInterface
    interface Solicitor {
        /** Sends one request, to the neighbour's station when that is known, otherwise to all. */
        void solicit(Neighbour neighbour, long nowNs);
    }

    static final long STALE_LIFETIME_NS = 600_000_000_000L;
    static final long OVERHEARD_LIFETIME_NS = 60_000_000_000L;
    static final long FAILED_LIFETIME_NS = 60_000_000_000L;

    /** Least time between two walks through the table. */
    private static final long TICK_NS = 10_000_000L;

    private final NetworkTuning tuning;
    private final RandomGenerator random;
    private final NetworkCounters counters;
    private final NeighbourTable table;
    private Solicitor ipv4Solicitor;
    private Solicitor ipv6Solicitor;
    private long nextDeadlineNs = Long.MAX_VALUE;
    private long nextWalkNs = Long.MIN_VALUE;

    NeighbourCache(
        final int capacity, final NetworkTuning tuning, final RandomGenerator random, final NetworkCounters counters) {
        this.tuning = tuning;
        this.random = random;
        this.counters = counters;
        this.table = new NeighbourTable(capacity, random.nextLong(), counters);
    }

    /** Sets who asks; once, before the first neighbour. */
    void solicitors(final Solicitor ipv4, final Solicitor ipv6) {
        ipv4Solicitor = ipv4;
        ipv6Solicitor = ipv6;
    }

    /** The neighbour with that address if it is known, or null. */
    Neighbour known(final long high, final long low) {
        return table.get(high, low);
    }

    /** The neighbour with that address, asked for from now on if it was unknown; null when the table has no room for it. */
    Neighbour neighbour(final long high, final long low, final long nowNs) {
        final Neighbour known = table.get(high, low);
        if (known != null) {
            return known;
        }
        final Neighbour added = table.addWanted(high, low, nowNs);
        if (added != null) {
            resolve(added, nowNs);
        }
        return added;
    }

    /** Notes that a packet is about to go to the neighbour; true when its link address is known. */
    boolean use(final Neighbour neighbour, final long nowNs) {
        table.use(neighbour, nowNs);
        switch (neighbour.state) {
            case STALE -> enter(neighbour, Neighbour.State.DELAY, nowNs + tuning.neighbourDelayNs());
            case FAILED -> {
                if (nowNs - neighbour.requestedNs >= tuning.neighbourRetransmitNs()) {
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
        if (neighbour.requests < tuning.neighbourRequests()) {
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
        final long baseNs = tuning.neighbourReachableNs();
        neighbour.reachableNs = baseNs / 2 + random.nextLong(baseNs);
        enter(neighbour, Neighbour.State.REACHABLE, nowNs + neighbour.reachableNs);
    }

    private void enter(final Neighbour neighbour, final Neighbour.State state, final long deadlineNs) {
        neighbour.state = state;
        neighbour.deadlineNs = deadlineNs;
        nextDeadlineNs = Math.min(nextDeadlineNs, Math.max(deadlineNs, nextWalkNs));
    }

    /** The neighbour answered what it was asked. */
    void onReply(final Neighbour neighbour, final long mac, final long nowNs) {
        neighbour.awaitsReply = false;
        neighbour.mac = mac;
        reachable(neighbour, nowNs);
    }

    /** A host that spoke to this one said what its station is; it is taken in if it is new and there is room. */
    void onRequest(final long high, final long low, final long mac, final long nowNs) {
        final Neighbour known = table.get(high, low);
        if (known != null) {
            onHint(known, mac, nowNs);
            return;
        }
        final Neighbour added = table.addOverheard(high, low, nowNs);
        if (added != null) {
            added.mac = mac;
            enter(added, Neighbour.State.STALE, nowNs + OVERHEARD_LIFETIME_NS);
        }
    }

    /** What a neighbour says of itself unasked is taken as a hint, to be verified on use. */
    void onHint(final Neighbour neighbour, final long mac, final long nowNs) {
        if (neighbour.mac != mac) {
            neighbour.mac = mac;
            enter(neighbour, Neighbour.State.STALE, nowNs + STALE_LIFETIME_NS);
        }
    }

    /** The neighbour's known station is in doubt: it is used on, and verified (RFC 4861 section 7.2.5). */
    void onDoubt(final Neighbour neighbour, final long nowNs) {
        if (neighbour.state == Neighbour.State.REACHABLE) {
            enter(neighbour, Neighbour.State.STALE, nowNs + STALE_LIFETIME_NS);
        }
    }

    private void request(final Neighbour neighbour, final long nowNs) {
        neighbour.requests++;
        neighbour.requestedNs = nowNs;
        neighbour.awaitsReply = true;
        enter(neighbour, neighbour.state, nowNs + tuning.neighbourRetransmitNs());
        final boolean isIpv4 = Ipv4Address.isMapped(neighbour.high, neighbour.low);
        (isIpv4 ? ipv4Solicitor : ipv6Solicitor).solicit(neighbour, nowNs);
    }
}
