package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.network.SegmentRun;
import org.rds4j.tcp.receive.ReceiveStream;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.wire.InternetChecksum;
import org.rds4j.tcp.wire.PseudoHeader;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * Arrival of several segments at once. Only the plain case is taken in one pass: an established connection, data exactly in
 * order and inside the window, and an acceptable acknowledgement. There the header says the same in every segment and is
 * processed once, and the payloads go one by one through the very step that takes a segment's text, so that delayed
 * acknowledgement, segment sizes and window see each frame. Checksums are verified on the way into the stream: the octets lie in
 * free memory of the ring until their sum is known to be right. Everything else goes segment by segment.
 */
final class RunArrival {
    private final SegmentArrival arrival;

    RunArrival(final SegmentArrival arrival) {
        this.arrival = arrival;
    }

    /** Takes what it can of a run whose first segment is parsed; returns how many segments are done with, from the first. */
    int take(final Connection c, final TcpSegment segment, final SegmentRun run, final long nowNs) {
        final long position = c.rcvNxt();
        if (!isPlain(c, segment, position, run.octets()) || !stage(c, run, 0)) {
            return 0;
        }
        final int last = run.count() - 1;
        final long lastPosition = position + run.octets() - run.payloadLength(last);
        if (!arrival.onRunHeader(c, segment, position, lastPosition, nowNs)) {
            return run.count();
        }
        long at = position;
        int taken = 0;
        do {
            segment.payload(run.payload(taken), run.payloadLength(taken));
            arrival.onText(c, segment, at, nowNs);
            at += run.payloadLength(taken);
            taken++;
        } while (taken <= last && !c.closed && stage(c, run, taken));
        return c.closed ? run.count() : taken;
    }

    private static boolean isPlain(final Connection c, final TcpSegment segment, final long position, final int octets) {
        return c.state == TcpState.ESTABLISHED && !c.receiveClosed && !c.received.hasGap() &&
            Sequence.position(c.receiveOrigin, segment.sequence(), position) == position &&
            position + octets <= c.window.edge() && isTimely(c, segment) && isAcceptable(c, segment);
    }

    private static boolean isTimely(final Connection c, final TcpSegment segment) {
        return !c.timestamps || (segment.options().hasTimestamps() &&
            !Sequence.isBefore(segment.options().timestamp(), c.tsRecent));
    }

    private static boolean isAcceptable(final Connection c, final TcpSegment segment) {
        final long acknowledged = Sequence.position(c.sendOrigin, segment.acknowledgement(), c.sndUna);
        return acknowledged >= c.sndUna && acknowledged <= c.sndNxt;
    }

    /** Brings the payload of a segment to its place; false if the checksum is wrong. */
    private static boolean stage(final Connection c, final SegmentRun run, final int index) {
        if (run.isVerified()) {
            return true;
        }
        final long header = run.segment(index);
        final int headerLength = (int) (run.payload(index) - header);
        final long payloadSum = c.received.stage(run.payload(index), run.payloadLength(index));
        if (payloadSum == ReceiveStream.NO_ROOM) {
            return false;
        }
        final long sum = PseudoHeader.sum(run.remoteHigh(), run.remoteLow(), run.localHigh(), run.localLow())
            + run.length(index) + payloadSum;
        if (InternetChecksum.fold(InternetChecksum.partialSum(sum, header, headerLength)) == 0) {
            return true;
        }
        c.received.unstage();
        return false;
    }
}
