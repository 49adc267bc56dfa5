package org.rds4j.sim.link;

/** Counters of one direction of a link. Not thread safe: a simulation has one thread. */
public final class WireCounters {
    private final long[] values = new long[WireCounter.values().length];

    WireCounters() {
    }

    /**
     * Reads a counter.
     *
     * @param counter to read.
     * @return its value.
     */
    public long get(final WireCounter counter) {
        return values[counter.slot()];
    }

    void increment(final WireCounter counter) {
        values[counter.slot()]++;
    }

    /**
     * Frames that should be on the way if nothing went astray.
     *
     * @return what came in less what is known to have gone out.
     */
    public long expectedInFlight() {
        return get(WireCounter.SENT) + get(WireCounter.DUPLICATED) + get(WireCounter.INJECTED) -
            get(WireCounter.LOST) - get(WireCounter.TAIL_DROPPED) - get(WireCounter.CUT) - get(WireCounter.TAKEN) -
            get(WireCounter.OVERSIZED) - get(WireCounter.MISSED) - get(WireCounter.DELIVERED);
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (final WireCounter counter : WireCounter.values()) {
            if (get(counter) != 0) {
                text.append(text.isEmpty() ? "" : " ").append(counter.label()).append('=').append(get(counter));
            }
        }
        return text.toString();
    }
}
