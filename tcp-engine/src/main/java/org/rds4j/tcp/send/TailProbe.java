package org.rds4j.tcp.send;

/**
 * The tail loss probe (RFC 8985 section 7): when the last segments of a flight stay unanswered, one more asks for an answer. It
 * does not serve while losses are repaired; there the same time, without the peer's delay, tells that the repair hears nothing.
 * New data goes as two segments if there is so much, as RFC 9002 section 6.2.4 allows: a single one would wait for the peer's
 * delay.
 */
final class TailProbe {
    static final long NONE = Long.MAX_VALUE;
    private static final long WITHOUT_RTT_NS = 1_000_000_000L;
    private static final long NOT_SENT = -1;
    private static final byte NOT_DUE = 0;
    private static final byte SECOND_HALF = 1;
    private static final byte WHOLE = 2;

    private final int peerDelayNs;
    private final int slackNs;
    private final boolean eager;
    private long deadlineNs;
    private byte due;
    private long end;
    private boolean repeats;
    private boolean measured;

    /** A probe that waits for the peer's delay when one segment is in flight, and for the slack otherwise. */
    TailProbe(final long peerDelayNs, final long slackNs, final boolean eager) {
        this.eager = eager;
        this.peerDelayNs = Math.toIntExact(peerDelayNs);
        this.slackNs = Math.toIntExact(slackNs);
        reset();
    }

    void reset() {
        deadlineNs = NONE;
        due = NOT_DUE;
        end = NOT_SENT;
        repeats = false;
        measured = true;
    }

    /** Section 7.2, after new data left or some was acknowledged: waits anew. One probe at a time, and one per round trip. */
    void schedule(final long smoothedNs, final boolean oneSegment, final long nowNs) {
        due = NOT_DUE;
        if (end != NOT_SENT || !measured) {
            deadlineNs = NONE;
        } else if (smoothedNs == 0) {
            deadlineNs = nowNs + WITHOUT_RTT_NS;
        } else {
            deadlineNs = nowNs + 2 * smoothedNs + (oneSegment ? peerDelayNs : slackNs);
        }
    }

    /**
     * Something was delivered or sent during a repair. A peer with a gap acknowledges at once (RFC 5681 section 4.2), so that its
     * delay does not count. Nothing else may follow a lost retransmission, or a lost answer to it, and then only the
     * retransmission timer would be left; RFC 9002 section 6.2 has its probe timeout for repairs too.
     */
    void scheduleInRepair(final long smoothedNs, final long nowNs) {
        due = NOT_DUE;
        deadlineNs = eager && smoothedNs > 0 ? nowNs + 2 * smoothedNs + slackNs : NONE;
    }

    void cancel() {
        deadlineNs = NONE;
        due = NOT_DUE;
    }

    /** When the probe is to be sent, not later than the retransmission timer. */
    long deadlineNs(final long timeoutNs) {
        deadlineNs = deadlineNs == NONE ? NONE : Math.min(deadlineNs, timeoutNs);
        return deadlineNs;
    }

    /** Whether the probe has become due. */
    boolean onTime(final long nowNs) {
        if (deadlineNs > nowNs) {
            return false;
        }
        deadlineNs = NONE;
        due = WHOLE;
        return true;
    }

    /** Whether a segment may go as a probe, or as its second half. */
    boolean isDue() {
        return due != NOT_DUE;
    }

    /** Whether only the second segment of new data is missing, which may stay away. */
    boolean isHalfSent() {
        return due == SECOND_HALF;
    }

    /** Section 7.3: the probe left; it repeats the end of the flight or is new data. */
    void onSent(final long highest, final boolean repetition) {
        due = eager && !repetition && due == WHOLE ? SECOND_HALF : NOT_DUE;
        deadlineNs = NONE;
        end = highest;
        repeats = repetition;
        measured = false;
    }

    void onMeasured() {
        measured = true;
    }

    /** Whether the peer reports the segment that was repeated as a duplicate. */
    boolean isReported(final Acknowledgement ack) {
        return end != NOT_SENT && repeats && ack.hasReport() && ack.reportEnd() == end;
    }

    /** Section 7.4; true if the probe has repaired a loss that congestion control must hear of. */
    boolean onAcknowledgement(final Acknowledgement ack) {
        if (end == NOT_SENT || ack.position() < end) {
            return false;
        }
        final boolean reported = ack.hasReport() && ack.reportEnd() == end;
        final boolean repaired = repeats && !reported && ack.position() > end;
        if (!repeats || reported || repaired || (ack.isDuplicate() && ack.blocks() == 0)) {
            end = NOT_SENT;
        }
        return repaired;
    }

    /** A repair or the timer takes over. */
    void abandon() {
        cancel();
        end = NOT_SENT;
    }
}
