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
        c.timers.cancel(Connection.CORK);
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
        if (c.settings.keepaliveIdleNs > 0) {
            c.timers.start(Connection.KEEPALIVE, nowNs + c.settings.keepaliveIdleNs);
        }
    }

    /** The owner has settled keepalive anew: what the peer has been silent counts. */
    void startKeepalive(final Connection c) {
        if (c.closed || !c.state.isSynchronised()) {
            return; // it starts with the connection
        }
        c.keepaliveSent = 0;
        if (c.settings.keepaliveIdleNs == 0) {
            c.timers.cancel(Connection.KEEPALIVE);
        } else {
            c.timers.start(Connection.KEEPALIVE, Math.max(connections.nowNs, c.lastReceivedNs + c.settings.keepaliveIdleNs));
        }
    }

    void startUserTimeout(final Connection c) {
        if (!c.closed && c.userTimeoutNs > 0 && !c.timers.isRunning(Connection.USER_TIMEOUT) && isWaiting(c)) {
            c.timers.start(Connection.USER_TIMEOUT, connections.nowNs + c.userTimeoutNs);
        }
    }

    private static boolean isWaiting(final Connection c) {
        return c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RECEIVED ||
            c.sndUna < c.sndNxt || c.timers.isRunning(Connection.PERSIST) || c.list == ReadyLanes.PARKED;
    }

    /**
     * A connection has something to send and its next hop is not known: it counts as sent and unanswered, or a host that never
     * resolves would hold the connection for ever.
     */
    void onParked(final Connection c) {
        if (!c.hasUnsent() && !c.synDue) {
            return;
        }
        if (!c.timers.isRunning(Connection.RETRANSMIT)) {
            c.timers.start(Connection.RETRANSMIT, connections.nowNs + c.rtt.timeoutNs());
        }
        startUserTimeout(c);
    }

    void startDelayedAck(final Connection c, final long nowNs) {
        if (!c.timers.isRunning(Connection.DELAYED_ACK)) {
            c.timers.start(Connection.DELAYED_ACK, nowNs + configuration.delayedAckNs());
        }
    }

    /** An acknowledgement left. That of a filled gap goes again when nothing shows for a while that it has arrived. */
    void afterAck(final Connection c, final boolean repeated) {
        if (repeated && configuration.ackRepeatNs() > 0) {
            c.timers.start(Connection.DELAYED_ACK, connections.nowNs + configuration.ackRepeatNs());
        } else {
            c.timers.cancel(Connection.DELAYED_ACK);
        }
    }

    /** A connection whose owner has closed does not wait for ever for the peer to close too. */
    void startLinger(final Connection c) {
        if (c.state == TcpState.FIN_WAIT_2 && c.receiveClosed && !c.timers.isRunning(Connection.LINGER)) {
            c.timers.start(Connection.LINGER, connections.nowNs + c.settings.finWait2Ns);
        }
    }

    /** Something is queued and may not be sent now: if no acknowledgement is to come, only a timer can move this connection. */
    void startIfStuck(final Connection c) {
        if (c.closed || !c.state.isSynchronised() || !c.hasUnsent()) {
            return;
        }
        if (c.recovery.inFlight() == 0 && !c.timers.isRunning(Connection.PERSIST)) {
            final long waitNs = c.sndWnd == 0 ? persistNs(c) : configuration.overrideNs();
            c.timers.start(Connection.PERSIST, connections.nowNs + waitNs);
            startUserTimeout(c);
        }
        if (c.cork && !c.timers.isRunning(Connection.CORK)) {
            c.timers.start(Connection.CORK, connections.nowNs + configuration.corkNs());
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
        if (!c.closed && timers.expire(Connection.CORK, nowNs)) {
            letGo(c);
        }
        if (!c.closed) {
            timers.requeue();
        }
    }

    /** What was held back has waited long enough. */
    private static void letGo(final Connection c) {
        c.sendOverride = true;
        c.pushEnd = (int) c.sent.committed();
    }

    private void onRetransmit(final Connection c, final long nowNs) {
        if (c.state.isSynchronised() && c.sndWnd == 0 && c.sndUna < c.sent.committed()) {
            c.recovery.onWindowClosed(); // the peer has taken its window back: probe instead of giving up on it
            c.timers.cancel(Connection.RECOVERY);
            return;
        }
        if (c.state.isSynchronised() && c.sndUna == c.sndNxt && !c.hasUnsent()) {
            return;
        }
        counters.increment(TcpCounter.TIMEOUTS);
        if (isExhausted(c, c.retries)) {
            giveUp(c, nowNs);
            return;
        }
        c.retries++;
        if (c.retries == configuration.unresponsiveRetries()) {
            c.events |= Connection.EVENT_UNRESPONSIVE;
        }
        c.rtt.backOff();
        c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
        if (!c.state.isSynchronised()) {
            c.synDue = true;
        } else if (c.sndUna < c.sndNxt) {
            connections.pathProbing.onTimeout(c);
            c.recovery.onTimeout(c.retries == 1, nowNs);
            restartRecovery(c);
        }
    }

    /** Whether so many retries are enough. The user timeout overrides the counts, but not for a connection without a user. */
    private boolean isExhausted(final Connection c, final int retries) {
        return retries >= retryLimit(c) && (c.userTimeoutNs == 0 || isOrphan(c));
    }

    private static boolean isOrphan(final Connection c) {
        return c.receiveClosed && c.state.isSynchronised();
    }

    /** The retries are used up. An attempt to connect may have to last longer (R2 of RFC 9293 section 3.8.3 for a SYN). */
    private void giveUp(final Connection c, final long nowNs) {
        final boolean isShort = c.settings.synRetries < configuration.synRetries();
        final long endNs = isShort ? nowNs : c.openedNs + configuration.synTimeoutNs();
        if (c.state == TcpState.SYN_SENT && nowNs < endNs) {
            c.timers.start(Connection.RETRANSMIT, endNs);
        } else {
            timeOut(c);
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
            case SYN_SENT -> c.settings.synRetries;
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
            letGo(c);
            return;
        }
        if (isExhausted(c, isOrphan(c) ? c.persistBackoff : c.probesUnanswered)) {
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
        final long idleNs = c.settings.keepaliveIdleNs;
        if (c.sndUna < c.sndNxt) {
            c.timers.start(Connection.KEEPALIVE, nowNs + idleNs); // the retransmission timer decides
        } else if (nowNs - c.lastReceivedNs < idleNs) {
            c.timers.start(Connection.KEEPALIVE, c.lastReceivedNs + idleNs);
        } else if (nowNs - c.lastReceivedNs >= keepaliveLifeNs(c) && c.keepaliveSent > 1) {
            timeOut(c);
        } else {
            c.keepaliveSent = (byte) Math.min(2, c.keepaliveSent + 1);
            c.probeDue = true;
            counters.increment(TcpCounter.KEEPALIVE_PROBES);
            final long deathNs = c.lastReceivedNs + keepaliveLifeNs(c);
            final long probeNs = nowNs + c.settings.keepaliveIntervalNs;
            c.timers.start(Connection.KEEPALIVE, c.keepaliveSent > 1 ? Math.min(deathNs, probeNs) : probeNs);
        }
    }

    /** How long a peer may be silent: the whole run of probes, or the user timeout, but never less than two probes. */
    private long keepaliveLifeNs(final Connection c) {
        final long intervalNs = c.settings.keepaliveIntervalNs;
        final long probesNs = c.settings.keepaliveProbes * intervalNs;
        return c.userTimeoutNs == 0
            ? c.settings.keepaliveIdleNs + probesNs
            : Math.max(c.userTimeoutNs, c.settings.keepaliveIdleNs + 2 * intervalNs);
    }

    private void timeOut(final Connection c) {
        counters.increment(TcpCounter.CONNECTION_TIMEOUTS);
        connections.closing.terminate(c, c.softError == null ? CloseReason.TIMEOUT : CloseReason.UNREACHABLE);
    }
}
