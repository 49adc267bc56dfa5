package org.rds4j.tcp.connection;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.timer.TimerSet;

/** Starts the timers of connections and does what is due when they expire. */
final class ConnectionTiming {
    private final Connections connections;
    private final TcpConfiguration configuration;
    private final TcpCounters counters;

    ConnectionTiming(final Connections connections, final TcpConfiguration configuration, final TcpCounters counters) {
        this.connections = connections;
        this.configuration = configuration;
        this.counters = counters;
    }

    long nowNs() {
        return connections.nowNs;
    }

    /** Pacing holds data back: the timer sends it. */
    void startPace(final Connection c) {
        if (!c.timers.isRunning(Connection.PACE)) {
            counters.increment(TcpCounter.PACED);
        }
        c.timers.start(Connection.PACE, c.pacer.opensNs());
    }

    /** A data segment left: its acknowledgement is waited for. */
    void onDataSent(final Connection c, final long nowNs) {
        c.lastSentNs = nowNs;
        c.timers.cancel(Connection.PERSIST);
        if (!c.timers.isRunning(Connection.RETRANSMIT)) {
            c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
        }
        restartRecovery(c);
        startUserTimeout(c);
    }

    /** Something was sent again; the first segment's acknowledgement is waited for anew. */
    void onSentAgain(final Connection c, final boolean restarts, final long nowNs) {
        if (restarts) {
            c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
        }
        onDataSent(c, nowNs);
    }

    /** Loss recovery has something to do by a time of its own, not later than the retransmission timer. */
    void restartRecovery(final Connection c) {
        final long deadlineNs = c.recovery.deadlineNs(c.timers.deadlineNs(Connection.RETRANSMIT));
        if (deadlineNs == TimerSet.NONE) {
            c.timers.cancel(Connection.RECOVERY);
        } else {
            c.timers.start(Connection.RECOVERY, deadlineNs);
        }
    }

    /** New data was acknowledged (RFC 6298 section 5.2 and 5.3). */
    void onAdvance(final Connection c, final long nowNs) {
        c.retries = 0;
        c.timers.cancel(Connection.USER_TIMEOUT);
        if (c.sndUna == c.sndNxt) {
            c.timers.cancel(Connection.RETRANSMIT);
        } else {
            if (c.recovery.restartsTimer()) {
                c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
            }
            startUserTimeout(c);
        }
    }

    void onEstablished(final Connection c, final long nowNs) {
        c.retries = 0;
        c.timers.cancel(Connection.RETRANSMIT);
        c.timers.cancel(Connection.USER_TIMEOUT);
        if (configuration.keepaliveIdleNs() > 0) {
            c.timers.start(Connection.KEEPALIVE, nowNs + configuration.keepaliveIdleNs());
        }
    }

    void startUserTimeout(final Connection c) {
        if (!c.closed && c.userTimeoutNs > 0 && !c.timers.isRunning(Connection.USER_TIMEOUT) && isWaiting(c)) {
            c.timers.start(Connection.USER_TIMEOUT, connections.nowNs + c.userTimeoutNs);
        }
    }

    private static boolean isWaiting(final Connection c) {
        return c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RECEIVED ||
            c.sndUna < c.sndNxt || c.timers.isRunning(Connection.PERSIST);
    }

    void startDelayedAck(final Connection c, final long nowNs) {
        if (!c.timers.isRunning(Connection.DELAYED_ACK)) {
            c.timers.start(Connection.DELAYED_ACK, nowNs + configuration.delayedAckNs());
        }
    }

    /** A connection whose owner has closed does not wait for ever for the peer to close too. */
    void startLinger(final Connection c) {
        if (c.state == TcpState.FIN_WAIT_2 && c.receiveClosed && !c.timers.isRunning(Connection.LINGER)) {
            c.timers.start(Connection.LINGER, connections.nowNs + configuration.finWait2Ns());
        }
    }

    /** Something is queued, nothing is in flight and nothing may be sent: only a timer can move this connection. */
    void startPersistIfStuck(final Connection c) {
        final boolean stuck = !c.closed && c.state.isSynchronised() && c.recovery.inFlight() == 0 && c.hasUnsent();
        if (stuck && !c.timers.isRunning(Connection.PERSIST)) {
            c.timers.start(Connection.PERSIST, connections.nowNs + persistNs(c));
            startUserTimeout(c);
        }
    }

    private long persistNs(final Connection c) {
        return Math.min(c.rtt.timeoutNs() << Math.min(c.persistBackoff, 20), configuration.persistCeilingNs());
    }

