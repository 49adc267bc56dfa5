package org.rds4j.tcp.connection;

import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.link.SegmentTrain;
import org.rds4j.tcp.wire.EthernetFlyweight;

/**
 * Decides how many of the segments that a connection may send now leave in one pass of the stack. Only data that was never sent
 * is taken, so that what is sent again stays a matter of single segments and is never mixed with what was sacked; and only what
 * would have been sent segment by segment, in the same pieces.
 */
final class SegmentTrains {
    final SegmentTrain train = new SegmentTrain();
    private int mostSegments = Integer.MAX_VALUE;

    /** Limits what follows: most segments of one train. */
    void limit(final int segments) {
        mostSegments = segments;
    }

    /**
     * Octets of new data at SND.NXT for one train: whole segments, and the small one behind them if it may go too.
     *
     * @param room octets that are queued and that the windows admit; 0 when each segment says something else, by SACK blocks
     *             or ECN echoes, and for a probe.
     * @return more than one SMSS, or 0 when the next segment goes by itself.
     */
    int plan(final Connection c, final FrameSink sink, final long room, final int headersLength, final long nowNs) {
        if (room < 2L * c.mss || mostSegments < 2 || c.sendOverride ||
            !(sink instanceof SegmentSink segments) || !c.route.carriesTrains()) {
            return 0;
        }
        final int paced = c.pacer.segmentsOpen(c.congestion, c.pacingRttNs(), nowNs);
        final int ready = (int) Math.min(Math.min(mostSegments, paced), (room + c.mss - 1) / c.mss);
        if (ready < 2) {
            return 0;
        }
        final int taken = segments.trainRoom(c.mss, ready);
        final long octets = Math.min(room, (long) taken * c.mss);
        final int rest = (int) (octets % c.mss);
        final int length = (int) octets - (rest > 0 && maySendRest(c, octets, rest, headersLength) ? 0 : rest);
        return length > c.mss ? length : 0;
    }

    /** One segment left by itself, be it larger than others to probe the path. */
    static void onSent(final Connection c, final int length, final long nowNs) {
        c.recovery.onSent(c.sndNxt, nowNs);
        c.windowUse.onSent(c.congestion, c.recovery.inFlight(), c.sndUna, c.sndNxt);
        if (length > 0) {
            c.pacer.onSent(length, c.congestion, c.pacingRttNs(), nowNs);
        }
    }

    /** Loss recovery and pacing keep account of segments, not of trains: they hear of each, as if they had left one by one. */
    static void onTrainSent(final Connection c, final long position, final int length, final long nowNs) {
        long end = position;
        for (int left = length; left > 0; left -= c.mss) {
            final int octets = Math.min(left, c.mss);
            end += octets;
            c.recovery.onSent(left > c.mss ? end : c.sndNxt, nowNs);
            c.pacer.onSent(octets, c.congestion, c.pacingRttNs(), nowNs);
        }
        c.windowUse.onSent(c.congestion, c.recovery.inFlight(), c.sndUna, c.sndNxt);
    }

    /** The last segment goes by itself when it has to be padded, which is no device's business. */
    private static boolean maySendRest(final Connection c, final long octets, final int rest, final int headersLength) {
        final long available = c.sent.committed() - c.sndNxt - (octets - rest);
        return headersLength + rest >= EthernetFlyweight.MIN_FRAME_LENGTH && SegmentEmission.maySendSmall(c, rest, available);
    }
}
