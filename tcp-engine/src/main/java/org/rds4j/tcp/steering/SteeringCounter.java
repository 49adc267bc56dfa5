package org.rds4j.tcp.steering;

/** What one engine's part of steering counts. */
public enum SteeringCounter {
    /** Handed on. */
    FORWARDED("steering-forwarded", "frames handed to the engine that owns their flow, or may still have it"),
    /** Taken from a ring. */
    TAKEN_OVER("steering-taken-over", "frames that other engines handed over, copies included"),
    /** Copied. */
    COPIED("steering-copied", "copies made for other engines: answers of neighbours and routers concern all"),
    /** Dropped: ring. */
    DROP_RING_FULL("drop-steering-ring-full", "dropped: the ring to the other engine is full"),
    /** Dropped: no frame. */
    DROP_NO_FRAME("drop-steering-no-frame", "dropped: no frame left for a copy");

    private final String label;
    private final String meaning;

    SteeringCounter(final String label, final String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /**
     * Short name for tables.
     *
     * @return lower case, words joined by hyphens.
     */
    public String label() {
        return label;
    }

    /**
     * What is counted.
     *
     * @return one line.
     */
    public String meaning() {
        return meaning;
    }
}
