package org.rds4j.tcp.send;

/**
 * Recent acknowledgement (RFC 8985 section 6.2): what was sent before something that has arrived, by more than the reordering
 * window, is lost. Steps 2 to 4; one per connection, one thread.
 */
final class Rack {
    private static final int DUPLICATES = 3;
    private static final int PERSIST = 16;
    private static final long NONE = -1;

    private long sentNs;
    private long end;
    private long rttNs;
    private long forward;
    private boolean reordering;
    private boolean counted;
    private byte reorderings;
    private int distance;
    private int multiplier;
    private byte persist;
    private long reportRound;

    Rack() {
        reset();
    }

    void reset() {
        sentNs = Long.MIN_VALUE;
        end = 0;
        rttNs = NONE;
        forward = 0;
        reordering = false;
        counted = false;
        reorderings = 0;
        distance = 0;
        multiplier = 1;
        persist = PERSIST;
        reportRound = NONE;
    }

    /** An acknowledgement has come; what it says of segments follows. */
    void onAcknowledgement() {
        counted = false;
    }

    /** Steps 2 and 3, for each segment newly acknowledged, in ascending order. */
    void onDelivered(final long segmentSentNs, final long segmentStart, final long segmentEnd, final boolean repeated,
        final long minRttNs, final Acknowledgement ack) {
        final long measuredNs = Math.max(1, ack.nowNs() - segmentSentNs);
        if (segmentEnd > forward) {
            forward = segmentEnd;
        } else if (segmentEnd < forward && !repeated) {
            onReordered(forward - segmentStart);
        }
        if (repeated && (ack.isEchoOlderThan(segmentSentNs) || measuredNs < minRttNs)) {
            return; // it is the first transmission that arrived
        }
        rttNs = measuredNs;
        if (isLater(segmentSentNs, segmentEnd)) {
            sentNs = segmentSentNs;
            end = segmentEnd;
        }
    }

    private void onReordered(final long octets) {
        reordering = true;
        if (!counted && reorderings < Byte.MAX_VALUE) {
            reorderings++;
        }
        counted = true;
        distance = (int) Math.max(distance, octets);
    }

    private boolean isLater(final long segmentSentNs, final long segmentEnd) {
        return segmentSentNs > sentNs || (segmentSentNs == sentNs && segmentEnd > end);
    }

    /** Whether a segment left before the latest one that has arrived. */
    boolean isOvertaken(final long segmentSentNs, final long segmentEnd) {
        return segmentSentNs < sentNs || (segmentSentNs == sentNs && segmentEnd < end);
    }

    /** Step 4: the peer reports a duplicate, so the window was too small; at most once per round trip. */
    void onReport(final long unacknowledged, final long highest) {
        if (reportRound == NONE || unacknowledged >= reportRound) {
            reportRound = highest;
            multiplier++;
            persist = PERSIST;
        }
    }

    /** Step 4: a recovery has ended. */
    void onRecovered() {
        if (--persist <= 0) {
            multiplier = 1;
            persist = PERSIST;
        }
    }

    /** A repair turned out to be for nothing: the path reorders. */
    void onReordering() {
        reordering = true;
    }

    /** How long after its overtaking a segment is waited for. */
    long window(final boolean recovering, final int segmentsSacked, final long minRttNs, final long smoothedNs) {
        if (!reordering && (recovering || segmentsSacked >= DUPLICATES)) {
            return 0;
        }
        return Math.min(multiplier * (minRttNs / 4), smoothedNs);
    }

    /** How far, in octets, one that came late was behind the highest that had arrived, at most; for observers. */
    long distance() {
        return distance;
    }

    /** Acknowledgements that told of segments out of order, 127 for more; for observers. */
    int reorderings() {
        return reorderings;
    }

    /** RACK.rtt, or less than 0 while nothing has arrived. */
    long rttNs() {
        return rttNs;
    }

    int multiplier() {
        return multiplier;
    }
}
