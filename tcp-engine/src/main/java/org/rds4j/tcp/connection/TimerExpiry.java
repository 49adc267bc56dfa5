package org.rds4j.tcp.connection;

import org.rds4j.tcp.timer.TimerSet;

/**
 * What becomes due by itself: timers of connections, handshakes without an answer, the end of TIME-WAIT, and what waits for its
 * next hop. Nothing here is part of the public API. One thread.
 */
public final class TimerExpiry {
    private static final long POLL_NS = 1_000_000;

    private final Connections connections;
    private final Listeners listeners;

    TimerExpiry(final Connections connections, final Listeners listeners) {
        this.connections = connections;
        this.listeners = listeners;
    }

    /**
     * Expires timers.
     *
     * @param nowNs the engine's time.
     * @return how many sets and records were due.
     */
    public int onTime(final long nowNs) {
        connections.lanes.unpark(nowNs);
        int expired = connections.timeWait.onTime(nowNs) + listeners.onTime(nowNs);
        TimerSet<Connection> due = connections.deadlines.takeDue(nowNs);
        while (due != null) {
            connections.timing.onTime(due, nowNs);
            connections.events.settle(due.owner());
            expired++;
            due = connections.deadlines.takeDue(nowNs);
        }
        return expired;
    }

    /**
     * When {@link #onTime} is due.
     *
     * @return the engine's time, or Long.MAX_VALUE.
     */
    public long nextDeadlineNs() {
        final long ofConnections = Math.min(connections.deadlines.nextDeadlineNs(), connections.timeWait.nextDeadlineNs());
        final long timers = Math.min(ofConnections, listeners.nextDeadlineNs());
        return connections.lanes.mustBePolled() ? Math.min(timers, connections.nowNs + POLL_NS) : timers;
    }
}
