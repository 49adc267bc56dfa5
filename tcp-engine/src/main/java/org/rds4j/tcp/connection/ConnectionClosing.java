package org.rds4j.tcp.connection;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpState;

/** The ways a connection ends: by its owner, by the peer, by the engine. */
final class ConnectionClosing {
    private final Connections connections;

    ConnectionClosing(final Connections connections) {
        this.connections = connections;
    }

    /** Half close (RFC 9293 section 3.10.4): a FIN after what is claimed. Before the handshake ends it waits for that. */
    void closeSend(final Connection c) {
        if (c.closed || c.closing) {
            return;
        }
        if (c.state == TcpState.SYN_SENT) {
            abort(c);
            return;
        }
        c.closing = true;
        c.transition(Transition.CLOSE);
        connections.lanes.touch(c);
    }

    void close(final Connection c) {
        if (c.closed) {
            return;
        }
        if (c.received.consumed() < c.received.received()) {
            abort(c);
            return;
        }
        c.receiveClosed = true;
        closeSend(c);
        connections.timing.startLinger(c);
    }

    void abort(final Connection c) {
        if (c.closed) {
            return;
        }
        resetPeer(c);
        terminate(c, CloseReason.ABORTED);
        connections.events.deliver(c);
    }

    /** Tells the peer, unless it does not know the connection yet. */
    void resetPeer(final Connection c) {
        if (c.state != TcpState.SYN_SENT && c.sndNxt >= 0) {
            connections.control.reset(
                c, TimestampClock.ticks(connections.nowNs) + c.timestampOffset, connections.nowNs);
        }
    }

    /**
     * Data has come for an owner that has closed. The peer takes only a reset at its RCV.NXT for one (RFC 5961 section 3.2),
     * which is what it acknowledges: beyond that our FIN may have been lost.
     */
    void refuseData(final Connection c, final int acknowledged) {
        connections.control.reset(
            c, acknowledged, TimestampClock.ticks(connections.nowNs) + c.timestampOffset, connections.nowNs);
        terminate(c, CloseReason.ABORTED);
    }

    /** Ends the connection now; {@link OwnerEvents#deliver} tells the owner. */
    void terminate(final Connection c, final CloseReason reason) {
        c.transition(Transition.END);
        leave(c, reason);
    }

    /** The connection's part is over: a record waits out the segments still on their way. */
    void enterTimeWait(final Connection c) {
        connections.timeWait.makeRoom(); // before, so that nothing ends between one record of the flow and the other
        leave(c, CloseReason.NORMAL);
        connections.timeWait.add(c, connections.nowNs);
    }

    /** Our FIN is acknowledged and so was the peer's. */
    void leaveLastAck(final Connection c) {
        leave(c, CloseReason.NORMAL);
    }

    private void leave(final Connection c, final CloseReason reason) {
        c.closed = true;
        c.closeReason = reason;
        c.events |= Connection.EVENT_CLOSED;
        connections.table.remove(c);
        connections.lanes.remove(c);
        c.timers.clear();
        c.recovery.reset();
    }
}
