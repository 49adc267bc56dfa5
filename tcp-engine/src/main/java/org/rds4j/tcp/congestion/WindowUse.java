package org.rds4j.tcp.congestion;

/**
 * Whether the congestion window was what held the sender back (RFC 5681 section 3.1, RFC 7661): judged when a segment leaves, not
 * when its acknowledgement comes, since acknowledgements come in bursts of which only the first finds the window full. In slow
 * start half a window in use counts, or a sender that writes as fast as it is acknowledged would never speed up. One thread.
 */
public final class WindowUse {
    private long fullUntil;

    /** Unused until {@link #reset()}. */
    public WindowUse() {
    }

    /** Starts over for a new connection. */
    public void reset() {
        fullUntil = -1;
    }

    /**
     * New data left.
     *
     * @param congestion of the connection.
     * @param flight     octets in flight with it.
     * @param highest    position of its end.
     */
    public void onSent(final CongestionControl congestion, final long flight, final long highest) {
        final long window = congestion.window();
        final boolean full = window < congestion.threshold()
            ? 2 * flight >= window
            : flight + congestion.maxSegmentSize() > window;
        if (full) {
            fullUntil = highest;
        }
    }

    /**
     * Whether the window was in use when the octet now acknowledged first was sent, or later.
     *
     * @param unacknowledged SND.UNA before the acknowledgement.
     * @return true if the window may grow.
     */
    public boolean wasFull(final long unacknowledged) {
        return unacknowledged < fullUntil;
    }
}
