package org.rds4j.tcp.connection;

import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.sequence.Sequence;
import org.rds4j.tcp.table.ConnectionTable;
import org.rds4j.tcp.wire.TcpSegment;

/**
 * Four-tuples in TIME-WAIT, oldest first: all wait equally long, so the list is ordered by deadline without a queue. When
 * records run out the oldest is evicted and counted.
 */
final class TimeWaitList {
    private final TupleRecords<TimeWaitRecord> records;
    private final DeadlineList<TimeWaitRecord> waiting = new DeadlineList<>(new TimeWaitRecord());
    private final ControlQueue control;
    private final TcpCounters counters;
    private final long waitNs;
    private final long replyIntervalNs;
    private final boolean silent;

    TimeWaitList(
        final ConnectionTable table, final ControlQueue control, final TcpCounters counters,
        final TcpConfiguration configuration) {
        this.control = control;
        this.counters = counters;
        waitNs = configuration.timeWaitNs();
        replyIntervalNs = configuration.challengeAckIntervalNs();
        silent = configuration.dialect().waitsInSilence();
        records = new TupleRecords<>(table);
        for (int i = 0; i < configuration.timeWaitCapacity(); i++) {
            records.give(new TimeWaitRecord());
        }
    }

    int size() {
        return records.size();
    }

    long nextDeadlineNs() {
        return waiting.nextDeadlineNs();
    }

    /** Gives up the oldest record when there is no room for another. */
    void makeRoom() {
        if (records.isFull()) {
            counters.increment(TcpCounter.TIME_WAIT_EVICTIONS);
            remove(waiting.first());
        }
    }

    /** Takes over from a connection, which has left the table; acknowledges the peer's FIN if that is still due. */
    void add(final Connection connection, final long nowNs) {
        final TimeWaitRecord record = records.take();
        record.tuple(connection);
        record.route = connection.route;
        record.sequence = connection.sequence(connection.sndNxt);
        // Everything that came, though segments before may still have been told apart by their marks
        record.acknowledgement = Sequence.wire(connection.receiveOrigin, connection.rcvNxt());
        record.window = connection.window.announce(connection.rcvNxt(), connection.freed());
        record.openWindow = connection.receiveWindow();
        record.trafficClass = connection.dscp << 2;
        record.timestamps = connection.timestamps;
        record.timestampOffset = connection.timestampOffset;
        record.tsRecent = connection.tsRecent;
        record.lastReplyNs = nowNs - replyIntervalNs;
        records.add(record);
        waiting.append(record, nowNs + waitNs);
        if (connection.acks.isDue()) {
            acknowledge(record, nowNs);
        }
    }

    /** Ends what has waited long enough; returns how many. */
    int onTime(final long nowNs) {
        int ended = 0;
        TimeWaitRecord due = waiting.due(nowNs);
        while (due != null) {
            remove(due);
            ended++;
            due = waiting.due(nowNs);
        }
        return ended;
    }

    /**
     * A segment for a tuple in TIME-WAIT. Only the peer's own FIN come again restarts the wait, so that nobody who does not know
     * where its stream ended can hold the tuple; resets are ignored (RFC 1337).
     */
    void onSegment(final TimeWaitRecord record, final TcpSegment segment, final long nowNs) {
        counters.increment(TcpCounter.DROP_TIME_WAIT);
        if (segment.hasRst() || isUnacknowledging(record, segment)) {
            return;
        }
        if (isFinAgain(record, segment)) {
            waiting.remove(record);
            waiting.append(record, nowNs + waitNs);
            acknowledge(record, nowNs);
        } else if (segment.length() > 0 || segment.sequence() != record.acknowledgement) {
            if (nowNs - record.lastReplyNs >= replyIntervalNs) {
                record.lastReplyNs = nowNs;
                counters.increment(TcpCounter.CHALLENGE_ACKS);
                acknowledge(record, nowNs);
            } else {
                counters.increment(TcpCounter.CHALLENGE_ACKS_LIMITED);
            }
        }
    }

    /** RFC 9293 section 3.10.7.4, fifth: without ACK a segment is dropped, be it a FIN. The checks before that come first. */
    private boolean isUnacknowledging(final TimeWaitRecord record, final TcpSegment segment) {
        if (segment.hasAck()) {
            return false;
        }
        final int offset = segment.sequence() - record.acknowledgement;
        return silent || (!segment.hasSyn() && offset >= 0 && offset < record.openWindow);
    }

    private static boolean isFinAgain(final TimeWaitRecord record, final TcpSegment segment) {
        return segment.hasFin() && segment.hasAck() && !segment.hasSyn()
            && segment.sequence() + segment.length() == record.acknowledgement;
    }

    /** Whether a SYN may begin the tuple's next connection (RFC 6191, RFC 9293 section 3.6.1). */
    boolean maySupersede(final TimeWaitRecord record, final TcpSegment segment) {
        if (!segment.hasSyn() || segment.hasAck() || segment.hasRst()) {
            return false;
        }
        if (record.timestamps && segment.options().hasTimestamps()) {
            return Sequence.isAfter(segment.options().timestamp(), record.tsRecent);
        }
        return Sequence.isAfter(segment.sequence(), record.acknowledgement);
    }

    void remove(final TimeWaitRecord record) {
        waiting.remove(record);
        records.remove(record);
    }

    private void acknowledge(final TimeWaitRecord record, final long nowNs) {
        control.acknowledge(record, TimestampClock.ticks(nowNs) + record.timestampOffset, nowNs);
    }
}
