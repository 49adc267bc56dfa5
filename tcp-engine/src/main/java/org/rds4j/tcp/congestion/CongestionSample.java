package org.rds4j.tcp.congestion;

/**
 * What one acknowledgement said, in the measures congestion control works with. One mutable object per engine, filled anew for
 * each acknowledgement that delivers something and valid during the call only. One thread.
 */
public final class CongestionSample {
    /** {@link #rttNs()} of an acknowledgement that measures nothing. */
    public static final long NO_RTT = -1;

    private long nowNs;
    private long acknowledged;
    private long delivered;
    private long marked;
    private long flight;
    private long rttNs = NO_RTT;
    private long minRttNs;
    private long smoothedRttNs;
    private boolean windowLimited;
    private boolean recovering;

    /** A sample of nothing. */
    public CongestionSample() {
    }

    /**
     * Starts over: everything unset is 0, false or {@link #NO_RTT}.
     *
     * @param nowNs the engine's time.
     * @return this.
     */
    public CongestionSample start(final long nowNs) {
        this.nowNs = nowNs;
        acknowledged = 0;
        delivered = 0;
        marked = 0;
        flight = 0;
        rttNs = NO_RTT;
        minRttNs = 0;
        smoothedRttNs = 0;
        windowLimited = false;
        recovering = false;
        return this;
    }

    /**
     * Sets what left the network.
     *
     * @param acknowledged octets by which SND.UNA advanced.
     * @param delivered    octets newly known to have arrived, cumulatively or by SACK (DeliveredData of RFC 9937).
     * @return this.
     */
    public CongestionSample octets(final long acknowledged, final long delivered) {
        this.acknowledged = acknowledged;
        this.delivered = delivered;
        return this;
    }

    /**
     * Sets what is left in the network.
     *
     * @param flight        octets sent and not acknowledged, after this acknowledgement.
     * @param windowLimited before it, the congestion window was what held the sender back.
     * @return this.
     */
    public CongestionSample flight(final long flight, final boolean windowLimited) {
        this.flight = flight;
        this.windowLimited = windowLimited;
        return this;
    }

    /**
     * Sets the round-trip times.
     *
     * @param rttNs         measured by this acknowledgement, or {@link #NO_RTT}.
     * @param minRttNs      the shortest of late, 0 if there was none yet.
     * @param smoothedRttNs SRTT, 0 if there was no sample yet.
     * @return this.
     */
    public CongestionSample roundTrip(final long rttNs, final long minRttNs, final long smoothedRttNs) {
        this.rttNs = rttNs;
        this.minRttNs = minRttNs;
        this.smoothedRttNs = smoothedRttNs;
        return this;
    }

    /**
     * Sets the octets for which congestion was echoed.
     *
     * @param marked octets acknowledged with ECE, 0 without ECN.
     * @return this.
     */
    public CongestionSample marked(final long marked) {
        this.marked = marked;
        return this;
    }

    /**
     * Sets whether loss recovery governs the window at present.
     *
     * @param recovering true to have the sample counted and the window left alone.
     * @return this.
     */
    public CongestionSample recovering(final boolean recovering) {
        this.recovering = recovering;
        return this;
    }

    /**
     * The engine's time.
     *
     * @return nanoseconds.
     */
    public long nowNs() {
        return nowNs;
    }

    /**
     * By how much SND.UNA advanced.
     *
     * @return octets, 0 if the acknowledgement only brought SACK blocks.
     */
    public long acknowledged() {
        return acknowledged;
    }

    /**
     * What is newly known to have arrived.
     *
     * @return octets.
     */
    public long delivered() {
        return delivered;
    }

    /**
     * For how much of it congestion was echoed.
     *
     * @return octets.
     */
    public long marked() {
        return marked;
    }

    /**
     * What is still in flight.
     *
     * @return octets.
     */
    public long flight() {
        return flight;
    }

    /**
     * The round trip this acknowledgement measures.
     *
     * @return nanoseconds or {@link #NO_RTT}.
     */
    public long rttNs() {
        return rttNs;
    }

    /**
     * The shortest round trip of late.
     *
     * @return nanoseconds, 0 if there was none.
     */
    public long minRttNs() {
        return minRttNs;
    }

    /**
     * SRTT.
     *
     * @return nanoseconds, 0 before the first sample.
     */
    public long smoothedRttNs() {
        return smoothedRttNs;
    }

    /**
     * Whether the congestion window was in use, so that it may grow (RFC 5681 section 3.1, RFC 7661).
     *
     * @return true if it was what held the sender back.
     */
    public boolean isWindowLimited() {
        return windowLimited;
    }

    /**
     * Whether loss recovery governs the window.
     *
     * @return true if the window must not be changed for this sample.
     */
    public boolean isRecovering() {
        return recovering;
    }
}
