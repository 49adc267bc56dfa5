package org.rds4j.tcp.connection;

import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ACK;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ECE;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.SYN;

import java.util.random.RandomGenerator;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.network.NetworkRoute;
import org.rds4j.tcp.sequence.InitialNumbers;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.wire.TcpOptions;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * Handshakes begun by peers (RFC 9293 section 3.10.7.2, and SYN-RECEIVED as it comes from there). They have no connection: a
 * {@link HalfOpen} record each, or, when the listener's table is full, a cookie and no memory at all. The connection
 * is made by the acknowledgement that completes the handshake, if the listener's owner can take it.
 */
final class Handshakes {
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final Connections connections;
    private final TcpConfiguration configuration;
    private final TcpCounters counters;
    private final InitialNumbers initialNumbers;
    private final EcnArrival ecn;
    private final SynCookies cookies;
    private final HalfOpen scratch = new HalfOpen();
    private final int window;

    /** Handshakes whose SYN-ACKs announce a window. */
    Handshakes(
        final Connections connections, final TcpConfiguration configuration, final TcpCounters counters,
        final InitialNumbers initialNumbers, final RandomGenerator random, final int window) {
        this.connections = connections;
        this.configuration = configuration;
        this.counters = counters;
        this.initialNumbers = initialNumbers;
        this.ecn = new EcnArrival(configuration, counters);
        this.cookies = new SynCookies(random);
        this.window = window;
    }

    /** A SYN for a listener. Our numbers begin beyond those of the connection it supersedes, if any. */
    void onSyn(
        final ListenerPort listener, final NetworkRoute route, final TcpSegment segment, final int beyond,
        final boolean supersedes, final long nowNs) {
        if (listener.halfOpen.isFull()) {
            answerByCookie(listener, route, segment, nowNs);
            return;
        }
        final HalfOpen record = listener.halfOpen.take();
        fill(record, route, segment);
        record.sequence = initialNumbers.sequence(record, nowNs);
        if (supersedes && Sequence.isBefore(record.sequence, beyond)) {
            record.sequence = beyond;
        }
        record.ambiguous = false;
        record.sentNs = nowNs;
        record.lastChallengeNs = LONG_AGO;
        listener.halfOpen.add(record, nowNs + timeoutNs(0));
        answer(listener, record, timestamp(record, nowNs), nowNs);
    }

    private void fill(final HalfOpen record, final NetworkRoute route, final TcpSegment segment) {
        final TcpOptions options = segment.options();
        record.tuple(
            route.remoteHigh(), route.remoteLow(), route.localHigh(), route.localLow(),
            segment.remotePort(), segment.localPort());
        record.interfaceId(route.interfaceId());
        record.route = route;
        record.timestampOffset = initialNumbers.timestampOffset(record);
        record.peerSequence = segment.sequence();
        record.maxSegmentSize = options.maxSegmentSize();
        record.timestamps = configuration.timestamps() && options.hasTimestamps();
        record.tsRecent = options.timestamp();
        record.sack = configuration.sack() && options.isSackPermitted();
        record.ecn = ecn.isGranted(segment);
        final boolean scaled = configuration.windowScale() && options.windowShift() != TcpOptions.ABSENT;
        record.windowShift =
            (byte) (scaled ? Math.min(options.windowShift(), TcpConfiguration.MAX_WINDOW_SHIFT) : TcpOptions.ABSENT);
    }

    private void answerByCookie(
        final ListenerPort listener, final NetworkRoute route, final TcpSegment segment, final long nowNs) {
        fill(scratch, route, segment);
        scratch.sequence = cookies.make(scratch, nowNs);
        if (!scratch.timestamps) { // what cannot be remembered is not offered
            scratch.windowShift = TcpOptions.ABSENT;
            scratch.sack = false;
            scratch.ecn = false;
        }
        listener.lastCookieNs = nowNs;
        counters.increment(TcpCounter.SYN_COOKIES_SENT);
        answer(listener, scratch, SynCookies.stamp(scratch, timestamp(scratch, nowNs)), nowNs);
        scratch.route = null;
    }

