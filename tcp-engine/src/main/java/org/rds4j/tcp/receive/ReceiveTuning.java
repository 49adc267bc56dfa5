package org.rds4j.tcp.receive;

/**
 * How much of the receive ring a connection may use. It begins small and grows when the owner reads more in a round trip than
 * ever before: to twice what was read, since as much may be under way as is waiting, plus a margin while the sender speeds up.
 * What has arrived and was not read counts for nothing, so a reader that is stuck makes nothing grow. Never shrinks, since a
 * window once announced is not taken back. One per connection, reused; one thread.
 */
public final class ReceiveTuning {
    private final int capacity;
    private final int initial;
    private long limit;
    private long most;
    private long roundStartNs;
    private long roundStart;

    /**
     * A limit at its beginning.
     *
     * @param capacity octets of the ring.
     * @param initial  octets in use at first; more than the capacity is cut.
     */
    public ReceiveTuning(final int capacity, final int initial) {
        this.capacity = capacity;
        this.initial = Math.min(initial, capacity);
        reset(0);
    }

    /**
     * Starts over for a new connection.
     *
     * @param nowNs the engine's time.
     */
    public void reset(final long nowNs) {
        limit = initial;
        most = initial / 2;
        roundStartNs = nowNs;
        roundStart = 0;
    }

    /**
     * Rounds what is in use up to whole segments.
     *
     * @param maxSegmentSize of the peer's segments.
     */
    public void roundTo(final int maxSegmentSize) {
        limit = Math.min(capacity, Math.ceilDiv(limit, maxSegmentSize) * maxSegmentSize);
    }

    /**
     * Settles the limit for good: from now on it is not tuned.
     *
     * @param octets cut to the ring's capacity.
     */
    public void fix(final int octets) {
        limit = Math.min(octets, capacity);
        most = Long.MAX_VALUE;
    }

    /**
     * The octets of the ring in use.
     *
     * @return at most its capacity.
     */
    public long limit() {
        return limit;
    }

    /**
     * The owner has read.
     *
     * @param consumed end of what it has read so far.
     * @param rttNs    a round trip.
     * @param nowNs    the engine's time.
     * @return true if the limit has grown.
     */
    public boolean onConsumed(final long consumed, final long rttNs, final long nowNs) {
        if (nowNs - roundStartNs < rttNs) {
            return false;
        }
        final long read = consumed - roundStart;
        roundStart = consumed;
        roundStartNs = nowNs;
        if (read <= most) {
            return false;
        }
        final long before = limit;
        limit = Math.min(capacity, Math.max(limit, 2 * read + 4 * (read - most)));
        most = read;
        return limit > before;
    }
}
