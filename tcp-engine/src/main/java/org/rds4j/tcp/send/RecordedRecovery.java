package org.rds4j.tcp.send;

import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.CongestionControl;
import org.rds4j.tcp.congestion.CongestionSample;

/** What recovery with and without SACK have in common: records, timeouts and the discovery that one was for nothing. */
abstract class RecordedRecovery implements LossRecovery {
    static final long NO_TRIAL = -1;

    final SendRecords records;
    final CongestionControl congestion;
    final RttEstimator rtt;
    final TcpCounters counters;
    final SpuriousTimeout spurious = new SpuriousTimeout();
    final Repair repair = new Repair();
    /** What must be acknowledged for the repair under way, or the last one, to be complete. */
    long recoveryPoint;
    /** A timeout is being repaired. */
    boolean timedOut;
    /** One segment is sent again whatever the window says. */
    boolean forced;
    /** Begin of the segment that tries the path, and whether it is lost. */
    long trialStart;
    boolean trialLost;
    private long plannedStart;
    private long plannedEnd;

    RecordedRecovery(
        final SendRecords records, final CongestionControl congestion, final RttEstimator rtt, final TcpCounters counters) {
        this.records = records;
        this.congestion = congestion;
        this.rtt = rtt;
        this.counters = counters;
    }

    @Override
    public void reset() {
        records.reset();
        spurious.reset();
        repair.end();
        recoveryPoint = -1;
        timedOut = false;
        forced = false;
        trialStart = NO_TRIAL;
        trialLost = false;
    }

    /** A record, or the front of one, is acknowledged or sacked for the first time. */
    abstract void onDelivered(int slot, long end, Acknowledgement ack);

    /** Octets that were sacked are acknowledged. */
    abstract void onSackedAcknowledged(long octets);

    /** Everything below the acknowledgement's position leaves the records. */
    final void acknowledgeCumulatively(final Acknowledgement ack) {
        final long begin = records.begin();
        while (records.count() > 0 && records.end(records.at(0)) <= ack.position()) {
            deliver(records.at(0), records.end(records.at(0)), ack);
            records.removeFirst();
        }
        if (records.count() > 0 && records.begin() < ack.position()) {
            deliver(records.at(0), ack.position(), ack);
            records.trimFirst(ack.position());
        }
        ack.acknowledge(records.begin() - begin);
    }

    private void deliver(final int slot, final long end, final Acknowledgement ack) {
        if (records.isSacked(slot)) {
            onSackedAcknowledged(end - records.start(slot));
        } else {
            ack.deliver(end - records.start(slot), end, records.sentNs(slot), records.isRepeated(slot));
            onDelivered(slot, end, ack);
        }
    }

    @Override
    public boolean onSentAgain(final long start, final long end, final long nowNs) {
        final int index = isolate(start, end);
        records.sentAgain(records.at(index), nowNs);
        repair.onSentAgain(end, segments(end - start), nowNs);
        forced = false;
        return false;
    }

    /** Makes [start, end) a record of its own, if there is memory; returns the index of the record that holds it. */
    private int isolate(final long start, final long end) {
        int index = records.indexOf(start);
        if (records.start(records.at(index)) < start && records.split(index, start)) {
            index++;
        }
        if (end < records.end(records.at(index))) {
            records.split(index, end);
        }
        return index;
    }

    final int segments(final long octets) {
        return (int) Math.max(1, Math.ceilDiv(octets, congestion.maxSegmentSize()));
    }

    @Override
    public boolean planRepair() {
        final int slot = spurious.isProving() ? SendRecords.NONE : records.lowestToSend();
        if (slot == SendRecords.NONE || !(forced || mayRepair(records.length(slot)))) {
            return false;
        }
        plan(records.start(slot), records.end(slot));
        return true;
    }

    private boolean mayRepair(final int length) {
        final long inFlight = inFlight();
        return inFlight == 0 || inFlight + Math.min(length, congestion.maxSegmentSize()) <= congestion.window();
    }

    final void plan(final long start, final long end) {
        plannedStart = start;
        plannedEnd = end;
    }

