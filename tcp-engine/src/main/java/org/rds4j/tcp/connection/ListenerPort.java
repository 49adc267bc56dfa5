package org.rds4j.tcp.connection;

import java.util.Objects;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpListener;

/** A port that listens. */
final class ListenerPort implements TcpListener {
    final int lane;
    final int dscp;
    final TcpAcceptor acceptor;
    final HalfOpenTable halfOpen;
    int maxSegmentSize = ConnectionSettings.ANY_SEGMENT_SIZE;
    /** When the last cookie was sent: no other time can one come back. */
    long lastCookieNs = Long.MIN_VALUE / 2;
    private final Listeners listeners;
    private final int port;

    ListenerPort(
        final Listeners listeners, final int port, final int lane, final int dscp, final TcpAcceptor acceptor,
        final HalfOpenTable halfOpen) {
        this.listeners = listeners;
        this.port = port;
        this.lane = lane;
        this.dscp = dscp;
        this.acceptor = acceptor;
        this.halfOpen = halfOpen;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public int halfOpen() {
        return halfOpen.size();
    }

    @Override
    public void maxSegmentSize(final int octets) {
        maxSegmentSize = Objects.checkIndex(octets - 1, ConnectionSettings.ANY_SEGMENT_SIZE) + 1;
    }

    @Override
    public void close() {
        listeners.close(this);
    }
}
