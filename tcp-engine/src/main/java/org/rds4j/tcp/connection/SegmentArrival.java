package org.rds4j.tcp.connection;

import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * Arrival of segments on a connection, in the order of RFC 9293 section 3.10.7.4: timestamps, sequence number, RST, SYN, ACK,
 * payload, FIN. A step that drops the segment ends its processing.
 */
final class SegmentArrival {
    private final Connections connections;
    private final TcpConfiguration configuration;
    private final TcpCounters counters;
    private final ConnectionTiming timing;
    private final OpeningArrival opening;
    private final AcknowledgementArrival acknowledgements;
    private final EcnArrival ecn;

    SegmentArrival(
        final Connections connections, final TcpConfiguration configuration, final TcpCounters counters,
        final ConnectionTiming timing, final OpeningArrival opening) {
        this.connections = connections;
        this.configuration = configuration;
        this.counters = counters;
        this.timing = timing;
        this.opening = opening;
        this.ecn = new EcnArrival(configuration, counters);
        acknowledgements = new AcknowledgementArrival(counters, timing, ecn, connections.pathProbing);
    }

    void onSegment(final Connection c, final TcpSegment segment, final long nowNs) {
        if (c.state == TcpState.SYN_SENT) {
            opening.onSynSent(c, segment, nowNs);
        } else {
            onOpenSegment(c, segment, nowNs);
        }
    }

    private void onOpenSegment(final Connection c, final TcpSegment segment, final long nowNs) {
        final long next = c.rcvNxt();
        long position = Sequence.position(c.receiveOrigin, segment.sequence(), next);
        if (c.timestamps && !segment.hasRst() && !isTimely(c, segment, position, nowNs)) {
            return;
        }
        if (opening.isRepeatedSyn(c, segment)) {
            if (!opening.onRepeatedSyn(c, segment)) {
                return;
            }
            position = 0; // SYN and ACK that crossed with ours: what follows the SYN counts
        } else if (segment.hasRst()) {
            onReset(c, position, next, nowNs);
            return;
        } else if (!isAcceptable(c, segment, position, next)) {
            onUnacceptable(c, segment, position, next, nowNs);
            return;
        } else if (segment.hasSyn()) {
            counters.increment(TcpCounter.DROP_BAD_SYN);
            challenge(c, nowNs);
            return;
        }
        onAcceptable(c, segment, position, nowNs);
    }

    private void onAcceptable(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (!segment.hasAck()) {
            counters.increment(TcpCounter.DROP_NO_ACK);
            return;
        }
        if (c.state == TcpState.SYN_RECEIVED && !opening.completeHandshake(c, segment, position, nowNs)) {
            return;
        }
        if (!onAcknowledgement(c, segment, position, nowNs) || c.closed) {
            return;
        }
        rememberTimestamp(c, segment, position, nowNs);
        if (segment.payloadLength() > 0 || segment.hasFin()) {
            onText(c, segment, position, nowNs);
        }
    }

    /** PAWS (RFC 7323 section 5): false if the segment was dropped. */
    private boolean isTimely(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (!segment.options().hasTimestamps()) {
            counters.increment(TcpCounter.DROP_NO_TIMESTAMP);
            return false;
        }
        if (Sequence.isBefore(segment.options().timestamp(), c.tsRecent) &&
            nowNs - c.tsRecentNs < TimestampClock.MAX_AGE_NS) {
            counters.increment(TcpCounter.DROP_PAWS);
            reply(c, segment, position, c.rcvNxt(), nowNs);
            return false;
        }
        return true;
    }

    /** RFC 7323 section 4.3: what is echoed is the timestamp of the segment that advanced the left edge. */
    private void rememberTimestamp(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (c.timestamps && position <= c.lastAckSent) {
            c.tsRecent = segment.options().timestamp();
            c.tsRecentNs = nowNs;
        }
    }

    /**
     * RFC 9293 section 3.4, against the largest right edge ever announced. Looser in two points: an empty segment exactly at the
     * edge is taken for its acknowledgement, and so is a bare FIN at the edge of a closed window.
     */
    private static boolean isAcceptable(final Connection c, final TcpSegment segment, final long position, final long next) {
        final long edge = Math.max(c.window.edge(), next);
        final int length = segment.length();
        if (length == 0) {
            return position >= next && position <= edge;
        }
        if (edge == next) {
            return position == next && segment.payloadLength() == 0 && segment.hasFin() && !segment.hasSyn();
        }
        return position < edge && position + length > next;
    }

    private void onUnacceptable(
        final Connection c, final TcpSegment segment, final long position, final long next, final long nowNs) {
        counters.increment(
            position + segment.length() <= next ? TcpCounter.DROP_DUPLICATE : TcpCounter.DROP_OUT_OF_WINDOW);
        final boolean probe = position == next && segment.hasAck() && !segment.hasSyn();
        if (probe && c.state.isSynchronised()) {
            onAcknowledgement(c, segment, position, nowNs); // RFC 9293 section 3.4: a closed window still takes ACKs
            if (c.closed) {
                return;
            }
        }
        reply(c, segment, position, next, nowNs);
    }

