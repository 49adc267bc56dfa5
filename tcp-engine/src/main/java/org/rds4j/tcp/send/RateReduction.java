package org.rds4j.tcp.send;

/**
 * Proportional rate reduction (RFC 9937): spreads the way from the window before to the threshold over one round trip, clocked by
 * what is delivered. For repairs of loss and for ECN alike. One per connection, one thread.
 */
final class RateReduction {
    private long flight;
    private long delivered;
    private long out;

    /** A response begins: so much was in the network before the acknowledgement that began it (RecoverFS). */
    void begin(final long recoverFlight) {
        flight = Math.max(1, recoverFlight);
        delivered = 0;
        out = 0;
    }

    void onSent(final long octets) {
        out += octets;
    }

    /**
     * The window after an acknowledgement that delivered something.
     *
     * @param newlyDelivered DeliveredData.
     * @param inFlight       what is in the network now.
     * @param threshold      ssthresh.
     * @param segment        SMSS.
     * @param safe           SND.UNA advanced and no further loss was found.
     */
    long window(
        final long newlyDelivered, final long inFlight, final long threshold, final int segment, final boolean safe) {
        delivered += newlyDelivered;
        long allowed;
        if (inFlight > threshold) {
            allowed = Math.ceilDiv(delivered * threshold, flight) - out;
        } else {
            final long limit = Math.max(delivered - out, newlyDelivered) + (safe ? segment : 0);
            allowed = Math.min(threshold - inFlight, limit);
        }
        if (out == 0 && allowed < segment) {
            allowed = segment; // the repair itself goes at once
        }
        return inFlight + Math.max(0, allowed);
    }
}
