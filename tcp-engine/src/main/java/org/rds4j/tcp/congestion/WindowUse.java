package org.rds4j.tcp.congestion;

/**
 * Whether the congestion window was what held the sender back (RFC 5681 section 3.1, RFC 7661): judged when a segment leaves, not
 * when its acknowledgement comes, since acknowledgements come in bursts of which only the first finds the window full. In slow
 * start a flight of more than half of the window counts too, or a sender that writes as fast as it is acknowledged would never
 * speed up: of the window then, and of the window now, which so stops at twice what was in flight. One thread.
 */
public final class WindowUse {
    private long fullUntil;
    private long flightUntil;
    /** The largest, if it was more than half of the window at that time. */
    private int largestFlight;

    /** Unused until {@link #reset()}. */
    public WindowUse() {
    }

    /** Starts over for a new connection. */
    public void reset() {
        fullUntil = -1;
        flightUntil = -1;
        largestFlight = 0;
    }

    /**
     * New data left.
     *
     * @param congestion     of the connection.
     * @param flight         octets in flight with it.
     * @param unacknowledged SND.UNA.
     * @param highest        position of its end.
     */
    public void onSent(final CongestionControl congestion, final long flight, final long unacknowledged, final long highest) {
        if (flight + congestion.maxSegmentSize() > congestion.window()) {
            fullUntil = highest;
        }
        if (unacknowledged >= flightUntil || flight >= largestFlight) {
            largestFlight = 2 * flight > congestion.window() ? (int) flight : 0;
            flightUntil = highest;
        }
    }

    /**
     * Whether the window was in use when the octet now acknowledged first was sent, or later.
     *
     * @param congestion     of the connection.
     * @param unacknowledged SND.UNA before the acknowledgement.
     * @return true if the window may grow.
     */
    public boolean wasFull(final CongestionControl congestion, final long unacknowledged) {
        if (unacknowledged < fullUntil) {
            return true;
        }
        final long window = congestion.window();
        return unacknowledged < flightUntil && window < congestion.threshold() &&
            2L * largestFlight > window;
    }
}