    /** Expires every due timer of a connection whose set was taken from the queue. */
    void onTime(final TimerSet<Connection> timers, final long nowNs) {
        final Connection c = timers.owner();
        if (timers.expire(Connection.USER_TIMEOUT, nowNs)) {
            timeOut(c);
        }
        if (!c.closed && timers.expire(Connection.RECOVERY, nowNs)) {
            onRecovery(c, nowNs);
        }
        if (!c.closed && timers.expire(Connection.RETRANSMIT, nowNs)) {
            onRetransmit(c, nowNs);
        }
        if (!c.closed && timers.expire(Connection.PERSIST, nowNs)) {
            onPersist(c);
        }
        if (!c.closed && timers.expire(Connection.DELAYED_ACK, nowNs)) {
            c.acks.onUrgent();
        }
        if (!c.closed && timers.expire(Connection.KEEPALIVE, nowNs)) {
            onKeepalive(c, nowNs);
        }
        timers.expire(Connection.PACE, nowNs); // what it held is planned again when the connection is looked at next
        if (!c.closed && timers.expire(Connection.LINGER, nowNs)) {
            timeOut(c);
        }
        if (!c.closed) {
            timers.requeue();
        }
    }

    private void onRetransmit(final Connection c, final long nowNs) {
        if (c.state.isSynchronised() && c.sndWnd == 0 && c.sndUna < c.sent.committed()) {
            c.recovery.onWindowClosed(); // the peer has taken its window back: probe instead of giving up on it
            c.timers.cancel(Connection.RECOVERY);
            return;
        }
        counters.increment(TcpCounter.TIMEOUTS);
        if (c.retries >= retryLimit(c) && c.userTimeoutNs == 0) {
            timeOut(c);
            return;
        }
        c.retries++;
        c.rtt.backOff();
        c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
        if (c.state.isSynchronised()) {
            connections.pathProbing.onTimeout(c);
            c.recovery.onTimeout(c.retries == 1, nowNs);
            restartRecovery(c);
        } else {
            c.synDue = true;
        }
    }

    private void onRecovery(final Connection c, final long nowNs) {
        if (c.recovery.onTime(nowNs)) {
            c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
        }
        connections.pathProbing.onRecovery(c);
        restartRecovery(c);
    }

    private int retryLimit(final Connection c) {
        return switch (c.state) {
            case SYN_SENT -> configuration.synRetries();
            case SYN_RECEIVED -> configuration.synAckRetries();
            default -> c.receiveClosed ? configuration.orphanRetries() : configuration.dataRetries();
        };
    }

    /** RFC 9293 section 3.8.6.1: probes a closed window; a small one is used after this delay (section 3.8.6.2.1). */
    private void onPersist(final Connection c) {
        if (!c.hasUnsent()) {
            return;
        }
        if (c.sndWnd > c.sndNxt - c.sndUna) {
            c.sendOverride = true;
            return;
        }
        final boolean exhausted = c.receiveClosed
            ? c.persistBackoff >= configuration.orphanRetries()
            : c.probesUnanswered >= configuration.dataRetries();
        if (exhausted && c.userTimeoutNs == 0) {
            timeOut(c);
            return;
        }
        c.probesUnanswered++;
        c.persistBackoff++;
        c.probeDue = true;
        counters.increment(TcpCounter.WINDOW_PROBES);
        c.timers.start(Connection.PERSIST, connections.nowNs + persistNs(c));
    }

    private void onKeepalive(final Connection c, final long nowNs) {
        final long silentNs = nowNs - c.lastReceivedNs;
        if (c.sndUna < c.sndNxt) {
            c.timers.start(Connection.KEEPALIVE, nowNs + configuration.keepaliveIdleNs());
            return;
        }
        if (silentNs < configuration.keepaliveIdleNs()) {
            c.timers.start(Connection.KEEPALIVE, c.lastReceivedNs + configuration.keepaliveIdleNs());
            return;
        }
        final boolean silentTooLong = c.userTimeoutNs > 0
            ? c.keepaliveSent > 1 && silentNs >= c.userTimeoutNs
            : c.keepaliveSent >= configuration.keepaliveProbes();
        if (silentTooLong) {
            timeOut(c);
            return;
        }
        c.keepaliveSent++;
        c.probeDue = true;
        counters.increment(TcpCounter.KEEPALIVE_PROBES);
        c.timers.start(Connection.KEEPALIVE, nowNs + configuration.keepaliveIntervalNs());
    }

    private void timeOut(final Connection c) {
        counters.increment(TcpCounter.CONNECTION_TIMEOUTS);
        connections.closing.terminate(c, c.softError == null ? CloseReason.TIMEOUT : CloseReason.UNREACHABLE);
    }
}