    /**
     * Answers an unacceptable segment. What repeats octets received before, or probes a closed window with data, is answered each
     * time, since the peer waits for it; everything else could be one half of a loop and is limited (RFC 5961 section 7).
     */
    private void reply(
        final Connection c, final TcpSegment segment, final long position, final long next, final long nowNs) {
        if (segment.length() > 0 && !segment.hasSyn() && position <= next) {
            c.acks.onUrgent();
            if (position + segment.length() <= next) {
                c.sacks.onDuplicate(position, position + segment.length());
            }
        } else if (segment.length() == 0 && position == next - 1) {
            if (nowNs - c.lastProbeReplyNs >= configuration.rtoFloorNs()) {
                c.lastProbeReplyNs = nowNs;
                c.acks.onUrgent();
            } else {
                counters.increment(TcpCounter.CHALLENGE_ACKS_LIMITED);
            }
        } else {
            challenge(c, nowNs);
        }
    }

    private void challenge(final Connection c, final long nowNs) {
        if (nowNs - c.lastChallengeNs >= configuration.challengeAckIntervalNs()) {
            c.lastChallengeNs = nowNs;
            counters.increment(TcpCounter.CHALLENGE_ACKS);
            c.acks.onUrgent();
        } else {
            counters.increment(TcpCounter.CHALLENGE_ACKS_LIMITED);
        }
    }

    /** RFC 5961 section 3.2: only an exact match resets. */
    private void onReset(final Connection c, final long position, final long next, final long nowNs) {
        if (position == next) {
            counters.increment(TcpCounter.RESETS_IN);
            connections.closing.terminate(
                c, c.state == TcpState.SYN_RECEIVED ? CloseReason.REFUSED : CloseReason.RESET);
            return;
        }
        counters.increment(TcpCounter.DROP_BAD_RESET);
        if (position > next && position < c.window.edge()) {
            challenge(c, nowNs);
        }
    }

    /** RFC 9293 section 3.10.7.4 fifth, RFC 5961 section 5.2. False if the segment is to be dropped. */
    private boolean onAcknowledgement(
        final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        final long acknowledged = Sequence.position(c.sendOrigin, segment.acknowledgement(), c.sndUna);
        if (acknowledged > c.sndNxt || acknowledged < c.sndUna - c.maxSndWnd) {
            counters.increment(TcpCounter.DROP_BAD_ACK);
            challenge(c, nowNs);
            return false;
        }
        c.lastReceivedNs = nowNs;
        c.softError = null;
        c.keepaliveSent = 0;
        c.probesUnanswered = 0;
        if (acknowledgements.onAcknowledgement(c, segment, position, acknowledged, nowNs) && c.isFinAcknowledged()) {
            onFinAcknowledged(c);
        }
        return true;
    }

    private void onFinAcknowledged(final Connection c) {
        final TcpState before = c.state;
        c.transition(Transition.FIN_ACKNOWLEDGED);
        if (c.state == before) {
            return;
        }
        switch (c.state) {
            case FIN_WAIT_2 -> timing.startLinger(c);
            case TIME_WAIT -> connections.closing.enterTimeWait(c);
            default -> connections.closing.leaveLastAck(c);
        }
    }

    /** RFC 9293 section 3.10.7.4 seventh and eighth: payload and FIN. */
    private void onText(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (!c.state.mayReceive()) {
            counters.increment(TcpCounter.DROP_DUPLICATE);
            c.acks.onUrgent();
            return;
        }
        final long finAt = position + segment.payloadLength();
        final long limit = Math.min(c.peerFin, Math.max(c.window.edge(), c.rcvNxt()));
        final long end = Math.min(finAt, limit);
        if (end > c.rcvNxt() && c.receiveClosed) {
            counters.increment(TcpCounter.DROP_AFTER_CLOSE);
            connections.closing.resetPeer(c);
            connections.closing.terminate(c, CloseReason.ABORTED);
            return;
        }
        if (segment.payloadLength() > 0) {
            onPayload(c, segment, position, end, nowNs);
        }
        if (segment.hasFin() && finAt <= limit && c.peerFin == Connection.NO_FIN) {
            c.peerFin = finAt;
        }
        if (c.peerFin == c.received.received()) {
            onFin(c);
        } else if (segment.hasFin()) {
            c.acks.onUrgent();
        }
    }

    private void onPayload(
        final Connection c, final TcpSegment segment, final long position, final long end, final long nowNs) {
        final long before = c.received.received();
        final boolean gap = c.received.hasGap();
        ecn.onData(c, segment);
        if (end <= before) {
            counters.increment(TcpCounter.DROP_DUPLICATE);
            c.sacks.onDuplicate(position, end);
            c.acks.onUrgent();
            return;
        }
        final boolean taken = c.received.write(position, segment.payload(), (int) (end - position));
        c.received.report(c.sacks);
        if (!taken) {
            counters.increment(TcpCounter.DROP_REASSEMBLY);
            c.acks.onUrgent();
            return;
        }
        final long octets = c.received.received() - before;
        if (octets == 0) {
            counters.increment(TcpCounter.OUT_OF_ORDER);
            c.acks.onUrgent();
            return;
        }
        counters.add(TcpCounter.OCTETS_IN, octets);
        c.events |= Connection.EVENT_RECEIVABLE;
        if (gap || position < before || c.window.edge() - c.rcvNxt() < octets) {
            c.acks.onUrgent();
        } else {
            c.acks.onData((int) octets);
        }
        if (c.acks.isDelayed()) {
            timing.startDelayedAck(c, nowNs);
        }
    }

    private void onFin(final Connection c) {
        c.finReceived = true;
        c.events |= Connection.EVENT_PEER_CLOSED;
        c.acks.onUrgent();
        c.transition(Transition.FIN_RECEIVED);
        if (c.state == TcpState.TIME_WAIT) {
            connections.closing.enterTimeWait(c);
        }
    }
}
