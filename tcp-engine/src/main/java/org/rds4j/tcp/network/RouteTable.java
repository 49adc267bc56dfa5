package org.rds4j.tcp.network;

import java.util.random.RandomGenerator;
import org.agrona.collections.Int2ObjectHashMap;
import org.rds4j.tcp.wire.Ipv4Flyweight;

/**
 * The routes that were asked for, a bounded number of them. When it is full the oldest makes room; whoever holds that one
 * goes on using it, and the next who asks gets another.
 */
final class RouteTable {
    private final InterfaceConfiguration configuration;
    private final ArpEngine arp;
    private final RandomGenerator random;
    private final NetworkCounters counters;
    private final Int2ObjectHashMap<NetworkRoute> byRemote;
    private final int[] remotes;
    private int count;
    private int oldest;

    RouteTable(
        final InterfaceConfiguration configuration,
        final ArpEngine arp,
        final RandomGenerator random,
        final NetworkCounters counters) {
        this.configuration = configuration;
        this.arp = arp;
        this.random = random;
        this.counters = counters;
        this.remotes = new int[configuration.routes()];
        this.byRemote = new Int2ObjectHashMap<>();
    }

    NetworkRoute route(final long remoteHigh, final long remoteLow) {
        if (!Ipv4Address.isMapped(remoteHigh, remoteLow)) {
            return unreachable(remoteHigh, remoteLow);
        }
        final int remote = (int) remoteLow;
        final NetworkRoute known = byRemote.get(remote);
        if (known != null) {
            return known;
        }
        final NetworkRoute route = create(remote);
        keep(remote, route);
        return route;
    }

    private NetworkRoute create(final int remote) {
        final int nextHop = configuration.isOnLink(remote) ? remote : configuration.gateway();
        final boolean isWayThere = nextHop != 0 && remote != configuration.address()
            && Ipv4Address.isHost(remote) && configuration.isNeighbour(nextHop);
        return isWayThere
            ? new Ipv4Route(configuration, arp, remote, nextHop, random.nextInt())
            : unreachable(0, Ipv4Address.mappedLow(remote));
    }

    private NetworkRoute unreachable(final long remoteHigh, final long remoteLow) {
        counters.increment(NetworkCounter.NO_ROUTE);
        return new UnreachableRoute(Ipv4Address.mappedLow(configuration.address()), remoteHigh, remoteLow,
            configuration.mtu() - Ipv4Flyweight.MIN_HEADER_LENGTH);
    }

    private void keep(final int remote, final NetworkRoute route) {
        if (count == remotes.length) {
            byRemote.remove(remotes[oldest]);
            counters.increment(NetworkCounter.ROUTE_EVICTED);
        } else {
            count++;
        }
        remotes[oldest] = remote;
        oldest = oldest + 1 == remotes.length ? 0 : oldest + 1;
        byRemote.put(remote, route);
    }
}
