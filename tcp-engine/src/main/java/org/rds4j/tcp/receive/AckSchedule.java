package org.rds4j.tcp.receive;

/**
 * When to acknowledge (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2): every second full-sized segment, at once at the start of
 * a connection and for anything out of the ordinary, otherwise within the delay. One thread.
 */
public final class AckSchedule {
    /** What every host sends without being asked (RFC 9293 section 3.7.1): less than that is no full segment. */
    private static final int LEAST_FULL_SIZED = 536;

    private final boolean countsSegments;
    private int quick;
    private int largest;
    private int pending;
    private boolean due;

    /** A schedule that must be reset before use. */
    public AckSchedule() {
        this(false);
    }

    /**
     * A schedule that must be reset before use.
     *
     * @param countsSegments true if two segments of any size are as good as two full-sized ones.
     */
    public AckSchedule(final boolean countsSegments) {
        this.countsSegments = countsSegments;
    }

    /**
     * Starts over for a new connection.
     *
     * @param quick segments to acknowledge at once.
     */
    public void reset(final int quick) {
        this.quick = quick;
        largest = LEAST_FULL_SIZED;
        pending = 0;
        due = false;
    }

    /**
     * Settles what no segment of the peer will exceed; until one is seen, the least that counts as full-sized.
     *
     * @param announcedMss what this side announced, in octets.
     */
    public void announced(final int announcedMss) {
        largest = Math.min(largest, announcedMss);
    }

    /**
     * In-order data arrived and left no gap.
     *
     * @param octets of payload.
     */
    public void onData(final int octets) {
        final boolean isSecond = countsSegments && pending > 0;
        largest = Math.max(largest, octets);
        pending += octets;
        if (quick > 0) {
            quick--;
            due = true;
        } else if (isSecond || pending >= 2 * largest) {
            due = true;
        }
    }

    /**
     * Begins or ends the time in which every segment is acknowledged at once.
     *
     * @param segments how many still are; what waits now is not kept waiting if there are any.
     */
    public void quick(final int segments) {
        quick = segments;
        due |= segments > 0 && pending > 0;
    }

    /** Something arrived that is acknowledged at once. */
    public void onUrgent() {
        due = true;
    }

    /** A segment left that carried the acknowledgement. */
    public void onSent() {
        pending = 0;
        due = false;
    }

    /**
     * Whether an acknowledgement is to be sent now.
     *
     * @return true until {@link #onSent()}.
     */
    public boolean isDue() {
        return due;
    }

    /**
     * Whether data waits for the delayed acknowledgement.
     *
     * @return true if the delay should run.
     */
    public boolean isDelayed() {
        return pending > 0 && !due;
    }
}
