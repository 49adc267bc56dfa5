package org.rds4j.sim.link;

/**
 * What is counted for each direction of a link. The books balance: sent + duplicated + injected = lost + tail-dropped + cut +
 * taken + oversized + missed + delivered + in flight.
 */
public enum WireCounter {
    /** Accepted from the sending port. */
    SENT(0, "sent", "frames that the port accepted from its owner"),
    /** Extra copies. */
    DUPLICATED(1, "duplicated", "copies that the wire made"),
    /** From outside. */
    INJECTED(2, "injected", "frames that a test put on the wire"),
    /** Dropped by chance. */
    LOST(3, "lost", "frames lost by chance"),
    /** Queue full. */
    TAIL_DROPPED(4, "tail-dropped", "frames that found the queue of the wire full"),
    /** While cut. */
    CUT(5, "cut", "frames lost because the wire was cut"),
    /** By a tap. */
    TAKEN(6, "taken", "frames that a tap took out"),
    /** Too long or empty. */
    OVERSIZED(7, "oversized", "frames longer than the MTU allows, or empty"),
    /** Nobody took them. */
    MISSED(8, "missed", "frames that found the receive ring full or the port closed"),
    /** Queued at the receiving port. */
    DELIVERED(9, "delivered", "frames queued at the receiving port"),
    /** Held up. */
    REORDERED(10, "reordered", "frames held up by chance"),
    /** Damaged. */
    CORRUPTED(11, "corrupted", "frames with a bit flipped by chance"),
    /** Pushed back. */
    REFUSED(12, "refused", "times that a full queue made the port refuse a frame"),
    /** Not duplicated. */
    NO_COPY(13, "no-copy", "copies that were not made because the pool was empty"),
    /** Marked. */
    MARKED(14, "marked", "packets marked as having met congestion");

    private final int slot;
    private final String label;
    private final String meaning;

    WireCounter(final int slot, final String label, final String meaning) {
        this.slot = slot;
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * Where it stands among the counters of a wire.
     *
     * @return from 0.
     */
    public int slot() {
        return slot;
    }

    /**
     * Name for people and files.
     *
     * @return lower case words joined by hyphens.
     */
    public String label() {
        return label;
    }

    /**
     * What an increment says.
     *
     * @return one line.
     */
    public String meaning() {
        return meaning;
    }
}
