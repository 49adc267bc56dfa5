package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpListener;

/** A port that listens. */
final class ListenerPort implements TcpListener {
    final int lane;
    final int dscp;
    final TcpAcceptor acceptor;
    int halfOpen;
    private final Connections connections;
    private final int port;

    ListenerPort(final Connections connections, final int port, final int lane, final int dscp, final TcpAcceptor acceptor) {
        this.connections = connections;
        this.port = port;
        this.lane = lane;
        this.dscp = dscp;
        this.acceptor = acceptor;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public int halfOpen() {
        return halfOpen;
    }

    @Override
    public void close() {
        connections.closeListener(this);
    }
}
