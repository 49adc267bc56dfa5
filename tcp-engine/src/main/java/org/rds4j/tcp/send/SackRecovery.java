package org.rds4j.tcp.send;

import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.CongestionControl;
import org.rds4j.tcp.congestion.CongestionSample;

/**
 * Recovery for a peer with SACK: losses by RACK with the tail loss probe (RFC 8985), what is sent next by RFC 6675, how much by
 * proportional rate reduction (RFC 9937), and back by F-RTO, timestamps or DSACK when it was for nothing (RFC 5682, 3522, 2883).
 */
public final class SackRecovery extends RecordedRecovery {
    private static final long NEVER = Long.MAX_VALUE;

    final Rack rack = new Rack();
    private final TailProbe probe;
    private final RateReduction reduction = new RateReduction();
    /** A loss found without a timeout is being repaired. */
    private boolean recovering;
    /** The window is being reduced, for a loss or for congestion that was echoed. */
    boolean reducing;
    private boolean rescued;
    private long repairedEnd;
    private long sackedEnd;
    private int sackedSegments;
    private int newlyLost;
    private long overtakenNs;
    /** Losses below this were not congestion's doing. */
    private long excusedEnd;

    /**
     * Recovery that drives a congestion window.
     *
     * @param records     of what was sent. Retained.
     * @param congestion  of the same connection. Retained.
     * @param rtt         of the same connection. Retained.
     * @param counters    where events are counted. Retained.
     * @param peerDelayNs how long the peer may keep an acknowledgement back.
     * @param slackNs     what a tail loss probe waits beyond two round trips when several segments are in flight.
     * @param eager       the first segment is sent again when a repair hears nothing, and new data probes by two segments.
     */
    public SackRecovery(
        final SendRecords records, final CongestionControl congestion, final RttEstimator rtt, final TcpCounters counters,
        final long peerDelayNs, final long slackNs, final boolean eager) {
        super(records, congestion, rtt, counters);
        probe = new TailProbe(peerDelayNs, slackNs, eager);
        reset();
    }

    @Override
    public void reset() {
        super.reset();
        rack.reset();
        probe.reset();
        recovering = false;
        reducing = false;
        rescued = false;
        repairedEnd = 0;
        sackedEnd = 0;
        sackedSegments = 0;
        newlyLost = 0;
        overtakenNs = NEVER;
        excusedEnd = 0;
    }

    @Override
    void excuse() {
        excusedEnd = records.end();
    }

    @Override
    public void onSent(final long end, final long nowNs) {
        reduction.onSent(end - records.end());
        records.append(end, nowNs);
        if (probe.isDue()) {
            if (!probe.isHalfSent()) {
                counters.increment(TcpCounter.TAIL_PROBES);
            }
            probe.onSent(end, false);
        } else {
            scheduleProbe(nowNs);
        }
    }

    @Override
    public boolean onSentAgain(final long start, final long end, final long nowNs) {
        super.onSentAgain(start, end, nowNs);
        reduction.onSent(end - start);
        if (probe.isDue()) {
            counters.increment(TcpCounter.TAIL_PROBES);
            probe.onSent(records.end(), true);
        } else if (start >= sackedEnd && recovering && !records.isLost(records.at(records.indexOf(start)))) {
            rescued = true;
        } else {
            repairedEnd = Math.max(repairedEnd, end);
        }
        return start == records.begin();
    }

    @Override
    public void onAcknowledgement(final Acknowledgement ack) {
        newlyLost = 0;
        rack.onAcknowledgement();
        final boolean governed = reducing;
        acknowledgeCumulatively(ack);
        forced &= ack.acknowledged() == 0;
        sackSelectively(ack);
        if (ack.hasReport()) {
            onReport(ack);
        }
        if (ack.rttNs() != CongestionSample.NO_RTT) {
            rtt.onRoundTrip(ack.rttNs(), ack.nowNs());
            probe.onMeasured();
        }
        final boolean repaired = probe.onAcknowledgement(ack);
        if (ack.delivered() > 0 || ack.hasReport()) {
            findOvertaken(ack.nowNs());
        }
        onProgress(ack);
        if (repaired && !reducing && !timedOut) {
            repair.end();
            congestion.onCongestion(records.end() - records.begin(), ack.nowNs());
            congestion.onRecovered(ack.nowNs());
        }
        sample(ack, governed || reducing);
        reduceWindow(ack);
        if (ack.delivered() > 0 || ack.acknowledged() > 0) {
            scheduleProbe(ack.nowNs()); // also when all of it had been sacked: there may be nothing left to probe for
        }
    }

