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
        if (c.state != TcpState.SYN_SENT) {
            react(c, segment, nowNs);
        } else if (opening.onSynSent(c, segment, nowNs)) {
            onHeldText(c, nowNs);
        }
    }

    private void react(final Connection c, final TcpSegment segment, final long nowNs) {
        final long next = c.rcvNxt();
        final long position = Sequence.position(c.receiveOrigin, segment.sequence(), next);
        final Arrival arrival = classify(c, segment, position, next, nowNs);
        count(arrival, segment, position, next);
        switch (ArrivalTable.reaction(c.state, arrival)) {
            case DROP -> { }
            case REFUSED -> connections.closing.terminate(c, CloseReason.REFUSED);
            case RESET -> connections.closing.terminate(c, CloseReason.RESET);
            case ABORT -> {
                connections.closing.resetPeer(c);
                connections.closing.terminate(c, CloseReason.RESET);
            }
            case CHALLENGE -> challenge(c, nowNs);
            case REPLY -> onUnacceptable(c, segment, arrival, position, next, nowNs);
            case REPEAT_SYN_ACK -> {
                if (!segment.hasAck()) {
                    ecn.onSyn(c, segment); // the peer may have given up on ECN meanwhile
                }
                c.synDue = true;
            }
            case COMPLETE -> {
                // what follows a SYN that crossed with ours counts as if the SYN were not there
                final long from = arrival == Arrival.SYN_AGAIN_ACK ? 0 : position;
                if (opening.completeHandshake(c, segment, from, nowNs)) {
                    onHeldText(c, nowNs);
                    process(c, segment, from, nowNs);
                }
            }
            case PROCESS -> process(c, segment, position, nowNs);
        }
    }

    /** RFC 9293 section 3.10.7.4, first to fourth, as RFC 5961 and RFC 7323 amend them. */
    private Arrival classify(
        final Connection c, final TcpSegment segment, final long position, final long next, final long nowNs) {
        if (segment.hasRst()) {
            return classifyReset(c, position, next);
        }
        final boolean stamped = segment.options().hasTimestamps();
        if (c.timestamps && !stamped && !configuration.takesUnstamped()) {
            return segment.hasSyn() ? classifyOtherSyn(c, position, next) : Arrival.UNSTAMPED;
        }
        if (c.timestamps && stamped && isStale(c, segment, nowNs)) {
            return Arrival.STALE;
        }
        if (segment.hasSyn()) {
            return classifySyn(c, segment, position, next);
        }
        if (!isAcceptable(c, segment, position, next)) {
            return Arrival.UNACCEPTABLE;
        }
        return segment.hasAck() ? Arrival.ACCEPTABLE : Arrival.NO_ACK;
    }

    /**
     * RFC 5961 section 3.2: only an exact match resets. Some peers number the reset that follows a loss by what they sent last,
     * which SACK has told them we hold, so the end of that is exact too.
     */
    private Arrival classifyReset(final Connection c, final long position, final long next) {
        if (position == next || (c.sack && c.received.hasGap() && position == c.received.highest())) {
            return Arrival.RESET_EXACT;
        }
        if (position <= next || position >= c.window.edge()) {
            return Arrival.RESET_OUTSIDE;
        }
        return configuration.insecureReset() ? Arrival.RESET_EXACT : Arrival.RESET_INSIDE;
    }

    private Arrival classifySyn(final Connection c, final TcpSegment segment, final long position, final long next) {
        if (segment.sequence() != Sequence.wire(c.receiveOrigin, -1)) {
            return classifyOtherSyn(c, position, next);
        }
        final boolean acknowledges =
            segment.hasAck() && c.sndNxt >= 0 && segment.acknowledgement() == c.sequence(0);
        return acknowledges ? Arrival.SYN_AGAIN_ACK : Arrival.SYN_AGAIN;
    }

    /** A SYN that is not the one which opened the connection. */
    private Arrival classifyOtherSyn(final Connection c, final long position, final long next) {
        final boolean inside = position >= next && position < c.window.edge();
        return inside && configuration.insecureSyn() ? Arrival.SYN_INSIDE : Arrival.SYN;
    }

    /** PAWS (RFC 7323 section 5). */
    private static boolean isStale(final Connection c, final TcpSegment segment, final long nowNs) {
        return Sequence.isBefore(segment.options().timestamp(), c.tsRecent) &&
            nowNs - c.tsRecentNs < TimestampClock.MAX_AGE_NS;
    }

    private void count(final Arrival arrival, final TcpSegment segment, final long position, final long next) {
        final TcpCounter counter = switch (arrival) {
            case UNSTAMPED -> TcpCounter.DROP_NO_TIMESTAMP;
            case STALE -> TcpCounter.DROP_PAWS;
            case RESET_EXACT -> TcpCounter.RESETS_IN;
            case RESET_INSIDE, RESET_OUTSIDE -> TcpCounter.DROP_BAD_RESET;
            case SYN, SYN_INSIDE, SYN_AGAIN -> TcpCounter.DROP_BAD_SYN;
            case UNACCEPTABLE ->
                position + segment.length() <= next ? TcpCounter.DROP_DUPLICATE : TcpCounter.DROP_OUT_OF_WINDOW;
            case NO_ACK -> TcpCounter.DROP_NO_ACK;
            case SYN_AGAIN_ACK, ACCEPTABLE -> null;
        };
        if (counter != null) {
            counters.increment(counter);
        }
    }

    private void process(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (!onAcknowledgement(c, segment, position, nowNs) || c.closed) {
            return;
        }
        rememberTimestamp(c, segment, position, nowNs);
        if (segment.payloadLength() > 0 || segment.hasFin()) {
            onText(c, segment, position, nowNs);
        }
    }

    /** What the header of a segment of a run says; false if no text is to be taken. */
    boolean onRunHeader(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (!onAcknowledgement(c, segment, position, nowNs) || c.closed) {
            return false;
        }
        rememberTimestamp(c, segment, position, nowNs);
        return true;
    }

    /** Payload and FIN of a SYN wait until the connection is established (RFC 9293 section 3.10.7.3). */
    private void onHeldText(final Connection c, final long nowNs) {
        if (c.received.received() > 0) {
            c.events |= Connection.EVENT_RECEIVABLE;
            c.acks.onData((int) c.received.received());
            if (c.acks.isDelayed()) {
                timing.startDelayedAck(c, nowNs);
            }
        }
        if (c.peerFin == c.received.received()) {
            onFin(c);
        }
    }

    /** RFC 7323 section 4.3: what is echoed is the timestamp of the segment that advanced the left edge. */
    private void rememberTimestamp(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (c.timestamps && segment.options().hasTimestamps() && position <= c.lastAckSent) {
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
        final Connection c, final TcpSegment segment, final Arrival arrival, final long position, final long next,
        final long nowNs) {
        final boolean read = arrival == Arrival.UNACCEPTABLE && segment.hasAck() &&
            (position == next || (position < next && configuration.dialect().readsOldAcknowledgements()));
        if (read && c.state.isSynchronised()) {
            onAcknowledgement(c, segment, position, nowNs); // RFC 9293 section 3.4: a closed window still takes ACKs
            if (c.closed) {
                return;
            }
        }
        reply(c, segment, position, next, nowNs);
    }

    /** Answers an unacceptable segment: one that a live peer waits for from the allowance, any other as a challenge. */
    private void reply(
        final Connection c, final TcpSegment segment, final long position, final long next, final long nowNs) {
        if (!isAnswerAwaited(c, segment, position, next)) {
            challenge(c, nowNs);
        } else if (c.replies.tryTake(configuration.challengeAckIntervalNs(), nowNs)) {
            c.acks.onUrgent();
            if (segment.length() > 0 && position + segment.length() <= next) {
                c.sacks.onDuplicate(position, position + segment.length());
            }
        } else {
            counters.increment(TcpCounter.CHALLENGE_ACKS_LIMITED);
        }
    }

    /** Octets sent again because our acknowledgement was lost, data that probes a closed window, or an empty probe. */
    private static boolean isAnswerAwaited(
        final Connection c, final TcpSegment segment, final long position, final long next) {
        if (segment.length() == 0) {
            return position == next - 1;
        }
        return !segment.hasSyn() && position <= next && position >= next - c.received.capacity();
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
    void onText(final Connection c, final TcpSegment segment, final long position, final long nowNs) {
        if (!c.state.mayReceive()) {
            counters.increment(TcpCounter.DROP_DUPLICATE);
            reply(c, segment, position, c.rcvNxt(), nowNs);
            return;
        }
        final long finAt = position + segment.payloadLength();
        final long limit = Math.min(c.peerFin, Math.max(c.window.edge(), c.rcvNxt()));
        final long end = Math.min(finAt, limit);
        if (end > c.rcvNxt() && c.receiveClosed) {
            counters.increment(TcpCounter.DROP_AFTER_CLOSE);
            connections.closing.refuseData(c, segment.acknowledgement());
            return;
        }
        if (segment.payloadLength() > 0) {
            onPayload(c, segment, position, end, nowNs);
        }
        if (segment.hasFin() && finAt <= limit && finAt >= c.received.received() && c.peerFin == Connection.NO_FIN) {
            c.peerFin = finAt;
            c.received.truncate(finAt); // what was held beyond the end of the stream never belonged to it
            c.sacks.truncate(finAt);
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
            counters.increment(c.received.isDetached() ? TcpCounter.DROP_NO_BUFFER : TcpCounter.DROP_REASSEMBLY);
            c.acks.onUrgent();
            return;
        }
        final long octets = c.received.received() - before;
        if (octets == 0) {
            counters.increment(TcpCounter.OUT_OF_ORDER);
            c.acks.onUrgent();
            return;
        }
        c.replies.refill(nowNs);
        counters.add(TcpCounter.OCTETS_IN, octets);
        c.events |= Connection.EVENT_RECEIVABLE;
        if (gap) {
            c.acks.onFilled();
        } else if (position < before || c.window.edge() - c.rcvNxt() < octets) {
            c.acks.onUrgent();
        } else {
            c.acks.onData((int) octets);
            acknowledgeEarly(c, nowNs);
        }
        if (c.acks.isDelayed()) {
            timing.startDelayedAck(c, nowNs);
        }
    }

    /** Marks are echoed in the order of the segments that leave by themselves, so a connection with ECN does without. */
    private void acknowledgeEarly(final Connection c, final long nowNs) {
        if (c.usesEcn() || !c.acks.takeEarly()) {
            return;
        }
        if (connections.control.acknowledge(c, TimestampClock.ticks(nowNs) + c.timestampOffset, nowNs)) {
            c.lastAckSent = c.acknowledges();
            c.timers.cancel(Connection.DELAYED_ACK);
        } else {
            c.acks.onUrgent(); // it goes with those that follow
        }
    }

    private void onFin(final Connection c) {
        c.finReceived = true;
        c.events |= Connection.EVENT_PEER_CLOSED;
        c.acks.onUrgent();
        c.transition(Transition.FIN_RECEIVED);
        c.finDue = c.state == TcpState.CLOSING && configuration.dialect().repeatsCrossedFin();
        if (c.state == TcpState.TIME_WAIT) {
            connections.closing.enterTimeWait(c);
        }
    }
}
