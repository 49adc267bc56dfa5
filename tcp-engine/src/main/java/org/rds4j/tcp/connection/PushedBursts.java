package org.rds4j.tcp.connection;

/**
 * PSH as Linux has it with segmentation offload: besides the end of what was written, the last segment of each burst of two or
 * more carries it, so that a receiver that gathers segments passes them on. A burst is what Linux would give to the device at
 * once: few segments, more where the round trip is short, and half the window at most.
 */
final class PushedBursts {
    private static final int MOST_OCTETS = 65_000;
    /** A burst is half as long for each such time of the round trip, about half a millisecond; a power of two, not to divide. */
    private static final int SHORT_ROUND_TRIP_BITS = 19;

    private PushedBursts() {
    }

    /**
     * Whether the segment at SND.NXT ends a burst.
     *
     * @param least segments that a burst has if there are so many.
     * @param room  octets that are queued and that the windows admit; 0 if the segment goes by itself.
     */
    static boolean ends(final Connection c, final int length, final long room, final int least) {
        if ((int) c.sndNxt - c.burstEnd >= 0) {
            c.burstEnd = (int) (c.sndNxt + octets(c, room, least));
        }
        return length > 0 && (int) (c.sndNxt + length) == c.burstEnd;
    }

    /** Octets of the burst that begins, 0 for a single segment. */
    private static long octets(final Connection c, final long room, final int least) {
        if (room <= c.mss) {
            return 0;
        }
        final long half = c.congestion.window() / c.mss / 2;
        final long segments = Math.min(half, Math.max(least, octetsAtOnce(c) / c.mss));
        final long octets = Math.min(room, segments * c.mss);
        final long rest = octets % c.mss;
        final long available = c.sent.committed() - c.sndNxt - (octets - rest);
        final long whole = rest > 0 && SegmentEmission.maySendSmall(c, (int) rest, available) ? octets : octets - rest;
        return whole > c.mss ? whole : 0;
    }

    private static long octetsAtOnce(final Connection c) {
        final long shift = c.rtt.minimumNs() >> SHORT_ROUND_TRIP_BITS;
        return shift < Integer.SIZE ? MOST_OCTETS >> shift : 0;
    }
}
