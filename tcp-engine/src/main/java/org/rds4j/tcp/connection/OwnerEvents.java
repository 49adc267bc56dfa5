package org.rds4j.tcp.connection;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpHandler;

/**
 * Tells owners what has happened to their connections, and finds owners for those that peers have opened. A handler may end or
 * release its connection at any call. One thread.
 */
final class OwnerEvents {
    private final Connections connections;

    OwnerEvents(final Connections connections) {
        this.connections = connections;
    }

    /** After a segment or timer: tells the owner, then looks what there is to send. */
    void settle(final Connection connection) {
        if (connection.events != 0) {
            deliver(connection);
        }
        connections.lanes.touch(connection);
    }

    /** Calls the handler for what has happened, in order. */
    void deliver(final Connection connection) {
        if (connection.handler == null && !accept(connection)) {
            return;
        }
        if (takeEvent(connection, Connection.EVENT_CONNECTED)) {
            connection.handler.onConnected(connection);
        }
        if (takeEvent(connection, Connection.EVENT_ACKNOWLEDGED)) {
            connection.handler.onAcknowledged(connection);
        }
        if (takeEvent(connection, Connection.EVENT_RECEIVABLE)) {
            connection.handler.onReceivable(connection);
        }
        if (takeEvent(connection, Connection.EVENT_PEER_CLOSED)) {
            connection.handler.onPeerClosed(connection);
        }
        if (takeEvent(connection, Connection.EVENT_UNRESPONSIVE)) {
            connection.handler.onUnresponsive(connection);
        }
        if (takeEvent(connection, Connection.EVENT_CLOSED)) {
            connection.handler.onClosed(connection, connection.closeReason);
        }
    }

    private static boolean takeEvent(final Connection connection, final int event) {
        final boolean present = (connection.events & event) != 0;
        connection.events &= ~event;
        return present;
    }

    /** Asks the acceptor once the handshake is complete; false if the connection has no owner (yet). */
    private boolean accept(final Connection connection) {
        if ((connection.events & Connection.EVENT_CONNECTED) == 0) {
            if (connection.closed) {
                connections.free(connection); // half-open: nobody ever knew of it
            }
            return false;
        }
        if (connection.closed) {
            return false; // aborted by the acceptor, which is running: freed when it returns
        }
        final TcpHandler handler = connection.listener.acceptor.onAccept(connection);
        if (handler == null || connection.closed) {
            refuse(connection);
            return false;
        }
        connections.counters.increment(TcpCounter.PASSIVE_OPENS);
        connection.handler = handler;
        return true;
    }

    private void refuse(final Connection connection) {
        if (!connection.closed) {
            connections.closing.resetPeer(connection);
            connections.closing.terminate(connection, CloseReason.ABORTED);
        }
        connections.free(connection);
    }
}
