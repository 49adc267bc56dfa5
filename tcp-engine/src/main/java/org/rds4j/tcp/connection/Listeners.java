package org.rds4j.tcp.connection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.agrona.collections.Int2ObjectHashMap;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.steering.FlowOwner;
import org.rds4j.tcp.table.FourTuple;

/** The ports that listen, each with the handshakes that peers have begun with it. One thread. */
final class Listeners {
    private final TcpConfiguration configuration;
    private final ConnectionSettings defaults;
    private final LaneEmission lanes;
    private final Handshakes handshakes;
    private final RandomGenerator random;
    private final Int2ObjectHashMap<ListenerPort> byPort = new Int2ObjectHashMap<>();
    private final List<ListenerPort> all = new ArrayList<>();
    private FlowOwner owner = FlowOwner.ALL;

    Listeners(
        final TcpConfiguration configuration, final ConnectionSettings defaults, final LaneEmission lanes,
        final Handshakes handshakes, final RandomGenerator random) {
        this.configuration = configuration;
        this.defaults = defaults;
        this.lanes = lanes;
        this.handshakes = handshakes;
        this.random = random;
    }

    ListenerPort open(final int port, final int lane, final int dscp, final TcpAcceptor acceptor) {
        if (byPort.containsKey(port)) {
            throw new IllegalStateException("port " + port + " is listened on already: close that listener or choose another");
        }
        final ListenerPort listener = new ListenerPort(
            this, port, lane, dscp, acceptor,
            new HalfOpenTable(configuration.backlog(), configuration.synAckRetries(), random), defaults);
        listener.halfOpen.owner(owner);
        byPort.put(port, listener);
        all.add(listener);
        lanes.openAnswers(lane);
        return listener;
    }

    /** Says who is told of handshakes that begin and end, with every listener; none has begun yet. */
    void owner(final FlowOwner flowOwner) {
        owner = flowOwner;
        all.forEach(listener -> listener.halfOpen.owner(flowOwner));
    }

    void close(final ListenerPort listener) {
        if (byPort.get(listener.port()) == listener) {
            byPort.remove(listener.port());
            all.remove(listener);
            handshakes.closeAll(listener);
        }
    }

    /** The listener of a port, or null. */
    ListenerPort at(final int port) {
        return byPort.get(port);
    }

    /** Whether a handshake of this tuple is under way. */
    boolean hasHalfOpen(
        final int interfaceId, final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        final ListenerPort listener = byPort.get(localPort);
        return listener != null && listener.halfOpen.find(
            interfaceId, remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort) != null;
    }

    boolean hasCookie(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort, final int sequence, final int acknowledgement, final long nowNs) {
        final ListenerPort listener = byPort.get(localPort);
        return listener != null && handshakes.isCookie(
            listener, remoteHigh, remoteLow, localHigh, localLow, remotePort, sequence, acknowledgement, nowNs);
    }

    long cookiesExpireNs() {
        long lastNs = Long.MIN_VALUE / 2;
        for (int i = 0; i < all.size(); i++) {
            lastNs = Math.max(lastNs, all.get(i).lastCookieNs);
        }
        return lastNs + SynCookies.LIFE_NS;
    }

    void forEachHalfOpen(final Consumer<FourTuple> action) {
        all.forEach(listener -> listener.halfOpen.forEach(action));
    }

    /** Repeats or gives up handshakes that are due; returns how many were. */
    int onTime(final long nowNs) {
        int expired = 0;
        for (int i = 0; i < all.size(); i++) {
            expired += handshakes.onTime(all.get(i), nowNs);
        }
        return expired;
    }

    long nextDeadlineNs() {
        long next = Long.MAX_VALUE;
        for (int i = 0; i < all.size(); i++) {
            next = Math.min(next, all.get(i).halfOpen.nextDeadlineNs());
        }
        return next;
    }
}