    private static int timestamp(final HalfOpen record, final long nowNs) {
        return TimestampClock.ticks(nowNs) + record.timestampOffset;
    }

    private void answer(final ListenerPort listener, final HalfOpen record, final int timestamp, final long nowNs) {
        connections.lanes.answers(listener.lane).synAck(
            record, listener, SYN | ACK | (record.ecn ? ECE : 0), window,
            record.windowShift == TcpOptions.ABSENT ? TcpOptions.ABSENT : configuration.windowShift(),
            timestamp, nowNs);
    }

    /** A segment for a handshake that has a record. */
    void onSegment(final ListenerPort listener, final HalfOpen record, final TcpSegment segment, final long nowNs) {
        final long position = Sequence.position(record.peerSequence + 1, segment.sequence(), 0);
        final Arrival arrival = classify(record, segment, position);
        switch (ArrivalTable.reaction(TcpState.SYN_RECEIVED, arrival)) {
            case REFUSED -> {
                counters.increment(TcpCounter.RESETS_IN);
                listener.halfOpen.remove(record);
            }
            case ABORT -> {
                counters.increment(TcpCounter.DROP_BAD_SYN);
                connections.control.reset(record.route, record.localPort(), record.remotePort(),
                    record.sequence + 1, record.peerSequence + 1, ACK, nowNs);
                listener.halfOpen.remove(record);
            }
            case CHALLENGE, REPLY -> challenge(listener, record, nowNs);
            case REPEAT_SYN_ACK -> {
                record.ecn = ecn.isGranted(segment); // the peer may have given up on ECN meanwhile
                record.ambiguous = true;
                counters.increment(TcpCounter.RETRANSMISSIONS);
                answer(listener, record, timestamp(record, nowNs), nowNs);
            }
            case COMPLETE -> complete(listener, record, segment);
            default -> counters.increment(TcpCounter.DROP_LISTENER);
        }
    }

    private Arrival classify(final HalfOpen record, final TcpSegment segment, final long position) {
        if (segment.hasRst()) {
            return classifyReset(position);
        }
        if (segment.hasSyn()) {
            return classifySyn(segment, position);
        }
        final boolean stamped = segment.options().hasTimestamps();
        if (record.timestamps && !stamped && !configuration.takesUnstamped()) {
            return Arrival.UNSTAMPED;
        }
        if (record.timestamps && stamped && Sequence.isBefore(segment.options().timestamp(), record.tsRecent)) {
            return Arrival.STALE;
        }
        final boolean inside = segment.length() == 0
            ? position >= 0 && position <= window : position < window && position + segment.length() > 0;
        if (!inside) {
            return Arrival.UNACCEPTABLE;
        }
        return segment.hasAck() ? Arrival.ACCEPTABLE : Arrival.NO_ACK;
    }

    private Arrival classifyReset(final long position) {
        if (position == 0) {
            return Arrival.RESET_EXACT;
        }
        if (position < 0 || position >= window) {
            return Arrival.RESET_OUTSIDE;
        }
        return configuration.insecureReset() ? Arrival.RESET_EXACT : Arrival.RESET_INSIDE;
    }

    private Arrival classifySyn(final TcpSegment segment, final long position) {
        if (position == -1 && !segment.hasAck()) {
            return Arrival.SYN_AGAIN;
        }
        final boolean inside = position >= 0 && position < window;
        return inside && configuration.insecureSyn() ? Arrival.SYN_INSIDE : Arrival.SYN;
    }

    private void challenge(final ListenerPort listener, final HalfOpen record, final long nowNs) {
        if (nowNs - record.lastChallengeNs < configuration.challengeAckIntervalNs()) {
            counters.increment(TcpCounter.CHALLENGE_ACKS_LIMITED);
            return;
        }
        record.lastChallengeNs = nowNs;
        counters.increment(TcpCounter.CHALLENGE_ACKS);
        final int shift = record.windowShift == TcpOptions.ABSENT ? 0 : configuration.windowShift();
        connections.lanes.answers(listener.lane).acknowledge(
            record, window >> shift, timestamp(record, nowNs), listener.dscp, nowNs);
    }

