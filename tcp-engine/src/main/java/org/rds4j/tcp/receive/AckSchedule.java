package org.rds4j.tcp.receive;

/**
 * When to acknowledge (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2): every second full-sized segment, at once at the start of
 * a connection and for anything out of the ordinary, otherwise within the delay. One thread.
 */
public final class AckSchedule {
    /** What every path carries (RFC 9293 section 3.7.1, less options): smaller segments are messages, however alike. */
    private static final int LEAST_FULL_SIZE = 512;
    private static final int LONG_SEGMENTS = 4;

    private final boolean countsSegments;
    private int quick;
    /** What counts as full-sized: as the peer may know a smaller path than this host, it is learnt from what comes. */
    private int fullSize;
    private int last;
    private int pending;
    private boolean due;
    private boolean early;
    private boolean filled;

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
        fullSize = LEAST_FULL_SIZE;
        last = 0;
        pending = 0;
        due = false;
        early = false;
        filled = false;
    }

    /**
     * Settles what no segment of the peer will exceed; until one is seen, the least that counts as full-sized.
     *
     * @param announcedMss what this side announced, in octets.
     */
    public void announced(final int announcedMss) {
        fullSize = Math.min(fullSize, announcedMss);
    }

    /**
     * In-order data arrived and left no gap.
     *
     * @param octets of payload.
     */
    public void onData(final int octets) {
        final boolean isSecond = countsSegments && pending > 0;
        if (octets > fullSize || (octets == last && octets >= LEAST_FULL_SIZE)) {
            fullSize = octets; // it may get smaller, so that two of a path that has shrunk are still two
        }
        last = octets;
        pending += octets;
        if (quick > 0) {
            quick--;
            due = true;
        } else if (early || isSecond || pending >= 2 * fullSize) {
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

    /** A gap, or a part of one, was filled: the peer's repair hangs on the acknowledgement. */
    public void onFilled() {
        due = true;
        filled = true;
    }

    /**
     * Whether so much has come in one go that what is here is to be acknowledged by itself, ahead of the rest: a single one could
     * be lost, and leave the peer without any answer to a whole window. Once until {@link #onSent()}.
     *
     * @return true for the caller to send one now.
     */
    public boolean takeEarly() {
        if (early || pending < LONG_SEGMENTS * fullSize) {
            return false;
        }
        early = true;
        pending = 0;
        due = false;
        return true;
    }

    /**
     * A segment left that carried the acknowledgement.
     *
     * @return true if it is to be repeated should nothing follow.
     */
    public boolean onSent() {
        final boolean repeated = filled;
        pending = 0;
        due = false;
        early = false;
        filled = false;
        return repeated;
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