    @Override
    void onDelivered(final int slot, final long end, final Acknowledgement ack) {
        rack.onDelivered(
            records.sentNs(slot), records.start(slot), end, records.isRepeated(slot), rtt.minimumNs(), ack);
    }

    @Override
    void onSackedAcknowledged(final long octets) {
        sackedSegments -= segments(octets);
    }

    private void sackSelectively(final Acknowledgement ack) {
        if (records.sackedOctets() == 0) {
            sackedSegments = 0;
            sackedEnd = records.begin();
        }
        for (int i = 0; i < ack.blocks(); i++) {
            sack(Math.max(ack.start(i), records.begin()), ack.end(i), ack);
        }
    }

    /** Marks what a block covers. Of a record of several segments only whole segments count, as the peer may cut at will. */
    private void sack(final long from, final long to, final Acknowledgement ack) {
        if (from >= to) {
            return;
        }
        final int first = firstCovered(from);
        final int last = lastCovered(to);
        boolean fresh = false;
        for (int i = first; i <= last; i++) {
            final int slot = records.at(i);
            if (!records.isSacked(slot)) {
                take(slot, ack);
                fresh = true;
            }
        }
        if (fresh) {
            records.sack(first, last);
        }
    }

    private int firstCovered(final long from) {
        final int index = records.indexOf(from);
        final int slot = records.at(index);
        final long start = records.start(slot);
        if (from == start || records.isSacked(slot)) {
            return index;
        }
        final long aligned = start + segments(from - start) * (long) congestion.maxSegmentSize();
        if (aligned < records.end(slot)) {
            records.split(index, aligned);
        }
        return index + 1;
    }

    private int lastCovered(final long to) {
        final int index = records.indexOf(to - 1);
        final int slot = records.at(index);
        if (to == records.end(slot) || records.isSacked(slot)) {
            return index;
        }
        final int segment = congestion.maxSegmentSize();
        final long aligned = records.start(slot) + (to - records.start(slot)) / segment * segment;
        return aligned > records.start(slot) && records.split(index, aligned) ? index : index - 1;
    }

    private void take(final int slot, final Acknowledgement ack) {
        ack.deliver(records.length(slot), records.end(slot), records.sentNs(slot), records.isRepeated(slot));
        onDelivered(slot, records.end(slot), ack);
        sackedSegments += segments(records.length(slot));
        sackedEnd = Math.max(sackedEnd, records.end(slot));
    }

    /** The peer received something twice (RFC 2883). */
    private void onReport(final Acknowledgement ack) {
        counters.increment(TcpCounter.DSACKS_IN);
        repair.onReport(ack.reportStart(), ack.reportEnd(), segments(ack.reportEnd() - ack.reportStart()));
        if (!probe.isReported(ack)) {
            rack.onReport(records.begin(), records.end());
        } // else it was the probe's timer that was too early, and not the reordering window too small
    }

    /** RFC 8985 section 6.2 step 5: in the order of departure, until one that may still be waited for. */
    private void findOvertaken(final long nowNs) {
        overtakenNs = NEVER;
        if (rack.rttNs() < 0) {
            return;
        }
        final long patienceNs = patienceNs();
        int slot = records.oldest();
        while (slot != SendRecords.NONE && rack.isOvertaken(records.sentNs(slot), records.end(slot))) {
            if (records.sentNs(slot) + patienceNs > nowNs) {
                overtakenNs = records.sentNs(slot) + patienceNs;
                return;
            }
            final int later = records.later(slot);
            lose(slot);
            slot = later;
        }
    }

