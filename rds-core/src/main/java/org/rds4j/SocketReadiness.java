package org.rds4j;

import org.rds4j.socket.ReadySets;
import org.rds4j.socket.SocketEvents;
import org.rds4j.socket.SocketRegion;

/** What a socket is ready for, and how its poller is told. All but {@link #onRefused} is for the thread that polls. */
final class SocketReadiness {
    private static final int UNWATCHED = -1;

    private final SocketRegion region;
    private final CongestionMonitor monitor;
    private final Lendings lendings;
    private final ReadySets sets;
    private final int slot;
    private volatile int set = UNWATCHED;

    SocketReadiness(
        final SocketRegion region, final CongestionMonitor monitor, final Lendings lendings, final ReadySets sets,
        final int slot) {
        this.lendings = lendings;
        this.region = region;
        this.monitor = monitor;
        this.sets = sets;
        this.slot = slot;
    }

    boolean isOf(final ReadySets others) {
        return sets.equals(others);
    }

    int slot() {
        return slot;
    }

    boolean isWatched() {
        return set != UNWATCHED;
    }

    void watchedBy(final int readySet) {
        set = readySet;
    }

    void unwatched() {
        region.wantedEvents(0);
        set = UNWATCHED;
    }

    /** What the engine tells the poller of, from now on; the poller looks for itself once more afterwards. */
    void wanted(final int events) {
        region.wantedEvents(events);
    }

    /** Those of some events that are so now, and whether the socket is closed. */
    int events(final int wanted) {
        int events = region.state() >= SocketRegion.STATE_CLOSED ? SocketEvents.CLOSED : 0;
        if ((wanted & SocketEvents.READABLE) != 0 && region.receiveRing().size() > 0) {
            events |= SocketEvents.READABLE;
        }
        if ((wanted & SocketEvents.WRITABLE) != 0 && region.isWritable()) {
            events |= SocketEvents.WRITABLE;
        }
        if ((wanted & SocketEvents.CONGESTION) != 0 && monitor.isDue()) {
            events |= SocketEvents.CONGESTION;
        }
        if ((wanted & SocketEvents.COMPLETION) != 0 && lendings.hasCookies()) {
            events |= SocketEvents.COMPLETION;
        }
        return events;
    }

    /** Whether the next congestion map of any host is something to say. */
    boolean awaitsMap() {
        return monitor.isArmed();
    }

    /** A datagram was refused, and the congestion monitor is on; any thread. */
    void onRefused() {
        final int watching = set;
        if (watching != UNWATCHED) {
            sets.add(watching, slot);
        }
    }
}
