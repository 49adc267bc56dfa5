package org.rds4j.tcp.congestion;

/**
 * Whether the congestion window was what held the sender back (RFC 5681 section 3.1, RFC 7661): judged when a segment leaves, not
 * when its acknowledgement comes, since acknowledgements come in bursts of which only the first finds the window full. In slow
 * start a window that was not full may grow to twice the flight, or a sender that writes as fast as it is acknowledged would
 * never speed up, and one that begins again after a timeout would stay at one segment. One thread.
 */
public final class WindowUse {
    private long fullUntil;
    private long flightUntil;
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
            largestFlight = (int) flight;
            flightUntil = highest;
        }
    }

    /**
     * Whether the window was full when the octet now acknowledged first was sent, or later.
     *
     * @param unacknowledged SND.UNA before the acknowledgement.
     * @return true if the window may grow.
     */
    public boolean wasFull(final long unacknowledged) {
        return unacknowledged < fullUntil;
    }

    /**
     * The most octets that were in flight with the octet now acknowledged first, or later.
     *
     * @param unacknowledged SND.UNA before the acknowledgement.
     * @return octets: in slow start a window of less than twice as many may grow.
     */
    public long flight(final long unacknowledged) {
        return unacknowledged < flightUntil ? largestFlight : 0;
    }
}
