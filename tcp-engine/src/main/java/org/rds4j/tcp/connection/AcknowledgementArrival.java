package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.CongestionSample;
import org.rds4j.tcp.send.Acknowledgement;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.wire.TcpOptions;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * The acknowledgement of a segment, once it is known to be valid: SACK blocks, round-trip time, loss recovery, the peer's window
 * (RFC 9293 section 3.10.7.4 fifth, RFC 2018, RFC 2883).
 */
final class AcknowledgementArrival {
    private final TcpCounters counters;
    private final ConnectionTiming timing;
    private final EcnArrival ecn;
    private final PathProbing pathProbing;
    private final Acknowledgement ack = new Acknowledgement();

    AcknowledgementArrival(
        final TcpCounters counters, final ConnectionTiming timing, final EcnArrival ecn, final PathProbing pathProbing) {
        this.counters = counters;
        this.timing = timing;
        this.ecn = ecn;
        this.pathProbing = pathProbing;
    }

    /** True if new data was acknowledged. The position of the segment decides whether its window is the newest. */
    boolean onAcknowledgement(
        final Connection c, final TcpSegment segment, final long position, final long acknowledged, final long nowNs) {
        final long windowOffered = (long) segment.window() << (segment.hasSyn() ? 0 : c.sndShift);
        final boolean advances = acknowledged > c.sndUna;
        // with nothing in flight, as at the end that only receives, there is nothing to learn
        final boolean repeats = acknowledged == c.sndUna && c.sndUna < c.sndNxt;
        if (advances || repeats || segment.options().sackBlocks() > 0) {
            recover(c, segment, acknowledged, windowOffered, nowNs);
            if (advances) {
                advance(c, segment, acknowledged, nowNs);
            }
            timing.restartRecovery(c);
        }
        // A retransmission may bring a newer acknowledgement under an old sequence number. RFC 9293 would keep the old window
        // then, which counts from SND.UNA and would reach beyond what was ever offered.
        if (advances || position > c.sndWl1 || (position == c.sndWl1 && acknowledged >= c.sndWl2)) {
            updateWindow(c, windowOffered, position, acknowledged);
        }
        return advances;
    }

    private void recover(
        final Connection c, final TcpSegment segment, final long acknowledged, final long windowOffered, final long nowNs) {
        final boolean duplicate = acknowledged == c.sndUna && c.sndUna < c.sndNxt && segment.length() == 0 &&
            windowOffered == c.sndWnd;
        final boolean unsent = c.sndNxt < c.sent.committed() && acknowledged + windowOffered > c.sndNxt;
        ack.start(Math.max(acknowledged, c.sndUna), duplicate, unsent, nowNs);
        ack.windowUse(c.windowUse.wasFull(c.sndUna), c.windowUse.flight(c.sndUna));
        ack.sample().marked(segment.hasEce() && c.ecnSender.isEnabled() ? Math.max(0, acknowledged - c.sndUna) : 0);
        if (c.timestamps && segment.options().timestampEcho() != 0) {
            final long limitNs = echoLimitNs(c, segment, nowNs);
            ack.echo(limitNs - TimestampClock.TICK_NS, limitNs);
        }
        if (c.sack) {
            readBlocks(c, segment.options(), acknowledged);
        }
        ack.fullSize(c.mss);
        c.recovery.onAcknowledgement(ack);
        pathProbing.onAcknowledgement(c, ack);
    }

    /** From this time on the clock of the timestamps has shown more than what is echoed. */
    private static long echoLimitNs(final Connection c, final TcpSegment segment, final long nowNs) {
        final int age = TimestampClock.ticks(nowNs) + c.timestampOffset - segment.options().timestampEcho();
        return (nowNs / TimestampClock.TICK_NS - age + 1) * TimestampClock.TICK_NS;
    }

    /** A block below the acknowledgement or inside the next block reports a duplicate; others must lie in (SND.UNA, SND.NXT]. */
    private void readBlocks(final Connection c, final TcpOptions options, final long acknowledged) {
        for (int i = 0; i < options.sackBlocks(); i++) {
            final long start = Sequence.position(c.sendOrigin, options.sackStart(i), c.sndUna);
            final long end = Sequence.position(c.sendOrigin, options.sackEnd(i), c.sndUna);
            if (start >= end || end > c.sndNxt || start < Math.max(0, acknowledged - c.maxSndWnd)) {
                counters.increment(TcpCounter.DROP_SACK);
            } else if (i == 0 && (end <= acknowledged || isInside(c, options, start, end))) {
                ack.report(start, end);
            } else if (end > c.sndUna) {
                ack.block(start, end);
            }
        }
    }

    private static boolean isInside(final Connection c, final TcpOptions options, final long start, final long end) {
        return options.sackBlocks() > 1 &&
            start >= Sequence.position(c.sendOrigin, options.sackStart(1), c.sndUna) &&
            end <= Sequence.position(c.sendOrigin, options.sackEnd(1), c.sndUna);
    }

    private void advance(final Connection c, final TcpSegment segment, final long acknowledged, final long nowNs) {
        final long octets = acknowledged - c.sndUna;
        c.sndUna = acknowledged;
        pathProbing.onAdvance(c);
        sampleRoundTrip(c, segment, acknowledged, nowNs);
        ecn.onAcknowledged(c, segment, octets, nowNs);
        c.sent.limit(Math.max(c.sent.limit(), 2 * c.congestion.window()));
        timing.onAdvance(c, nowNs);
        c.route.confirm(nowNs);
        final long freed = Math.min(acknowledged, c.sent.committed());
        if (freed > c.sent.acknowledged()) {
            c.sent.acknowledge(freed);
            if (c.settings.ends != null) {
                c.settings.ends.acknowledge(freed);
            }
            c.events |= Connection.EVENT_ACKNOWLEDGED;
        }
    }

    /** One sample per round trip for the retransmission timer. */
    private void sampleRoundTrip(final Connection c, final TcpSegment segment, final long acknowledged, final long nowNs) {
        if (acknowledged <= c.timedEnd) {
            return;
        }
        final long apartNs = c.retries > 0 ? c.rtt.leastTimeoutNs() : c.rtt.minimumNs();
        long sampleNs = ack.timerRttNs(apartNs);
        if (sampleNs == CongestionSample.NO_RTT && ack.isLateAnswer()) {
            final int ticks = TimestampClock.ticks(nowNs) + c.timestampOffset - segment.options().timestampEcho();
            sampleNs = ticks < 0 ? CongestionSample.NO_RTT : Math.max(1, ticks) * TimestampClock.TICK_NS;
        }
        if (sampleNs != CongestionSample.NO_RTT) {
            c.rtt.onSample(sampleNs, nowNs);
            c.timedEnd = c.sndNxt;
        }
    }

    private static void updateWindow(final Connection c, final long offered, final long position, final long acknowledged) {
        c.sndWl1 = position;
        c.sndWl2 = acknowledged;
        if (offered > 0 && c.sndWnd == 0) {
            c.persistBackoff = 0;
            c.timers.cancel(Connection.PERSIST);
        }
        c.sndWnd = offered;
        c.maxSndWnd = Math.max(c.maxSndWnd, offered);
    }
}
