package org.rds4j.tcp.send;

import org.rds4j.tcp.congestion.CongestionControl;
import org.rds4j.tcp.congestion.CongestionSample;

/** Fast retransmit and fast recovery without SACK: RFC 5681 section 3.2, RFC 6582, RFC 3042. */
public final class NewRenoRecovery implements LossRecovery {
    private static final int THRESHOLD = 3;

    private final CongestionControl congestion;
    private int duplicates;
    private boolean recovering;
    private boolean retransmitDue;
    private int partialAcknowledgements;
    private long recoveryPoint;

    /**
     * Recovery that drives a congestion window.
     *
     * @param congestion of the same connection. Retained.
     */
    public NewRenoRecovery(final CongestionControl congestion) {
        this.congestion = congestion;
        reset();
    }

    @Override
    public void reset() {
        duplicates = 0;
        recovering = false;
        retransmitDue = false;
        partialAcknowledgements = 0;
        recoveryPoint = -1;
    }

    @Override
    public void onAcknowledged(final CongestionSample sample, final long unacknowledged) {
        duplicates = 0;
        retransmitDue = false;
        congestion.onAcknowledged(sample.recovering(recovering));
        if (!recovering) {
            return;
        }
        if (unacknowledged >= recoveryPoint) {
            recovering = false;
            congestion.onRecovered(sample.nowNs());
            deflate(sample.flight());
        } else {
            partialAcknowledgements++;
            retransmitDue = true;
            onPartialAcknowledgement(sample.acknowledged());
        }
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

    @Override
    public void onDuplicate(final long unacknowledged, final long highest, final long nowNs) {
        duplicates++;
        if (recovering) {
            congestion.window(congestion.window() + congestion.maxSegmentSize()); // a segment has left the network
        } else if (duplicates == THRESHOLD && unacknowledged > recoveryPoint) {
            recovering = true;
            retransmitDue = true;
            partialAcknowledgements = 0;
            recoveryPoint = highest;
            congestion.onCongestion(highest - unacknowledged, nowNs);
            congestion.window(congestion.threshold() + (long) THRESHOLD * congestion.maxSegmentSize());
        }
    }

    @Override
    public void onTimeout(final long unacknowledged, final long highest, final boolean first, final long nowNs) {
        duplicates = 0;
        recovering = false;
        retransmitDue = false;
        recoveryPoint = highest;
        congestion.onTimeout(highest - unacknowledged, first, nowNs);
    }

    @Override
    public boolean isRetransmitDue() {
        return retransmitDue;
    }

    @Override
    public void onRetransmitted() {
        retransmitDue = false;
    }

    @Override
    public boolean isRecovering() {
        return recovering;
    }

    @Override
    public boolean restartsTimer() {
        return !recovering || partialAcknowledgements <= 1;
    }

    @Override
    public int extraSegments() {
        return recovering ? 0 : Math.min(duplicates, THRESHOLD - 1);
    }
}