    private long patienceNs() {
        return rack.rttNs() +
            rack.window(recovering || timedOut, sackedSegments, rtt.minimumNs(), rtt.smoothedNs());
    }

    private void lose(final int slot) {
        if (endsTrial(slot)) {
            excusedEnd = Math.max(excusedEnd, records.end(slot));
        } else {
            newlyLost++;
        }
        if (records.isAgain(slot)) {
            counters.increment(TcpCounter.LOST_RETRANSMISSIONS);
        }
        records.lose(slot);
    }

    private void onProgress(final Acknowledgement ack) {
        final boolean answered = recovering && repair.isAnswered(ack);
        if (timedOut) {
            onAcknowledgedAfterTimeout(ack, true);
            if (!timedOut) {
                rack.onRecovered();
            }
        } else if (reducing && ack.position() >= recoveryPoint) {
            endReduction(ack.nowNs());
        }
        if (!timedOut && (answered || repair.isRefuted())) {
            undo(TcpCounter.SPURIOUS_RECOVERIES);
            rack.onReordering();
        }
        if (!timedOut && !recovering && hasCongestionLoss()) {
            beginRecovery(ack.delivered(), ack.nowNs());
        }
    }

    private boolean hasCongestionLoss() {
        return records.lostOctets() > 0 && (newlyLost > 0 || records.begin() >= excusedEnd);
    }

    private void endReduction(final long nowNs) {
        congestion.onRecovered(nowNs);
        if (recovering) {
            rack.onRecovered();
        }
        recovering = false;
        reducing = false;
    }

    private void beginRecovery(final long delivered, final long nowNs) {
        counters.increment(TcpCounter.FAST_RETRANSMITS);
        if (!reducing || congestion.reducesForLossAfterEcho()) {
            congestion.onCongestion(records.end() - records.begin(), nowNs);
            beginReduction(delivered);
            repair.begin(records.begin());
        } else {
            repair.end(); // the mark has reduced the window, and should the loss be none that stays
        }
        recovering = true;
        rescued = false;
        forced = true;
        repairedEnd = records.begin();
        recoveryPoint = records.end();
        probe.cancel();
    }

    private void beginReduction(final long delivered) {
        reducing = true;
        reduction.begin(records.end() - records.begin() - records.sackedOctets() + delivered);
    }

    private void reduceWindow(final Acknowledgement ack) {
        if (reducing && ack.delivered() > 0) {
            congestion.window(reduction.window(
                ack.delivered(), records.inFlight(), congestion.threshold(), congestion.maxSegmentSize(),
                ack.acknowledged() > 0 && newlyLost == 0));
        }
    }

    @Override
    void undo(final TcpCounter counter) {
        super.undo(counter);
        recovering = false;
        reducing = false;
    }

    @Override
    public boolean onCongestionEcho(final long acknowledged, final long nowNs) {
        if (reducing || timedOut) {
            return false;
        }
        congestion.onEcnEcho(records.end() - records.begin() + acknowledged, nowNs);
        recoveryPoint = records.end();
        repair.end(); // whatever came before, there is congestion now
        beginReduction(acknowledged);
        congestion.window(reduction.window(
            acknowledged, records.inFlight(), congestion.threshold(), congestion.maxSegmentSize(), true));
        return true;
    }

    /**
     * RFC 8985 section 6.3: the first segment is lost, and so is what had its round trip; what left a moment ago is waited for.
     * If the first segment was sacked, the peer has discarded what it had acknowledged (RFC 2018 section 8).
     */
    @Override
    public void onTimeout(final boolean first, final long nowNs) {
        if (records.count() > 0 && records.isSacked(records.at(0))) {
            counters.increment(TcpCounter.SACKS_RENEGED);
            records.forgetSacks();
            sackedSegments = 0;
            sackedEnd = records.begin();
        } else {
            loseExpired(nowNs);
        }
        beginTimeout(first, !recovering && !timedOut, nowNs);
        probe.abandon();
        overtakenNs = NEVER;
        recovering = false;
        reducing = false;
    }

