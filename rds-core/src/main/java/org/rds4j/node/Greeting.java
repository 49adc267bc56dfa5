package org.rds4j.node;

import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;

/**
 * A TCP connection on its way to becoming a carrier: dialed by this node for a path, or accepted with the path still
 * unknown. It ends by becoming a carrier or by closing, and in good time.
 */
abstract class Greeting implements TcpHandler {
    final Carriers carriers;
    private final long deadlineNs;
    private final PathKey dialedKey;
    private TcpConnection connection;
    private boolean isOver;
    private boolean isPeerClosed;
    private CloseReason closeReason;

    /**
     * A greeting.
     *
     * @param carriers   the registry it belongs to.
     * @param dialedKey  the path it was dialed for, or null when the peer dialed.
     * @param deadlineNs when it is given up.
     */
    Greeting(final Carriers carriers, final PathKey dialedKey, final long deadlineNs) {
        this.carriers = carriers;
        this.dialedKey = dialedKey;
        this.deadlineNs = deadlineNs;
    }

    final void connection(final TcpConnection value) {
        connection = value;
    }

    final TcpConnection connection() {
        return connection;
    }

    final PathKey dialedKey() {
        return dialedKey;
    }

    final boolean isOver() {
        return isOver;
    }

    final boolean isClosed() {
        return closeReason != null;
    }

    /**
     * The connection is a carrier's from now on, and what happened to it meanwhile is told again: the peer's TCP knows that
     * we have its octets, so they must reach RDS even if the connection has ended since.
     */
    final void become(final TcpCarrier carrier, final PathKey key) {
        isOver = true;
        connection.handler(carrier);
        carriers.onUp(key, carrier, dialedKey != null);
        if (carrier.isDown()) {
            return;
        }
        carrier.onReceivable(connection);
        if (closeReason != null) {
            carrier.onClosed(connection, closeReason);
        } else if (isPeerClosed) {
            carrier.onPeerClosed(connection);
        }
    }

    /** Ends because others need its place, if it has waited for its peer since long ago, which its deadline tells. */
    final boolean displace(final long latestDeadlineNs) {
        if (isOver || closeReason != null || dialedKey != null || deadlineNs - latestDeadlineNs > 0 || !isQuiet()) {
            return false;
        }
        refuse(NodeCounter.GREETING_DISPLACED);
        return true;
    }

    /** Gives up for a counted reason; the connection is reset. */
    final void refuse(final NodeCounter reason) {
        carriers.count(reason);
        connection.abort();
    }

    /** Checks the time limit and whatever could not be done at once. */
    void poll(final long nowNs) {
        if (closeReason == null && nowNs - deadlineNs >= 0) {
            refuse(timeoutCounter());
        }
    }

    abstract NodeCounter timeoutCounter();

    /** Why it did not become a carrier, once its connection has closed. */
    CarrierDownReason failure() {
        return TcpCarrier.downReason(closeReason);
    }

    /** Whether nothing else holds the connection's memory, so that it can be released after its end. */
    abstract boolean isQuiet();

    /** Ends a greeting whose connection has closed, when it is quiet. */
    final boolean endWhenQuiet() {
        if (isOver || closeReason == null || !isQuiet()) {
            return isOver;
        }
        isOver = true;
        connection.release();
        if (dialedKey != null) {
            carriers.onConnectFailed(dialedKey, failure());
        }
        return true;
    }

    @Override
    public final void onAcknowledged(final TcpConnection advanced) {
        // Greetings are short and fit the send ring.
    }

    @Override
    public void onPeerClosed(final TcpConnection halfClosed) {
        isPeerClosed = true;
    }

    @Override
    public final void onClosed(final TcpConnection closed, final CloseReason reason) {
        closeReason = reason;
    }
}
