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
    /** Of the connections to be accepted. */
    ConnectionSettings settings;
    /** When the last cookie was sent: no other time can one come back. */
    long lastCookieNs = Long.MIN_VALUE / 2;
    private final Listeners listeners;
    private final int port;

    ListenerPort(
        final Listeners listeners, final int port, final int lane, final int dscp, final TcpAcceptor acceptor,
        final HalfOpenTable halfOpen, final ConnectionSettings settings) {
        this.listeners = listeners;
        this.port = port;
        this.lane = lane;
        this.dscp = dscp;
        this.acceptor = acceptor;
        this.halfOpen = halfOpen;
        this.settings = settings;
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
        Objects.checkIndex(octets - 1, ConnectionSettings.ANY_SEGMENT_SIZE);
        settings = settings.withMaxSegmentSize(octets);
    }

    @Override
    public void close() {
        listeners.close(this);
    }
}