    private void loseExpired(final long nowNs) {
        final long patienceNs = rack.rttNs() < 0 ? rtt.smoothedNs() : patienceNs();
        int slot = records.oldest();
        while (slot != SendRecords.NONE && records.sentNs(slot) + patienceNs <= nowNs) {
            final int later = records.later(slot);
            records.lose(slot);
            slot = later;
        }
        loseHead();
    }

    private void loseHead() {
        final int head = records.at(0);
        if (!records.isLost(head) || records.isAgain(head)) {
            records.lose(head);
        }
    }

    @Override
    public void onWindowClosed() {
        super.onWindowClosed();
        probe.abandon();
        overtakenNs = NEVER;
    }

    private void scheduleProbe(final long nowNs) {
        if (recovering && records.count() > 0) {
            probe.scheduleInRepair(rtt.smoothedNs(), nowNs);
        } else if (timedOut || records.count() == 0 || records.sackedOctets() > 0) {
            probe.cancel();
        } else {
            probe.schedule(rtt.smoothedNs(), records.end() - records.begin() <= congestion.maxSegmentSize(), nowNs);
        }
    }

    /**
     * Nothing has come for longer than an answer takes: the first segment goes again, whatever the window says. One that the peer
     * has sacked is left to the retransmission timer, which takes that for reneging.
     */
    private void onSilentRepair() {
        probe.cancel();
        if (records.isSacked(records.at(0))) {
            return;
        }
        counters.increment(TcpCounter.REPAIR_PROBES);
        loseHead();
        forced = true;
    }

    @Override
    public long deadlineNs(final long timeoutNs) {
        return Math.min(overtakenNs, probe.deadlineNs(timeoutNs));
    }

    @Override
    public boolean onTime(final long nowNs) {
        if (overtakenNs <= nowNs) {
            newlyLost = 0;
            findOvertaken(nowNs);
            if (!timedOut && !recovering && hasCongestionLoss()) {
                beginRecovery(0, nowNs);
            }
            if (reducing && newlyLost > 0) {
                // no acknowledgement clocks this one: the repair itself goes, and not all that has left the pipe
                congestion.window(Math.min(congestion.window(), records.inFlight() + congestion.maxSegmentSize()));
            }
        }
        final boolean silent = probe.onTime(nowNs);
        if (silent && recovering) {
            onSilentRepair();
            return false;
        }
        return silent;
    }

    /** RFC 6675 section 4, NextSeg rules 3 and 4, when the first two give nothing; and the tail loss probe that repeats. */
    @Override
    public boolean planSpare() {
        if (probe.isDue() && !probe.isHalfSent() && records.count() > 0) {
            planEnd(records.at(records.count() - 1));
            return true;
        }
        final boolean room = records.inFlight() + congestion.maxSegmentSize() <= congestion.window();
        return recovering && room && (planUnsacked() || planRescue());
    }

    /** Rule 3: below what is sacked, but not held for lost and not sent again. */
    private boolean planUnsacked() {
        final long from = Math.max(repairedEnd, records.begin());
        if (from >= sackedEnd) {
            return false;
        }
        int index = records.indexOf(from);
        while (records.isSacked(records.at(index)) || records.isAgain(records.at(index))) {
            if (++index == records.count()) {
                return false;
            }
        }
        final int slot = records.at(index);
        if (records.start(slot) >= sackedEnd || records.isLost(slot)) {
            return false;
        }
        plan(records.start(slot), records.end(slot));
        return true;
    }

    /** Rule 4: once in a recovery, the end of what is outstanding. */
    private boolean planRescue() {
        if (rescued || records.count() == 0) {
            return false;
        }
        final int last = records.at(records.count() - 1);
        if (records.isSacked(last) || records.isLost(last) || records.isAgain(last)) {
            return false;
        }
        planEnd(last);
        return true;
    }

    private void planEnd(final int slot) {
        final long end = records.end(slot);
        plan(Math.max(records.start(slot), end - congestion.maxSegmentSize()), end);
    }

    @Override
    public boolean isProbeDue() {
        return probe.isDue();
    }

    @Override
    public boolean isRecovering() {
        return recovering;
    }

    @Override
    public boolean restartsTimer() {
        return true;
    }
}
