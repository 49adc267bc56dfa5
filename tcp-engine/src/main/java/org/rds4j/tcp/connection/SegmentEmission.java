package org.rds4j.tcp.connection;

import static org.rds4j.tcp.wire.TcpHeaderFlyweight.ACK;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.FIN;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.MIN_LENGTH;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.PSH;
import static org.rds4j.tcp.wire.TcpHeaderFlyweight.SYN;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;
import org.rds4j.tcp.wire.TcpOptions;

/**
 * Decides what a connection sends next and builds it. The decision ({@link #plan}) changes nothing, so it may be asked for
 * any number of times; {@link #emit} carries it out.
 */
final class SegmentEmission {
    static final int NOTHING = 0;
    static final int OPEN = 1;
    static final int DATA = 2;
    static final int RETRANSMIT = 3;
    static final int PROBE = 4;
    static final int ACKNOWLEDGE = 5;

    private static final int MIN_FRAME_LENGTH = 60;

    private final TcpConfiguration configuration;
    private final TcpCounters counters;
    private final ConnectionTiming timing;
    private final PathProbing pathProbing;
    private final SegmentWriter writer;
    private int plannedLength;
    private boolean plannedFin;

    SegmentEmission(
        final TcpConfiguration configuration, final TcpCounters counters, final ConnectionTiming timing,
        final PathProbing pathProbing, final SegmentWriter writer) {
        this.configuration = configuration;
        this.counters = counters;
        this.timing = timing;
        this.pathProbing = pathProbing;
        this.writer = writer;
    }

    /** What would be sent next; payload length and FIN of DATA and RETRANSMIT are left in fields. */
    int plan(final Connection c) {
        plannedLength = 0;
        plannedFin = false;
        return switch (c.state) {
            case CLOSED, TIME_WAIT -> NOTHING;
            case SYN_SENT, SYN_RECEIVED -> c.synDue ? OPEN : planAcknowledgement(c);
            default -> planSynchronised(c);
        };
    }

    private static int planAcknowledgement(final Connection c) {
        return c.acks.isDue() ? ACKNOWLEDGE : NOTHING;
    }

    private int planSynchronised(final Connection c) {
        pathProbing.refresh(c);
        if (c.recovery.isRetransmitDue() && c.sndUna < c.sndMax) {
            planHead(c);
            return RETRANSMIT;
        }
        if (planData(c)) {
            return DATA;
        }
        return c.probeDue ? PROBE : planAcknowledgement(c);
    }

    /** The segment at SND.UNA, once more. */
    private void planHead(final Connection c) {
        final long fin = c.finPosition();
        final long end = Math.min(c.sndMax, Math.min(fin, c.sent.committed()));
        plannedLength = (int) Math.min(c.mss, end - c.sndUna);
        plannedFin = c.sndUna + plannedLength == fin && c.sndMax > fin;
    }

    /** Data or FIN at SND.NXT, as the windows and silly window avoidance (RFC 9293 section 3.8.6.2.1) allow. */
    private boolean planData(final Connection c) {
        final long fin = c.finPosition();
        final long available = c.sent.committed() - c.sndNxt;
        if (available <= 0) {
            plannedFin = c.sndNxt == fin;
            return plannedFin;
        }
        final long congestionWindow = c.congestion.window() + (long) c.recovery.extraSegments() * c.mss;
        final long room = Math.min(c.sndWnd, congestionWindow) - (c.sndNxt - c.sndUna);
        final int limit = pathProbing.segmentLimit(c, available, room);
        final int length = (int) Math.min(limit, Math.min(available, room));
        if (length <= 0 || (length < c.mss && !maySendSmall(c, length, available))) {
            return false;
        }
        plannedLength = length;
        plannedFin = c.sndNxt + length == fin;
        return true;
    }

    private static boolean maySendSmall(final Connection c, final int length, final long available) {
        if (c.sndNxt < c.sndMax || c.sendOverride) {
            return true;
        }
        if (length == available && (c.noDelay || c.closing || c.smallEnd <= c.sndUna)) {
            return true;
        }
        return length >= c.maxSndWnd / 2;
    }

    /** Octets of the frame that {@link #emit} would build, by the overhead of the last frame that needed no padding. */
    int frameLength(final Connection c, final int plan) {
        return c.frameOverhead + headerLength(c, plan) + plannedLength;
    }

