package org.rds4j.tcp.send;

import org.rds4j.tcp.congestion.CongestionControl;
import org.rds4j.tcp.congestion.CongestionSample;

/**
 * What a valid acknowledgement says about data sent, in stream positions, and what loss recovery found out from it. One mutable
 * object per engine, filled anew for each segment and valid while it is processed. One thread.
 */
public final class Acknowledgement {
    /** Most SACK blocks of a segment. */
    public static final int MAX_BLOCKS = 4;
    /** Stands for the absence of timestamps: no transmission is too late for the echo. */
    public static final long NO_ECHO = Long.MAX_VALUE;
    /** Stands for the departure of nothing. */
    public static final long NO_DEPARTURE = Long.MIN_VALUE;

    private final CongestionSample sample = new CongestionSample();
    private final long[] starts = new long[MAX_BLOCKS];
    private final long[] ends = new long[MAX_BLOCKS];
    private long nowNs;
    private long position;
    private boolean duplicate;
    private boolean unsent;
    private boolean windowFull;
    private long flight;
    private long echoTickNs;
    private long echoLimitNs;
    private int blocks;
    private boolean hasReport;
    private long reportStart;
    private long reportEnd;
    private long acknowledged;
    private long delivered;
    private long rttNs;
    private long earliestRttNs;
    private boolean originals;
    private boolean repeated;
    private long firstSentNs;
    private boolean firstRepeated;
    private int fullSize;
    private long fullEnd;
    private long fullSentNs;

    /** An acknowledgement of nothing. */
    public Acknowledgement() {
    }

    /**
     * Starts over.
     *
     * @param position  what is acknowledged cumulatively: the new SND.UNA, or the old one.
     * @param duplicate it is a duplicate in the sense of RFC 5681 section 2.
     * @param unsent    there is data that was not sent and that the peer's window would take.
     * @param nowNs     the engine's time.
     * @return this.
     */
    public Acknowledgement start(final long position, final boolean duplicate, final boolean unsent, final long nowNs) {
        this.position = position;
        this.duplicate = duplicate;
        this.unsent = unsent;
        windowFull = false;
        flight = 0;
        this.nowNs = nowNs;
        sample.start(nowNs);
        echoLimitNs = NO_ECHO;
        blocks = 0;
        hasReport = false;
        acknowledged = 0;
        delivered = 0;
        rttNs = CongestionSample.NO_RTT;
        earliestRttNs = CongestionSample.NO_RTT;
        originals = false;
        repeated = false;
        firstSentNs = NO_DEPARTURE;
        fullEnd = 0;
        fullSentNs = NO_DEPARTURE;
        return this;
    }

    /**
     * Sets how the congestion window was used when the octets were sent that are acknowledged first.
     *
     * @param full   nothing more would have fitted.
     * @param flight octets in flight at most.
     */
    public void windowUse(final boolean full, final long flight) {
        windowFull = full;
        this.flight = flight;
    }

    /** Whether a window, which recovery may just have set, was tested by what was in flight. */
    boolean hasTested(final CongestionControl congestion) {
        final long window = congestion.window();
        return windowFull || (window < congestion.threshold() && window < 2 * flight);
    }

    /**
     * Sets what the echoed timestamp says.
     *
     * @param tickNs  what was sent before this time did not carry the timestamp that is echoed.
     * @param limitNs neither did what was sent at this time or later.
     */
    public void echo(final long tickNs, final long limitNs) {
        echoTickNs = tickNs;
        echoLimitNs = limitNs;
    }

    /**
     * Sets what counts as a full-size segment.
     *
     * @param octets SMSS less options.
     */
    public void fullSize(final int octets) {
        fullSize = octets;
    }

    /**
     * Adds a SACK block, keeping the blocks in ascending order.
     *
     * @param start position of its first octet.
     * @param end   position behind its last octet.
     */
    public void block(final long start, final long end) {
        int index = blocks++;
        while (index > 0 && starts[index - 1] > start) {
            starts[index] = starts[index - 1];
            ends[index] = ends[index - 1];
            index--;
        }
        starts[index] = start;
        ends[index] = end;
    }

    /**
     * Sets what the peer reports to have received twice (RFC 2883).
     *
     * @param start position of its first octet.
     * @param end   position behind its last octet.
     */
    public void report(final long start, final long end) {
        hasReport = true;
        reportStart = start;
        reportEnd = end;
    }

