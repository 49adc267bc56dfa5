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
import org.rds4j.tcp.congestion.EcnSender;
import org.rds4j.tcp.link.FrameSink;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.sequence.Sequence;
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
    private final EcnEmission ecn;
    final SegmentTrains trains = new SegmentTrains();
    private Connection plannedFor;
    private int planned;
    private int plannedLength;
    private long plannedRoom;
    private boolean plannedFin;
    private int segmentsEmitted;
    private boolean plannedSmall;
    private boolean held;

    SegmentEmission(
        final TcpConfiguration configuration, final TcpCounters counters, final ConnectionTiming timing,
        final PathProbing pathProbing, final SegmentWriter writer) {
        this.configuration = configuration;
        this.counters = counters;
        this.timing = timing;
        this.pathProbing = pathProbing;
        this.writer = writer;
        this.ecn = new EcnEmission(configuration, counters);
    }

    /** What would be sent next; payload length and FIN of DATA and RETRANSMIT are left in fields. */
    int plan(final Connection c) {
        plannedFor = c;
        plannedLength = 0;
        plannedRoom = 0;
        plannedFin = false;
        held = false;
        planned = switch (c.state) {
            case CLOSED, TIME_WAIT -> NOTHING;
            case SYN_SENT, SYN_RECEIVED -> c.synDue ? OPEN : planAcknowledgement(c);
            default -> planSynchronised(c);
        };
        return planned;
    }

    /** As {@link #plan}, which need not think again if it was asked for this connection last and nothing has happened since. */
    int planned(final Connection c) {
        return plannedFor == c ? planned : plan(c);
    }

    /** Something has happened that a plan may depend on. */
    void forget() {
        plannedFor = null;
    }

    private static int planAcknowledgement(final Connection c) {
        return c.acks.isDue() ? ACKNOWLEDGE : NOTHING;
    }

    private int planSynchronised(final Connection c) {
        pathProbing.refresh(c);
        if (c.recovery.planRepair() && planAgain(c)) {
            return RETRANSMIT;
        }
        if (planData(c)) {
            return DATA;
        }
        if (!held && c.recovery.planSpare() && planAgain(c)) {
            return RETRANSMIT;
        }
        return c.probeDue ? PROBE : planAcknowledgement(c);
    }

    /** What loss recovery has planned, as far as the peer's window takes it; a FIN needs no window. */
    private boolean planAgain(final Connection c) {
        final long fin = c.finPosition();
        final long from = c.recovery.plannedStart();
        final long end = Math.min(Math.min(c.recovery.plannedEnd(), fin), segmentsEnd(c, from));
        final long limit = Math.min(payloadLimit(c), Math.min(end, c.sndUna + c.sndWnd) - from);
        plannedLength = (int) Math.max(0, limit);
        plannedFin = from + plannedLength == fin && c.recovery.plannedEnd() > fin;
        return plannedLength > 0 || plannedFin;
    }

    /** Octets of payload that fit beside the SACK blocks that go along. */
    private static int payloadLimit(final Connection c) {
        return Math.max(1, c.mss - sackLength(c));
    }

    /** Data or FIN at SND.NXT, as the windows and silly window avoidance (RFC 9293 section 3.8.6.2.1) allow. */
    private boolean planData(final Connection c) {
        plannedLength = 0;
        final long fin = c.finPosition();
        final long end = segmentsEnd(c, c.sndNxt);
        final long available = end - c.sndNxt;
        plannedFin = false;
        if (!c.recovery.mayRecord()) {
            return false;
        }
        if (available <= 0) {
            plannedFin = c.sndNxt == fin;
            return plannedFin;
        }
        final boolean probe = c.recovery.isProbeDue();
        final int limit = payloadLimit(c);
        final long congestionRoom = probe ? limit : c.recovery.room();
        final long room = Math.min(c.sndUna + c.sndWnd - c.sndNxt, congestionRoom);
        final int trial = probe || limit < c.mss ? 0 : pathProbing.trialLength(c, available, room);
        final int length = trial > 0 ? trial : (int) Math.min(limit, Math.min(available, room));
        if (length <= 0 || (length < limit && !probe && !maySend(c, length, end))) {
            return false;
        }
        if (!probe && !c.pacer.isOpen(timing.nowNs())) {
            held = true;
            return false;
        }
        plannedLength = length;
        plannedSmall = length < limit;
        plannedRoom = probe || trial > 0 || limit < c.mss || c.ecnReceiver.hasBoundary() ? 0 : Math.min(available, room);
        plannedFin = c.sndNxt + length == fin;
        return true;
    }

    /** Where the next segments end at the latest: with all that is queued, or where its owner wants one to end. */
    private static long segmentsEnd(final Connection c, final long position) {
        final long queued = c.sent.committed();
        return c.settings.ends == null ? queued : Math.min(queued, c.settings.ends.behind(position));
    }

    /** What cannot become a larger segment by what is written yet is not held back for that. */
    private static boolean maySend(final Connection c, final int length, final long end) {
        final boolean isWhole = c.sndNxt + length == end && end < c.sent.committed();
        return isWhole || maySendSmall(c, length, end - c.sndNxt);
    }

    static boolean maySendSmall(final Connection c, final int length, final long available) {
        if (c.sendOverride) {
            return true;
        }
        final boolean undelayed = c.noDelay || c.smallEnd <= c.sndUna;
        if (length == available) {
            return c.closing || (undelayed && !c.cork);
        }
        return undelayed && length >= c.maxSndWnd / 2;
    }

    /** Octets of SACK blocks on the next segment: as many as fit beside the timestamps. */
    private static int sackLength(final Connection c) {
        final int blocks = sackBlocks(c);
        return blocks == 0 ? 0 : TcpOptions.SACK_LENGTH + blocks * TcpOptions.SACK_BLOCK_LENGTH;
    }

    private static int sackBlocks(final Connection c) {
        if (!c.sack) {
            return 0;
        }
        final int free = TcpOptions.MAX_LENGTH - (c.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
        return c.sacks.blocks((free - TcpOptions.SACK_LENGTH) / TcpOptions.SACK_BLOCK_LENGTH);
    }

    /** Whether the last {@link #plan} found data that only pacing holds back. */
    boolean isHeld() {
        return held;
    }

    /** Octets of the frame that {@link #emit} would build, by the overhead of the last frame that needed no padding. */
    int frameLength(final Connection c, final int plan) {
        return c.frameOverhead + headerLength(c, plan) + plannedLength;
    }

    private int headerLength(final Connection c, final int plan) {
        if (plan != OPEN) {
            return MIN_LENGTH + (c.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0) + sackLength(c);
        }
        return MIN_LENGTH + configuration.optionLayout().length(offersWindowScale(c), offersSack(c), offersTimestamps(c));
    }

    private boolean offersTimestamps(final Connection c) {
        return c.state == TcpState.SYN_SENT ? configuration.timestamps() : c.timestamps;
    }

    private boolean offersSack(final Connection c) {
        return c.state == TcpState.SYN_SENT ? configuration.sack() : c.sack;
    }

    private boolean offersWindowScale(final Connection c) {
        return c.state == TcpState.SYN_SENT ? configuration.windowScale() : c.windowScale;
    }

    /** Builds what {@link #planned} says. Returns the octets of the frame, 0 if the sink or the route gave no room. */
    int emit(final Connection c, final FrameSink sink, final long nowNs) {
        final int plan = planned(c);
        forget();
        segmentsEmitted = 1;
        final int octets = switch (plan) {
            case OPEN -> emitSyn(c, sink, nowNs);
            case DATA -> emitData(c, sink, nowNs);
            case RETRANSMIT -> emitAgain(c, sink, nowNs);
            case PROBE -> emitProbe(c, sink, nowNs);
            default -> emitAcknowledgement(c, sink, nowNs);
        };
        if (octets > 0) {
            counters.add(TcpCounter.SEGMENTS_OUT, segmentsEmitted);
        }
        return octets;
    }

    /** Segments, and so frames on the wire, of the last {@link #emit}. */
    int segmentsEmitted() {
        return segmentsEmitted;
    }

    /** A segment of no connection takes the turn. */
    void onOtherEmitted() {
        segmentsEmitted = 1;
    }

    /** The answer to a SYN acknowledges it alone: text that came with it waits (RFC 9293 section 3.10.7.3). */
    private int emitSyn(final Connection c, final FrameSink sink, final long nowNs) {
        final int length = headerLength(c, OPEN);
        final long address = c.route.claim(sink, length);
        if (address == 0) {
            return 0;
        }
        final boolean reply = c.state == TcpState.SYN_RECEIVED;
        TcpHeaderFlyweight.write(
            address, c.localPort(), c.remotePort(), c.sequence(-1), reply ? c.receiveOrigin : 0,
            length, reply ? SYN | ACK | ecn.replyFlags(c) : SYN | ecn.requestFlags(c), c.window.announceUnscaled());
        configuration.optionLayout().write(
            address + MIN_LENGTH, SegmentSize.announced(c),
            offersWindowScale(c) ? configuration.windowShift() : TcpOptions.ABSENT, offersSack(c),
            offersTimestamps(c), timestamp(c, nowNs), reply ? c.tsRecent : 0);
        final int octets = commit(c, sink, address, length, 0, 0, EcnSender.NOT_CAPABLE);
        onSynSent(c, reply, nowNs);
        return octets;
    }

    private void onSynSent(final Connection c, final boolean reply, final long nowNs) {
        c.synDue = false;
        if (c.sndNxt >= 0) {
            c.synSentAgain = true;
            countRetransmission(c);
        } else {
            c.synSentNs = nowNs;
            c.timers.start(Connection.RETRANSMIT, nowNs + c.rtt.timeoutNs());
        }
        c.sndNxt = 0;
        if (reply) {
            onAcknowledgementSent(c);
            c.lastAckSent = 0;
        }
    }

    private int emitData(final Connection c, final FrameSink sink, final long nowNs) {
        if (configuration.idleRestart() && c.sndUna == c.sndNxt && nowNs - c.lastSentNs > c.rtt.timeoutNs()) {
            counters.increment(TcpCounter.IDLE_RESTARTS);
            c.congestion.onIdle(nowNs);
        }
        final long position = c.sndNxt;
        final FrameSink payloadSink = c.settings.payloadSink == null ? sink : c.settings.payloadSink;
        // where a burst ends is decided segment by segment, so with that setting they go one by one
        final int trainLength = configuration.pushedBurst() > 0
            ? 0 : trains.plan(c, payloadSink, plannedRoom, c.frameOverhead + headerLength(c, DATA), nowNs);
        if (trainLength > 0) {
            plannedLength = trainLength;
            plannedFin = position + trainLength == c.finPosition();
        }
        final int length = plannedLength;
        final int flags = dataFlags(c, position) | (endsBurst(c) ? PSH : 0);
        final int octets = trainLength > 0
            ? buildTrain(c, (SegmentSink) payloadSink, flags, position, c.mss, true, nowNs)
            : build(c, sink, flags, position, length, nowNs);
        if (octets == 0) {
            return 0;
        }
        c.sndNxt = position + length + (plannedFin ? 1 : 0);
        if (trainLength > 0) {
            SegmentTrains.onTrainSent(c, position, length, nowNs);
        } else {
            SegmentTrains.onSent(c, length, nowNs);
            pathProbing.onSent(c, position, length);
        }
        if (length > 0) {
            c.ecnSender.onNewDataSent(position);
        }
        if (length > 0 && (trainLength > 0 ? length % c.mss != 0 : plannedSmall)) {
            c.smallEnd = position + length;
        }
        c.sendOverride = false;
        counters.add(TcpCounter.OCTETS_OUT, length);
        timing.onDataSent(c, nowNs);
        return octets;
    }

    private int emitAgain(final Connection c, final FrameSink sink, final long nowNs) {
        final long position = c.recovery.plannedStart();
        final int octets = build(c, sink, dataFlags(c, position), position, plannedLength, nowNs);
        if (octets > 0) {
            final boolean restarts = c.recovery.onSentAgain(position, position + plannedLength + (plannedFin ? 1 : 0), nowNs);
            countRetransmission(c);
            counters.add(TcpCounter.OCTETS_OUT, plannedLength);
            timing.onSentAgain(c, restarts, nowNs);
        }
        return octets;
    }

    private int dataFlags(final Connection c, final long position) {
        final long end = position + plannedLength;
        final boolean last = plannedLength > 0 && ((int) end == c.pushEnd || c.settings.endsSegment(position, end));
        return ACK | (last ? PSH : 0) | (plannedFin ? FIN : 0);
    }

    private boolean endsBurst(final Connection c) {
        final int least = configuration.pushedBurst();
        return least > 0 && PushedBursts.ends(c, plannedLength, plannedRoom, least);
    }

    private void countRetransmission(final Connection c) {
        c.retransmissions++;
        counters.increment(TcpCounter.RETRANSMISSIONS);
    }

    /** Ours alone, or with the FIN that crossed the peer's once more. */
    private int emitAcknowledgement(final Connection c, final FrameSink sink, final long nowNs) {
        if (!c.finDue || c.isFinAcknowledged() || c.sndNxt <= c.finPosition()) {
            return build(c, sink, ACK, c.sndNxt, 0, nowNs);
        }
        final int octets = build(c, sink, ACK | FIN, c.finPosition(), 0, nowNs);
        if (octets > 0) {
            c.finDue = false;
            countRetransmission(c);
        }
        return octets;
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
        final boolean newData = payloadLength > 0 && position >= c.sndNxt;
        final int octets = payloadLength > 0 && c.settings.payloadSink != null
            ? buildTrain(c, c.settings.payloadSink, flags, position, payloadLength, newData, nowNs)
            : buildSegment(c, sink, flags, position, payloadLength, newData, nowNs);
        if (octets > 0 && payloadLength > 0 && !newData) {
            c.pacer.onSent(payloadLength, c.congestion, c.pacingRttNs(), nowNs);
        }
        return octets;
    }

    private int buildSegment(
        final Connection c, final FrameSink sink, final int flags, final long position, final int payloadLength,
        final boolean newData, final long nowNs) {
        final int headerLength = headerLength(c, DATA);
        final long address = c.route.claim(sink, headerLength + payloadLength);
        if (address == 0) {
            return 0;
        }
        writeHeader(c, address, flags, position, headerLength, newData, nowNs);
        final long payloadSum = payloadLength == 0
            ? 0 : writer.payload(c.sent, position, address + headerLength, payloadLength);
        final int octets = commit(
            c, sink, address, headerLength, payloadLength, payloadSum, c.ecnSender.field(newData));
        onAcknowledgementSent(c);
        return octets;
    }

    /** All planned octets in one pass: the header once, the payload from the stream into each frame by the sink. */
    private int buildTrain(
        final Connection c, final SegmentSink sink, final int flags, final long position, final int segmentSize,
        final boolean newData, final long nowNs) {
        final int headerLength = headerLength(c, DATA);
        final long address = c.route.claim(sink, headerLength + segmentSize);
        if (address == 0) {
            return 0;
        }
        writeHeader(c, address, flags, position, headerLength, newData, nowNs);
        writer.train(trains.train, c.sent, position, plannedLength, segmentSize, headerLength);
        final int octets = c.route.commitTrain(sink, trains.train, c.dscp << 2 | c.ecnSender.field(newData));
        segmentsEmitted = trains.train.count();
        onAcknowledgementSent(c);
        return octets;
    }

    private void writeHeader(
        final Connection c, final long address, final int flags, final long position, final int headerLength,
        final boolean newData, final long nowNs) {
        TcpHeaderFlyweight.write(
            address, c.localPort(), c.remotePort(), c.sequence(position), c.acknowledgement(),
            headerLength, flags | ecn.flags(c, newData), c.window.announce(c.acknowledges(), c.freed()));
        writeOptions(c, address + MIN_LENGTH, nowNs);
    }

    private static void writeOptions(final Connection c, final long address, final long nowNs) {
        final long behind = c.timestamps
            ? TcpOptions.writeTimestamps(address, timestamp(c, nowNs), c.tsRecent) : address;
        final int blocks = sackBlocks(c);
        if (blocks > 0) {
            writeSack(c, TcpOptions.writeSack(behind, blocks), blocks);
            c.sacks.onSent();
        }
    }

    private static void writeSack(final Connection c, final long address, final int blocks) {
        long next = address;
        for (int i = 0; i < blocks; i++) {
            next = TcpOptions.writeSackBlock(
                next, Sequence.wire(c.receiveOrigin, c.sacks.start(i)), Sequence.wire(c.receiveOrigin, c.sacks.end(i)));
        }
    }

    private int commit(
        final Connection c, final FrameSink sink, final long address, final int headerLength, final int payloadLength,
        final long payloadSum, final int ecnField) {
        final int octets = writer.finish(
            c.route, sink, address, headerLength, payloadLength, payloadSum, c.dscp << 2 | ecnField);
        if (octets > MIN_FRAME_LENGTH) {
            c.frameOverhead = (byte) (octets - headerLength - payloadLength);
        }
        return octets;
    }

    private void onAcknowledgementSent(final Connection c) {
        c.lastAckSent = c.acknowledges();
        final boolean repeated = c.acks.onSent();
        if (c.ecnReceiver.onSent()) {
            c.acks.onUrgent();
        }
        timing.afterAck(c, repeated);
    }

    private static int timestamp(final Connection c, final long nowNs) {
        return TimestampClock.ticks(nowNs) + c.timestampOffset;
    }
}
