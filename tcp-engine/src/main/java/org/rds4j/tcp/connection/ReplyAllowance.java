package org.rds4j.tcp.connection;

/**
 * How many answers a peer may draw that a live one waits for: acknowledgements of what it sends again because ours was lost, and
 * of its window and keepalive probes. They must not wait for the limiter of RFC 5961 section 7, and must not be without end
 * either. The allowance is whole again whenever the stream advances; without progress it grows by one per interval.
 */
final class ReplyAllowance {
    /** As many as a peer with a retransmission timeout of 5 ms needs until it has backed off beyond the interval. */
    static final int WHOLE = 8;

    private int left;
    private long refilledNs;

    /** Makes the allowance whole. */
    void refill(final long nowNs) {
        left = WHOLE;
        refilledNs = nowNs;
    }

    boolean tryTake(final long intervalNs, final long nowNs) {
        if (left < WHOLE && intervalNs > 0) {
            final long earned = (nowNs - refilledNs) / intervalNs;
            refilledNs += earned * intervalNs;
            left = (int) Math.min(WHOLE, left + earned);
        }
        if (left == WHOLE) {
            refilledNs = nowNs;
        }
        if (left == 0 && intervalNs > 0) {
            return false;
        }
        left = Math.max(0, left - 1);
        return true;
    }
}
