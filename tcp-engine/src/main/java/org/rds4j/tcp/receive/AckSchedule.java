package org.rds4j.tcp.receive;

/**
 * When to acknowledge (RFC 9293 section 3.8.6.3, RFC 5681 section 4.2): every second full-sized segment, at once at the start of
 * a connection and for anything out of the ordinary, otherwise within the delay. One thread.
 */
public final class AckSchedule {
    /** Equal segments below this are messages, and not what the path takes. */
    private static final int LEAST_FULL_SIZE = 512;

    private int quick;
    /** What counts as full-sized: as the peer may know a smaller path than this host, it is learnt from what comes. */
    private int fullSize;
    private int last;
    private int pending;
    private boolean due;

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
        fullSize = 1;
        last = 0;
        pending = 0;
        due = false;
    }

    /**
     * In-order data arrived and left no gap.
     *
     * @param octets of payload.
     */
    public void onData(final int octets) {
        if (octets > fullSize || (octets == last && octets >= LEAST_FULL_SIZE)) {
            fullSize = octets; // it may get smaller, so that two of a path that has shrunk are still two
        }
        last = octets;
        pending += octets;
        if (quick > 0) {
            quick--;
            due = true;
        } else if (pending >= 2 * fullSize) {
            due = true;
        }
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
