package org.rds4j.tcp.receive;

/**
 * What is announced to the peer (RFC 9293 section 3.8.6.2, RFC 7323 section 2). The right edge never moves left, and moves right
 * only by a worthwhile step. What scaling cannot express is rounded up, so that nothing that was promised is taken back; only
 * when the ring is full to its last unit is it rounded down, as RFC 7323 section 2.4 allows, and the edge that is enforced stays.
 * Positions are stream positions, the peer's FIN counting one.
 * <p>
 * A window that is the buffer is announced to the octet unless it is small, and takes what the buffer has room for even where the
 * field, at most 65535 units, could not say so. One thread.
 */
public final class ReceiveWindow {
    private static final int MAX_FIELD = 0xffff;

    private final int capacity;
    private final boolean isBuffer;
    private byte shift;
    private int segment;
    private long limit;
    private long edge;
    private long end;

    /**
     * A window of nothing.
     *
     * @param capacity octets of the receive ring.
     * @param isBuffer true if the window is what the buffer has free.
     */
    public ReceiveWindow(final int capacity, final boolean isBuffer) {
        this.capacity = capacity;
        this.isBuffer = isBuffer;
        limit = capacity;
    }

    /** Starts over at position 0, unscaled, nothing announced. */
    public void reset() {
        shift = 0;
        edge = 0;
        end = 0;
        segment = 1;
        limit = capacity;
    }

    /**
     * Settles the scale once options are negotiated.
     *
     * @param shift          window scale, 0 if not negotiated.
     * @param maxSegmentSize what this side announced.
     */
    public void scale(final int shift, final int maxSegmentSize) {
        this.shift = (byte) shift;
        segment = maxSegmentSize;
    }

    /**
     * Sets how much of the ring may be promised.
     *
     * @param octets cut to the ring's capacity.
     */
    public void limit(final long octets) {
        limit = Math.min(octets, capacity);
    }

    /**
     * Right edge of what is taken: of what was announced, or of the buffer.
     *
     * @return a position.
     */
    public long edge() {
        return isBuffer ? Math.max(edge, end) : edge;
    }

    /**
     * Computes and records the announcement for a segment about to leave.
     *
     * @param next     RCV.NXT, what the segment acknowledges.
     * @param consumed end of what the owner has consumed.
     * @return the window field.
     */
    public int announce(final long next, final long consumed) {
        final long wanted = Math.max(0, wantedEdge(next, consumed) - next);
        end = consumed + limit;
        long units = Math.min((wanted + (1L << shift) - 1) >> shift, MAX_FIELD);
        if (next + (units << shift) > consumed + capacity) {
            units = wanted >> shift; // each rounding up adds to the last: it ends where the ring does
        }
        edge = Math.max(edge, next + (units << shift));
        return (int) units;
    }

    /**
     * The announcement in a SYN or SYN-ACK, at position 0 and never scaled.
     *
     * @return the window field.
     */
    public int announceUnscaled() {
        final int field = (int) Math.min(limit, MAX_FIELD);
        end = limit;
        edge = Math.max(edge, field);
        return field;
    }

    /**
     * Whether enough was consumed since the last announcement that the peer should be told without waiting for a segment
     * that goes anyway: a quarter of what is in use of the ring, or anything worthwhile when little is left open.
     *
     * @param next     RCV.NXT.
     * @param consumed end of what the owner has consumed.
     * @return true if an acknowledgement is due for the window's sake.
     */
    public boolean isUpdateDue(final long next, final long consumed) {
        final long gain = wantedEdge(next, consumed) - edge;
        return gain >= step() && (gain >= limit / 4 || edge - next <= limit / 8);
    }

    private long wantedEdge(final long next, final long consumed) {
        final long usable = Math.min(limit, capacity - (1L << shift) + 1);
        final long free = Math.min(consumed + usable, next + ((long) MAX_FIELD << shift));
        final boolean worthwhile = isBuffer
            ? free > edge && free - next >= Math.min(segment, limit / 4) : free - edge >= step();
        return worthwhile ? free : edge;
    }

    /** The least worthwhile step: a segment, or half of what may be used. */
    private long step() {
        return Math.min(segment, limit / 2);
    }
}
