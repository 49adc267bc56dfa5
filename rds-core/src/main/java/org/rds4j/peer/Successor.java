package org.rds4j.peer;

import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierWatcher;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/** An accepted carrier that waits, unread, until all that its path's present one received is delivered. Engine thread only. */
final class Successor {
    private final RdsCounters counters;
    private ByteCarrier carrier;
    private boolean isDown;

    Successor(final RdsCounters counters) {
        this.counters = counters;
    }

    /** Takes a carrier, in place of another that waits. */
    void replace(final ByteCarrier candidate, final CarrierWatcher watcher) {
        drop();
        carrier = candidate;
        carrier.watcher(watcher);
        isDown = false;
    }

    void drop() {
        if (carrier != null) {
            counters.increment(RdsCounter.CONN_DROP_DUEL);
            carrier.discard();
            carrier = null;
        }
    }

    @SuppressWarnings("ReferenceEquality") // carriers have no other identity
    boolean is(final ByteCarrier other) {
        return other == carrier;
    }

    /** What it received before is still to be read. */
    void onDown() {
        isDown = true;
    }

    boolean isDown() {
        return isDown;
    }

    /** Its turn has come; null if none waits. */
    ByteCarrier take() {
        final ByteCarrier next = carrier;
        carrier = null;
        return next;
    }
}
