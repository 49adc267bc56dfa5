package org.rds4j.tcp.send;

import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.congestion.CongestionControl;

/** Fast retransmit and fast recovery for a peer without SACK: RFC 5681 section 3.2, RFC 6582, RFC 3042. */
public final class NewRenoRecovery extends RecordedRecovery {
    private static final int THRESHOLD = 3;

    int duplicates;
    private boolean recovering;
    private int partialAcknowledgements;

    /**
     * Recovery that drives a congestion window.
     *
     * @param records    of what was sent. Retained.
     * @param congestion of the same connection. Retained.
     * @param rtt        of the same connection. Retained.
     * @param counters   where events are counted. Retained.
     */
    public NewRenoRecovery(
        final SendRecords records, final CongestionControl congestion, final RttEstimator rtt, final TcpCounters counters) {
        super(records, congestion, rtt, counters);
        reset();
    }

    @Override
    public void reset() {
        super.reset();
        duplicates = 0;
        recovering = false;
        partialAcknowledgements = 0;
    }

    @Override
    public void onSent(final long end, final long nowNs) {
        records.append(end, nowNs);
    }

    @Override
    void onDelivered(final int slot, final long end, final Acknowledgement ack) {
        // without SACK nothing is learnt from the order of arrival
    }

    @Override
    void onSackedAcknowledged(final long octets) {
        // without SACK nothing is sacked
    }

    @Override
    public void onAcknowledgement(final Acknowledgement ack) {
        acknowledgeCumulatively(ack);
        final boolean governed = recovering;
        if (timedOut) {
            onAcknowledgedAfterTimeout(ack, false);
        }
        sample(ack, governed);
        if (ack.acknowledged() > 0) {
            onAdvance(ack);
        } else if (ack.isDuplicate()) {
            onDuplicate(ack.nowNs());
        }
    }

    private void onAdvance(final Acknowledgement ack) {
        duplicates = 0;
        forced = false;
        if (!recovering) {
            return;
        }
        if (repair.isAnswered(ack)) {
            recovering = false;
            undo(TcpCounter.SPURIOUS_RECOVERIES);
        } else if (ack.position() >= recoveryPoint) {
            recovering = false;
            congestion.onRecovered(ack.nowNs());
            deflate(records.inFlight());
        } else {
            partialAcknowledgements++;
            repairHead();
            onPartialAcknowledgement(ack.acknowledged());
        }
    }

    @Override
    void excuse() {
        recoveryPoint = Math.max(recoveryPoint, records.end());
    }

    /** The first segment is lost and goes out at once. */
    private void repairHead() {
        final int segment = congestion.maxSegmentSize();
        if (records.length(records.at(0)) > segment + 1) {
            records.split(0, records.begin() + segment);
        }
        records.lose(records.at(0));
        forced = true;
    }

    /** RFC 6582 section 3.2 step 3, its first option: no burst when little is in flight at the end. */
    private void deflate(final long flight) {
        final int segment = congestion.maxSegmentSize();
        congestion.window(Math.min(congestion.threshold(), Math.max(flight, segment) + segment));
    }

    /** RFC 6582 section 3.2 step 3: deflate by what was acknowledged, add one segment back for the one resent. */
    private void onPartialAcknowledgement(final long octets) {
        final int segment = congestion.maxSegmentSize();
        final long deflated = Math.max(congestion.window() - octets, 0) + (octets >= segment ? segment : 0);
        congestion.window(Math.max(deflated, segment));
    }

    private void onDuplicate(final long nowNs) {
        duplicates++;
        if (recovering) {
            congestion.window(congestion.window() + congestion.maxSegmentSize()); // a segment has left the network
        } else if (duplicates == THRESHOLD && endsTrial(records.at(0))) {
            records.lose(records.at(0));
            forced = true;
            excuse();
        } else if (duplicates == THRESHOLD && records.begin() > recoveryPoint) {
            recovering = true;
            partialAcknowledgements = 0;
            recoveryPoint = records.end();
            repair.begin(records.begin());
            counters.increment(TcpCounter.FAST_RETRANSMITS);
            congestion.onCongestion(records.end() - records.begin(), nowNs);
            congestion.window(congestion.threshold() + (long) THRESHOLD * congestion.maxSegmentSize());
            repairHead();
        }
    }

    @Override
    public boolean onCongestionEcho(final long acknowledged, final long nowNs) {
        if (recovering) {
            return false;
        }
        congestion.onEcnEcho(records.end() - records.begin() + acknowledged, nowNs);
        repair.end();
        return true;
    }

    @Override
    public void onTimeout(final boolean first, final long nowNs) {
        onWindowClosed();
        beginTimeout(first, !recovering && !timedOut, nowNs);
        duplicates = 0;
        recovering = false;
    }

    @Override
    public boolean onTime(final long nowNs) {
        return false;
    }

    @Override
    public long deadlineNs(final long timeoutNs) {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean planSpare() {
        return false;
    }

    @Override
    public boolean isProbeDue() {
        return false;
    }

    @Override
    public boolean isRecovering() {
        return recovering;
    }

    @Override
    public boolean restartsTimer() {
        return !recovering || partialAcknowledgements <= 1;
    }

    /** After a timeout nothing inflates the window; there a duplicate says that something has left the network. */
    @Override
    public long inFlight() {
        final long inFlight = super.inFlight();
        return timedOut ? Math.max(0, inFlight - (long) duplicates * congestion.maxSegmentSize()) : inFlight;
    }

    /** Limited transmit (RFC 3042): one segment beyond the window for each of the first two duplicates. */
    @Override
    public long room() {
        final int extra = recovering || timedOut ? 0 : Math.min(duplicates, THRESHOLD - 1);
        return super.room() + (long) extra * congestion.maxSegmentSize();
    }
}
