package org.rds4j.tcp.send;

import org.rds4j.tcp.congestion.CongestionControl;

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
    public void onAcknowledged(
        final long octets, final long unacknowledged, final long flight, final boolean windowLimited) {
        duplicates = 0;
        retransmitDue = false;
        if (!recovering) {
            congestion.onAcknowledged(octets, windowLimited);
        } else if (unacknowledged >= recoveryPoint) {
            recovering = false;
            congestion.onRecovered(flight);
        } else {
            partialAcknowledgements++;
            retransmitDue = true;
            congestion.onPartialAcknowledgement(octets);
        }
    }

    @Override
    public void onDuplicate(final long unacknowledged, final long highest) {
        duplicates++;
        if (recovering) {
            congestion.onDuplicate();
        } else if (duplicates == THRESHOLD && unacknowledged > recoveryPoint) {
            recovering = true;
            retransmitDue = true;
            partialAcknowledgements = 0;
            recoveryPoint = highest;
            congestion.onLoss(highest - unacknowledged);
        }
    }

    @Override
    public void onTimeout(final long unacknowledged, final long highest, final boolean first) {
        duplicates = 0;
        recovering = false;
        retransmitDue = false;
        recoveryPoint = highest;
        congestion.onTimeout(highest - unacknowledged, first);
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