    /** Octets [start, end) were acknowledged cumulatively. */
    void acknowledge(final long octets) {
        acknowledged += octets;
    }

    /** A record, or a part of one, was delivered that was not known to be. */
    void deliver(final long octets, final long end, final long sentNs, final boolean again) {
        delivered += octets;
        if (firstSentNs == NO_DEPARTURE) {
            firstSentNs = sentNs;
            firstRepeated = again;
        }
        if (octets == fullSize) {
            fullEnd = Math.max(fullEnd, end);
            fullSentNs = again ? fullSentNs : Math.max(fullSentNs, sentNs);
        }
        if (again) {
            repeated = true;
            return;
        }
        originals = true;
        final long measuredNs = Math.max(1, nowNs - sentNs);
        rttNs = rttNs == CongestionSample.NO_RTT ? measuredNs : Math.min(rttNs, measuredNs);
        earliestRttNs = Math.max(earliestRttNs, measuredNs);
    }

    /**
     * The sample for congestion control, for what the connection knows.
     *
     * @return to be completed by loss recovery.
     */
    public CongestionSample sample() {
        return sample;
    }

    long nowNs() {
        return nowNs;
    }

    long position() {
        return position;
    }

    boolean isDuplicate() {
        return duplicate;
    }

    boolean hasUnsent() {
        return unsent;
    }

    boolean isEchoOlderThan(final long sentNs) {
        return sentNs >= echoLimitNs;
    }

    /** How long ago what is echoed was sent, to a tick less; 0 or less without timestamps. */
    long echoedRttNs() {
        return echoLimitNs == NO_ECHO ? CongestionSample.NO_RTT : nowNs - echoLimitNs;
    }

    int blocks() {
        return blocks;
    }

    long start(final int index) {
        return starts[index];
    }

    long end(final int index) {
        return ends[index];
    }

    boolean hasReport() {
        return hasReport;
    }

    long reportStart() {
        return reportStart;
    }

    long reportEnd() {
        return reportEnd;
    }

    /**
     * The full-size segments among what was delivered.
     *
     * @return position behind the highest of them, 0 if there was none.
     */
    public long fullEnd() {
        return fullEnd;
    }

    /**
     * When the last of them left that was sent once only.
     *
     * @return the engine's time, or {@link #NO_DEPARTURE}.
     */
    public long fullSentNs() {
        return fullSentNs;
    }

    /** By how much SND.UNA advanced. */
    long acknowledged() {
        return acknowledged;
    }

    /** DeliveredData of RFC 9937. */
    long delivered() {
        return delivered;
    }

    /** Whether something was delivered that was sent once only. */
    boolean hasOriginals() {
        return originals;
    }

    /**
     * The round trip of the segment that left last, of those delivered that were sent once only.
     *
     * @return nanoseconds, or {@link CongestionSample#NO_RTT}.
     */
    public long rttNs() {
        return rttNs;
    }

    /**
     * The round trip for the retransmission timer: that of the segment that left first, so that it holds the peer's delay. If
     * anything acknowledged was sent twice there is none (Karn, RFC 6298 section 3), unless the echo tells which transmission
     * of the first segment is answered, as it is that one's timestamp which the peer echoes (RFC 7323 section 4). The clock of
     * the timestamps being coarse, the echo only tells that, and time is measured by the departure.
     *
     * @param apartNs least time between two transmissions of a segment.
     * @return nanoseconds, or {@link CongestionSample#NO_RTT}.
     */
    public long timerRttNs(final long apartNs) {
        if (!repeated) {
            return earliestRttNs;
        }
        final boolean mayAnswerLast = echoLimitNs != NO_ECHO && firstSentNs >= echoTickNs && firstSentNs < echoLimitNs;
        final boolean mayAnswerEarlier = firstRepeated && firstSentNs - apartNs >= echoTickNs;
        return mayAnswerLast && !mayAnswerEarlier ? Math.max(1, nowNs - firstSentNs) : CongestionSample.NO_RTT;
    }

    /**
     * Whether the first of what was delivered was sent again, and yet an earlier transmission is answered, late. When the peer
     * reports the repetition as a duplicate with this same acknowledgement, it was the answer that got lost, and what has
     * passed since is no round trip.
     *
     * @return true if the echo measures how late.
     */
    public boolean isLateAnswer() {
        return firstRepeated && firstSentNs != NO_DEPARTURE && isEchoOlderThan(firstSentNs) && !hasReport;
    }
}
