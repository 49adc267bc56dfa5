package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.network.PathMtu;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;

/**
 * What a connection does about the path's MTU: its segments follow what the route knows (RFC 1191 section 6.4), timeouts of
 * full-size segments tell of black holes, and larger segments try the path (RFC 4821). A lost one of these is no sign of
 * congestion, and neither is what a smaller MTU has lost.
 */
final class PathProbing {
    /** Position of a probe when none is in flight. */
    static final long NO_PROBE = -1;

    /** Segments wanted behind a probe, so that its loss is noticed by duplicates. */
    private static final int SEGMENTS_BEHIND = 3;
    private static final int LEAST_SEGMENT = 48;

    private final Connections connections;
    private final TcpCounters counters;

    PathProbing(final Connections connections, final TcpCounters counters) {
        this.connections = connections;
        this.counters = counters;
    }

    /** The options are negotiated: segments get their size. */
    void onOpened(final Connection c) {
        c.mss = segmentSize(c, c.route.maxTransportLength());
    }

    /** SMSS less the options carried (RFC 6691), for packets that carry so much above IP. */
    private static int segmentSize(final Connection c, final int transportLength) {
        final int options = c.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0;
        return Math.max(LEAST_SEGMENT, Math.min(c.peerMss, transportLength - TcpHeaderFlyweight.MIN_LENGTH) - options);
    }

    /** Follows the route. When it has shrunk, what is in flight is taken to be lost and sent again in the new size. */
    void refresh(final Connection c) {
        final int size = segmentSize(c, c.route.maxTransportLength());
        if (size != c.mss) {
            final boolean isSmaller = size < c.mss;
            c.mss = size;
            if (isSmaller && c.sndUna < c.sndMax) {
                sendAgain(c);
            }
        }
    }

    /** From SND.UNA on, without touching the congestion window. */
    private static void sendAgain(final Connection c) {
        c.probeStart = NO_PROBE;
        c.sndNxt = c.sndUna;
        c.timedEnd = Connection.TIMING_SPOILT;
    }

    /** A router says that a segment of this connection was too big; it was in flight, so the router may be believed. */
    void onTooBig(final Connection c, final int nextHopMtu) {
        if (!c.state.isSynchronised()) {
            return;
        }
        if (c.route.pathMtu().onTooBig(nextHopMtu, connections.nowNs)) {
            counters.increment(TcpCounter.PATH_MTU_LOWERED);
        }
        refresh(c);
    }

    /** The retransmission timer expired once more. */
    void onTimeout(final Connection c) {
        loseProbe(c);
        final PathMtu path = c.route.pathMtu();
        final boolean isFullSize = Math.min(c.sndMax, c.sent.committed()) - c.sndUna >= c.mss;
        if (isFullSize && c.retries >= path.blackHoleTimeouts() && path.onBlackHole(connections.nowNs)) {
            counters.increment(TcpCounter.PATH_BLACK_HOLES);
            refresh(c);
        }
    }

    /** Most payload of the segment at SND.NXT: more than the MSS when it is to try the path. */
    int segmentLimit(final Connection c, final long available, final long room) {
        final PathMtu path = c.route.pathMtu();
        final int probe = path.probeSize(connections.nowNs);
        if (probe == 0 || c.probeStart != NO_PROBE || c.sndNxt < c.sndMax || c.recovery.isRecovering()) {
            return c.mss;
        }
        final int size = segmentSize(c, c.route.maxTransportLength() + probe - path.mtu());
        final long wanted = size + (long) SEGMENTS_BEHIND * c.mss;
        return size > c.mss && available >= wanted && room >= wanted ? size : c.mss;
    }

    /** A segment left for the first time. */
    void onSent(final Connection c, final long position, final int length) {
        if (length > c.mss) {
            c.probeStart = position;
            c.probeEnd = position + length;
            c.probeMtu = c.route.pathMtu().mtu() + length - c.mss;
            c.probeDuplicates = 0;
            counters.increment(TcpCounter.PATH_PROBES);
        }
    }

    /** SND.UNA moved on. */
    void onAdvance(final Connection c) {
        if (c.probeStart != NO_PROBE && c.sndUna >= c.probeEnd) {
            c.probeStart = NO_PROBE;
            c.route.pathMtu().onProbeDelivered(c.probeMtu, connections.nowNs);
        }
    }

    /**
     * A duplicate acknowledgement. While the probe is what is missing they count against its size, not against the
     * congestion window.
     *
     * @return true when loss recovery is not to hear of it.
     */
    boolean takesDuplicate(final Connection c) {
        if (c.probeStart != c.sndUna) {
            return false;
        }
        c.probeDuplicates++;
        if (c.probeDuplicates == SEGMENTS_BEHIND) {
            loseProbe(c);
            sendAgain(c);
        }
        return true;
    }

    private void loseProbe(final Connection c) {
        if (c.probeStart != NO_PROBE) {
            c.probeStart = NO_PROBE;
            c.route.pathMtu().onProbeLost(c.probeMtu, connections.nowNs);
            counters.increment(TcpCounter.PATH_PROBES_LOST);
        }
    }
}
