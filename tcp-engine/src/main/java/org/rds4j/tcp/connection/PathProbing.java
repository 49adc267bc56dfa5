package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.network.PathMtu;
import org.rds4j.tcp.send.Acknowledgement;
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

    /** Segments wanted behind a trial, so that its loss is noticed by duplicates; without SACK they must leave with it. */
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
        c.mss = (char) segmentSize(c, c.route.maxTransportLength());
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
            c.provenEnd = c.sndUna;
            final boolean isSmaller = size < c.mss;
            c.mss = (char) size;
            c.congestion.onSegmentSize(size);
            if (isSmaller && c.sndUna < c.sndNxt) {
                c.trialStart = NO_TRIAL;
                c.recovery.onSegmentsTooLarge(size);
                connections.timing.restartRecovery(c);
            }
        }
    }

    /** The owner wants smaller segments from now on; the path carries what is in flight. */
    void onSmallerWanted(final Connection c) {
        final int size = segmentSize(c, c.route.maxTransportLength());
        if (size < c.mss) {
            c.provenEnd = c.sndUna;
            c.mss = (char) size;
            c.congestion.onSegmentSize(size);
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
        if (isBlackHole(c) && c.route.pathMtu().onBlackHole(connections.nowNs)) {
            counters.increment(TcpCounter.PATH_BLACK_HOLES);
            refresh(c);
        }
    }

    /**
     * Whether it is the size of the first segment that keeps it from arriving. Chance does it too, so there must be no full-size
     * segment that was sent later and has arrived. One of another connection clears the path if it left after the last attempt.
     * Of this connection's, those behind the first segment tell of the path as it was when they left, which may have changed
     * since: they only make for twice as much patience.
     */
    private static boolean isBlackHole(final Connection c) {
        final PathMtu path = c.route.pathMtu();
        final int timeouts = path.blackHoleTimeouts();
        if (timeouts == 0 || Math.min(c.sndNxt, c.sent.committed()) - c.sndUna < c.mss || path.hasDeliveredSince(c.lastSentNs)) {
            return false;
        }
        return c.retries >= (c.provenEnd > c.sndUna ? 2 * timeouts : timeouts);
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
        return size > c.mss && available >= wanted && room >= (c.sack ? size : wanted) ? size : 0;
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

    /** An acknowledgement was looked at by loss recovery. */
    void onAcknowledgement(final Connection c, final Acknowledgement ack) {
        if (ack.fullEnd() > 0) {
            c.provenEnd = Math.max(c.provenEnd, ack.fullEnd());
            if (c.peerMss >= c.route.maxTransportLength() - TcpHeaderFlyweight.MIN_LENGTH) {
                c.route.pathMtu().onDelivered(ack.fullSentNs()); // not what is full for the peer alone
            }
        }
        onRecovery(c);
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
