package org.rds4j.tcp.network;

/**
 * The routes that were asked for in the name of one own address, a bounded number of them. When it is full the oldest makes
 * room; whoever holds that one goes on using it, and the next who asks gets another.
 */
final class RouteTable {
    private final AddressTable<Slot> byRemote;
    private final Slot[] slots;
    private final NetworkCounters counters;
    private int count;
    private int oldest;

    RouteTable(final int capacity, final long seed, final NetworkCounters counters) {
        this.slots = new Slot[capacity];
        this.byRemote = new AddressTable<>(capacity, seed);
        this.counters = counters;
    }

    /** The route that is kept for a host, or null. */
    NetworkRoute get(final long remoteHigh, final long remoteLow) {
        final Slot slot = byRemote.get(remoteHigh, remoteLow);
        return slot == null ? null : slot.route;
    }

    /** Keeps a route whose host has none here. */
    void keep(final NetworkRoute route) {
        if (count == slots.length) {
            byRemote.remove(slots[oldest].high(), slots[oldest].low());
            counters.increment(NetworkCounter.ROUTE_EVICTED);
        } else {
            count++;
        }
        final Slot slot = new Slot(route);
        slots[oldest] = slot;
        oldest = oldest + 1 == slots.length ? 0 : oldest + 1;
        byRemote.add(slot);
    }

    /** A route under its remote address. */
    private record Slot(NetworkRoute route) implements AddressTable.Entry {
        @Override
        public long high() {
            return route.remoteHigh();
        }

        @Override
        public long low() {
            return route.remoteLow();
        }
    }
}
