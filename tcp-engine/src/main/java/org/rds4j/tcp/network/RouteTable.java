package org.rds4j.tcp.network;

/**
 * The routes that were asked for in the name of one own address, a bounded number of them. When it is full the oldest makes
 * room that nobody needs, and leads to the new host from then on: strangers, of whom there may be any number, cost no memory and
 * drive out nothing but each other. If the oldest are all needed, the very oldest goes; whoever holds it goes on using it, and
 * the next who asks gets another.
 */
final class RouteTable {
    /** How many of the oldest are looked at. */
    private static final int MOST_LOOKED_AT = 16;

    private final AddressTable<KeptRoute> byRemote;
    private final KeptRoute[] routes;
    private final NetworkCounters counters;
    private int count;
    private int oldest;

    RouteTable(final int capacity, final long seed, final NetworkCounters counters) {
        this.routes = new KeptRoute[capacity];
        this.byRemote = new AddressTable<>(capacity, seed);
        this.counters = counters;
    }

    /** The route that is kept for a host, or null. */
    KeptRoute get(final long remoteHigh, final long remoteLow) {
        return byRemote.get(remoteHigh, remoteLow);
    }

    /** Makes room for one route; returns one that is not needed any more, to be used again, or null. */
    KeptRoute makeRoom() {
        if (count < routes.length) {
            return null;
        }
        for (int looked = 0; looked < Math.min(MOST_LOOKED_AT, count); looked++) {
            if (!routes[oldest].isNeeded()) {
                return evict();
            }
            oldest = next(oldest);
        }
        evict();
        return null;
    }

    private KeptRoute evict() {
        final KeptRoute route = routes[oldest];
        byRemote.remove(route.high(), route.low());
        counters.increment(NetworkCounter.ROUTE_EVICTED);
        count--;
        return route;
    }

    /** Keeps a route whose host has none here, after {@link #makeRoom}. */
    void keep(final KeptRoute route) {
        routes[oldest] = route;
        oldest = next(oldest);
        count++;
        byRemote.add(route);
    }

    private int next(final int index) {
        return index + 1 == routes.length ? 0 : index + 1;
    }
}