    @Override
    public long plannedStart() {
        return plannedStart;
    }

    @Override
    public long plannedEnd() {
        return plannedEnd;
    }

    /** What congestion control does about a timeout. F-RTO and undoing are for those that follow no other repair. */
    final void beginTimeout(final boolean first, final boolean alone, final long nowNs) {
        if (first) {
            if (alone) {
                repair.begin(records.begin());
                spurious.begin();
            } else {
                repair.end();
                spurious.reset();
            }
        }
        timedOut = true;
        forced = true;
        recoveryPoint = records.end();
        congestion.onTimeout(records.end() - records.begin(), first, nowNs);
    }

    /** Steps of the repair of a timeout for an acknowledgement. */
    final void onAcknowledgedAfterTimeout(final Acknowledgement ack, final boolean sack) {
        final SpuriousTimeout.Verdict verdict = spurious.onAcknowledgement(ack, recoveryPoint, sack);
        if (verdict == SpuriousTimeout.Verdict.SPURIOUS || repair.isAnswered(ack)) {
            undo(TcpCounter.SPURIOUS_TIMEOUTS);
            rtt.onSpuriousTimeout(lateRttNs(ack), ack.nowNs());
        } else if (ack.position() >= recoveryPoint) {
            timedOut = false;
            spurious.reset();
        }
    }

    /**
     * How late the answer was, of which a timer that expired for nothing did not know. When the same acknowledgement reports the
     * repetition as a duplicate, the answer was not late but lost, and there is nothing to learn for the timer (RFC 3708).
     */
    private long lateRttNs(final Acknowledgement ack) {
        // a peer may echo nonsense: what the timer has waited is the most that it can have been too short
        return ack.hasReport()
            ? CongestionSample.NO_RTT : Math.max(ack.rttNs(), Math.min(ack.echoedRttNs(), rtt.timeoutNs()));
    }

    /** The repair was for nothing: window and threshold come back, and what was held for lost is waited for again (RFC 4015). */
    void undo(final TcpCounter counter) {
        counters.increment(counter);
        congestion.onUndo();
        records.findLost();
        repair.end();
        spurious.reset();
        timedOut = false;
        forced = false;
    }

    @Override
    public void onWindowClosed() {
        for (int slot = records.oldest(); slot != SendRecords.NONE; slot = records.oldest()) {
            records.lose(slot);
        }
    }

    @Override
    public void onSegmentsTooLarge(final int maxSegmentSize) {
        int slot = records.oldest();
        while (slot != SendRecords.NONE) {
            final int later = records.later(slot);
            if (records.length(slot) > maxSegmentSize) {
                records.lose(slot);
            }
            slot = later;
        }
        trialStart = NO_TRIAL;
        excuse();
    }

    /** What is held for lost now is not held against the window. */
    abstract void excuse();

    @Override
    public void onTrial(final long start) {
        trialStart = start;
        trialLost = false;
    }

    @Override
    public boolean isTrialLost() {
        return trialLost;
    }

    /** Whether a record is the trial, which then is over: it is lost. */
    final boolean endsTrial(final int slot) {
        if (trialStart == NO_TRIAL || records.start(slot) != trialStart) {
            return false;
        }
        trialStart = NO_TRIAL;
        trialLost = true;
        return true;
    }

    @Override
    public boolean mayRecord() {
        return records.hasRoom();
    }

    @Override
    public long room() {
        return congestion.window() - inFlight();
    }

    @Override
    public boolean hasLost() {
        return records.lowestToSend() != SendRecords.NONE;
    }

    @Override
    public long inFlight() {
        return records.inFlight();
    }

    /** The sample for congestion control, which recovery may keep from growing the window. */
    final void sample(final Acknowledgement ack, final boolean governed) {
        if (ack.delivered() == 0 && ack.acknowledged() == 0) {
            return;
        }
        congestion.onAcknowledged(ack.sample()
            .octets(ack.acknowledged(), ack.delivered())
            .flight(records.inFlight(), ack.hasTested(congestion))
            .roundTrip(ack.rttNs(), rtt.minimumNs(), rtt.smoothedNs())
            .recovering(governed));
    }
}
