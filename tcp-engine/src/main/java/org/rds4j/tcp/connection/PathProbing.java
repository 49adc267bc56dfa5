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
    /** Where a trial begins when none is in flight. */
    static final long NO_TRIAL = -1;

    /** Segments wanted behind a trial, so that its loss is noticed by duplicates. */
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

    /** Follows the route. When it has shrunk, what is in flight and larger is lost, and sent again in the new size. */
    void refresh(final Connection c) {
        final int size = segmentSize(c, c.route.maxTransportLength());
        if (size != c.mss) {
            final boolean isSmaller = size < c.mss;
            c.mss = size;
            c.congestion.onSegmentSize(size);
            if (isSmaller && c.sndUna < c.sndNxt) {
                c.trialStart = NO_TRIAL;
                c.recovery.onSegmentsTooLarge(size);
                connections.timing.restartRecovery(c);
            }
        }
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
        loseTrial(c);
        final PathMtu path = c.route.pathMtu();
        final boolean isFullSize = Math.min(c.sndNxt, c.sent.committed()) - c.sndUna >= c.mss;
        if (isFullSize && c.retries >= path.blackHoleTimeouts() && path.onBlackHole(connections.nowNs)) {
            counters.increment(TcpCounter.PATH_BLACK_HOLES);
            refresh(c);
        }
    }

    /** Payload of the segment at SND.NXT if it is to try the path, otherwise 0. */
    int trialLength(final Connection c, final long available, final long room) {
        final PathMtu path = c.route.pathMtu();
        final int trial = path.probeSize(connections.nowNs);
        if (trial == 0 || c.trialStart != NO_TRIAL || c.recovery.isRecovering() || c.recovery.hasLost()) {
            return 0;
        }
        final int size = segmentSize(c, c.route.maxTransportLength() + trial - path.mtu());
        final long wanted = size + (long) SEGMENTS_BEHIND * c.mss;
        return size > c.mss && available >= wanted && room >= wanted ? size : 0;
    }

    /** A segment left for the first time. */
    void onSent(final Connection c, final long position, final int length) {
        if (length > c.mss) {
            c.trialStart = position;
            c.trialEnd = position + length;
            c.trialMtu = c.route.pathMtu().mtu() + length - c.mss;
            c.recovery.onTrial(position);
            counters.increment(TcpCounter.PATH_PROBES);
        }
    }

    /** SND.UNA moved on. */
    void onAdvance(final Connection c) {
        if (c.trialStart != NO_TRIAL && c.sndUna >= c.trialEnd) {
            c.trialStart = NO_TRIAL;
            c.route.pathMtu().onProbeDelivered(c.trialMtu, connections.nowNs);
        }
    }

    /** Loss recovery has looked for losses. */
    void onRecovery(final Connection c) {
        if (c.trialStart != NO_TRIAL && c.recovery.isTrialLost()) {
            loseTrial(c);
        }
    }

    private void loseTrial(final Connection c) {
        if (c.trialStart != NO_TRIAL) {
            c.trialStart = NO_TRIAL;
            c.route.pathMtu().onProbeLost(c.trialMtu, connections.nowNs);
            counters.increment(TcpCounter.PATH_PROBES_LOST);
        }
    }
}