    private int headerLength(final Connection c, final int plan) {
        if (plan != OPEN) {
            return MIN_LENGTH + (c.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
        }
        return MIN_LENGTH + TcpOptions.MSS_LENGTH + (offersTimestamps(c) ? TcpOptions.TIMESTAMPS_LENGTH : 0) +
            (offersWindowScale(c) ? TcpOptions.WINDOW_SCALE_LENGTH : 0);
    }

    private boolean offersTimestamps(final Connection c) {
        return c.state == TcpState.SYN_SENT ? configuration.timestamps() : c.timestamps;
    }

    private boolean offersWindowScale(final Connection c) {
        return c.state == TcpState.SYN_SENT ? configuration.windowScale() : c.windowScale;
    }

    /** Builds what {@link #plan} decided. Returns the octets of the frame, 0 if the sink or the route gave no room. */
    int emit(final Connection c, final int plan, final FrameSink sink, final long nowNs) {
        final int octets = switch (plan) {
            case OPEN -> emitSyn(c, sink, nowNs);
            case DATA -> emitData(c, sink, nowNs);
            case RETRANSMIT -> emitHead(c, sink, nowNs);
            case PROBE -> emitProbe(c, sink, nowNs);
            default -> build(c, sink, ACK, c.sndMax, 0, nowNs);
        };
        if (octets > 0) {
            counters.increment(TcpCounter.SEGMENTS_OUT);
        }
        return octets;
    }

    private int emitSyn(final Connection c, final FrameSink sink, final long nowNs) {
        final int length = headerLength(c, OPEN);
        final long address = c.route.claim(sink, length);
        if (address == 0) {
            return 0;
        }
        final boolean reply = c.state == TcpState.SYN_RECEIVED;
        TcpHeaderFlyweight.write(
            address, c.localPort(), c.remotePort(), c.sequence(-1), reply ? c.acknowledgement() : 0,
            length, reply ? SYN | ACK : SYN, c.window.announceUnscaled(c.rcvNxt()));
        long option = TcpOptions.writeMaxSegmentSize(address + MIN_LENGTH, Connections.announcedMss(c.route));
        if (offersTimestamps(c)) {
            option = TcpOptions.writeTimestamps(option, timestamp(c, nowNs), reply ? c.tsRecent : 0);
        }
        if (offersWindowScale(c)) {
            TcpOptions.writeWindowShift(option, configuration.windowShift());
        }
        final int octets = commit(c, sink, address, length, 0, 0);
        onSynSent(c, reply, nowNs);
        return octets;
    }

    private void onSynSent(final Connection c, final boolean reply, final long nowNs) {
        c.synDue = false;
        if (c.sndMax >= 0) {
            countRetransmission(c);
        } else {
            c.synSentNs = nowNs;
        }
        c.sndNxt = 0;
        c.sndMax = 0;
        c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
        if (reply) {
            onAcknowledgementSent(c);
        }
    }

    private int emitData(final Connection c, final FrameSink sink, final long nowNs) {
        if (c.sndUna == c.sndMax && nowNs - c.lastSentNs > c.rtt.timeoutNs()) {
            c.congestion.onIdle();
        }
        final long position = c.sndNxt;
        final int length = plannedLength;
        final int octets = build(c, sink, dataFlags(c, position), position, length, nowNs);
        if (octets == 0) {
            return 0;
        }
        final boolean again = position < c.sndMax;
        c.sndNxt = position + length + (plannedFin ? 1 : 0);
        c.sndMax = Math.max(c.sndMax, c.sndNxt);
        if (again) {
            onSentAgain(c);
        } else if (c.timedEnd < 0) {
            c.timedEnd = c.sndNxt;
            c.timedStartNs = nowNs;
        }
        pathProbing.onSent(c, position, length);
        if (length > 0 && length < c.mss) {
            c.smallEnd = position + length;
        }
        c.sendOverride = false;
        counters.add(TcpCounter.OCTETS_OUT, length);
        timing.onDataSent(c, nowNs);
        return octets;
    }

    private int emitHead(final Connection c, final FrameSink sink, final long nowNs) {
        final int octets = build(c, sink, dataFlags(c, c.sndUna), c.sndUna, plannedLength, nowNs);
        if (octets > 0) {
            c.recovery.onRetransmitted();
            onSentAgain(c);
            counters.add(TcpCounter.OCTETS_OUT, plannedLength);
            timing.onDataSent(c, nowNs);
        }
        return octets;
    }

    private int dataFlags(final Connection c, final long position) {
        final boolean last = plannedLength > 0 && position + plannedLength == c.sent.committed();
        return ACK | (last ? PSH : 0) | (plannedFin ? FIN : 0);
    }

    /** Karn: what was sent twice gives no round-trip sample (RFC 6298 section 3). */
    private void onSentAgain(final Connection c) {
        c.timedEnd = Connection.TIMING_SPOILT;
        countRetransmission(c);
    }

    private void countRetransmission(final Connection c) {
        c.retransmissions++;
        counters.increment(TcpCounter.RETRANSMISSIONS);
    }

    /** One octet to the left of the window and empty, so that the peer answers with its window. */
    private int emitProbe(final Connection c, final FrameSink sink, final long nowNs) {
        final int octets = build(c, sink, ACK, c.sndUna - 1, 0, nowNs);
        if (octets > 0) {
            c.probeDue = false;
        }
        return octets;
    }

    private int build(
        final Connection c, final FrameSink sink, final int flags, final long position, final int payloadLength,
        final long nowNs) {
        final int headerLength = headerLength(c, DATA);
        final int length = headerLength + payloadLength;
        final long address = c.route.claim(sink, length);
        if (address == 0) {
            return 0;
        }
        TcpHeaderFlyweight.write(
            address, c.localPort(), c.remotePort(), c.sequence(position), c.acknowledgement(),
            headerLength, flags, c.window.announce(c.rcvNxt(), c.received.consumed()));
        if (c.timestamps) {
            TcpOptions.writeTimestamps(address + MIN_LENGTH, timestamp(c, nowNs), c.tsRecent);
        }
        final long payloadSum = payloadLength == 0
            ? 0 : writer.payload(c.sent, position, address + headerLength, payloadLength);
        final int octets = commit(c, sink, address, headerLength, payloadLength, payloadSum);
        onAcknowledgementSent(c);
        return octets;
    }

    private int commit(
        final Connection c, final FrameSink sink, final long address, final int headerLength, final int payloadLength,
        final long payloadSum) {
        final int octets = writer.finish(c.route, sink, address, headerLength, payloadLength, payloadSum, c.dscp << 2);
        if (octets > MIN_FRAME_LENGTH) {
            c.frameOverhead = octets - headerLength - payloadLength;
        }
        return octets;
    }

    private void onAcknowledgementSent(final Connection c) {
        c.lastAckSent = c.rcvNxt();
        c.acks.onSent();
        c.timers.cancel(Connection.DELAYED_ACK);
    }

    private static int timestamp(final Connection c, final long nowNs) {
        return TimestampClock.ticks(nowNs) + c.timestampOffset;
    }
}