    private void complete(final ListenerPort listener, final HalfOpen record, final TcpSegment segment) {
        if (segment.acknowledgement() != record.sequence + 1) {
            counters.increment(TcpCounter.DROP_BAD_ACK);
            connections.resets.answer(record.route, segment, connections.nowNs);
        } else if (connections.adopt(listener, record, segment)) {
            listener.halfOpen.remove(record);
        } // else the SYN-ACK will be sent again, and with it the peer's acknowledgement
    }

    /** An acknowledgement for a listener that matches no record. True if a cookie of ours came back and it was taken care of. */
    boolean onStray(
        final ListenerPort listener, final NetworkRoute route, final TcpSegment segment, final long nowNs) {
        final boolean plausible = segment.hasAck() && !segment.hasSyn() && !segment.hasRst() &&
            nowNs - listener.lastCookieNs < SynCookies.LIFE_NS;
        return plausible && route != null && onCookie(listener, route, segment, nowNs);
    }

    /** Whether an acknowledgement brings back a cookie of ours. */
    boolean isCookie(
        final ListenerPort listener, final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int sequence, final int acknowledgement, final long nowNs) {
        if (nowNs - listener.lastCookieNs >= SynCookies.LIFE_NS) {
            return false;
        }
        scratch.tuple(remoteHigh, remoteLow, localHigh, localLow, remotePort, listener.port());
        scratch.peerSequence = sequence - 1;
        return cookies.read(scratch, acknowledgement - 1, nowNs);
    }

    private boolean onCookie(
        final ListenerPort listener, final NetworkRoute route, final TcpSegment segment, final long nowNs) {
        fill(scratch, route, segment);
        scratch.peerSequence = segment.sequence() - 1;
        scratch.sequence = segment.acknowledgement() - 1;
        scratch.windowShift = TcpOptions.ABSENT;
        scratch.sack = false;
        scratch.ecn = false;
        if (scratch.timestamps) {
            SynCookies.unstamp(scratch, segment.options().timestampEcho());
        }
        scratch.retries = 0;
        scratch.ambiguous = true; // when the SYN-ACK left is not known
        scratch.sentNs = nowNs;
        final boolean good = cookies.read(scratch, scratch.sequence, nowNs);
        if (good) {
            counters.increment(TcpCounter.SYN_COOKIES_RETURNED);
            connections.adopt(listener, scratch, segment);
        } else {
            counters.increment(TcpCounter.SYN_COOKIES_REFUSED);
        }
        scratch.route = null;
        return good;
    }

    /** Sends due SYN-ACKs again, and gives up on handshakes that were repeated often enough; returns how many were due. */
    int onTime(final ListenerPort listener, final long nowNs) {
        int expired = 0;
        HalfOpen record = listener.halfOpen.due(nowNs);
        while (record != null) {
            expired++;
            counters.increment(TcpCounter.TIMEOUTS);
            if (record.retries >= configuration.synAckRetries()) {
                counters.increment(TcpCounter.HALF_OPEN_TIMEOUTS);
                listener.halfOpen.remove(record);
            } else {
                listener.halfOpen.repeat(record, nowNs + timeoutNs(record.retries + 1));
                record.ambiguous = true;
                counters.increment(TcpCounter.RETRANSMISSIONS);
                answer(listener, record, timestamp(record, nowNs), nowNs);
            }
            record = listener.halfOpen.due(nowNs);
        }
        return expired;
    }

    private long timeoutNs(final int retries) {
        final long ceiling = configuration.rtoCeilingNs();
        return configuration.initialRtoNs() > ceiling >> retries ? ceiling : configuration.initialRtoNs() << retries;
    }

    /** Resets every handshake of a listener that closes, or forgets it. */
    void closeAll(final ListenerPort listener) {
        HalfOpen record = listener.halfOpen.any();
        while (record != null) {
            if (!configuration.dialect().forgetsHandshakes()) {
                connections.control.reset(
                    record.route, record.localPort(), record.remotePort(), record.sequence + 1, 0, 0, connections.nowNs);
            }
            listener.halfOpen.remove(record);
            record = listener.halfOpen.any();
        }
    }
}
