package org.rds4j.tcp.receive;

/**
 * When to acknowledge (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2): every second full-sized segment, at once at the start of
 * a connection and for anything out of the ordinary, otherwise within the delay. One thread.
 */
public final class AckSchedule {
    private static final int LONG_SEGMENTS = 4;

    private int quick;
    private int largest;
    private int pending;
    private boolean due;
    private boolean early;
    private boolean filled;

    /** A schedule that must be reset before use. */
    public AckSchedule() {
    }

    /**
     * Starts over for a new connection.
     *
     * @param quick segments to acknowledge at once.
     */
    public void reset(final int quick) {
        this.quick = quick;
        largest = 1;
        pending = 0;
        due = false;
        early = false;
        filled = false;
    }

    /**
     * In-order data arrived and left no gap.
     *
     * @param octets of payload.
     */
    public void onData(final int octets) {
        largest = Math.max(largest, octets);
        pending += octets;
        if (quick > 0) {
            quick--;
            due = true;
        } else if (early || pending >= 2 * largest) {
            due = true;
        }
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
        if (early || pending < LONG_SEGMENTS * largest) {
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
