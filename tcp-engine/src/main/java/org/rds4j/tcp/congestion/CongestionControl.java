package org.rds4j.tcp.congestion;

/**
 * Decides how many octets a connection may have in flight, and the slow start threshold (RFC 5681). One instance per connection,
 * reused; told what happens by its connection and by loss recovery; one thread; allocates nothing after construction.
 * <p>
 * <b>Who sets the window.</b> Outside recovery the algorithm does. From {@link #onCongestion} to {@link #onRecovered} loss
 * recovery does, by {@link #window(long)}; samples go on coming, marked {@link CongestionSample#isRecovering()}, so that the
 * algorithm can count but not grow. After {@link #onTimeout} the window is one segment and the algorithm grows it again at once.
 */
public interface CongestionControl {
    /**
     * The connection is established; everything starts over.
     *
     * @param maxSegmentSize SMSS in octets.
     * @param initialWindow  octets, see {@link InitialWindow}.
     */
    void onConnected(int maxSegmentSize, long initialWindow);

    /**
     * The path takes segments of another size (RFC 1191, RFC 4821). The window in octets stays, since the change says nothing of
     * congestion.
     *
     * @param maxSegmentSize SMSS in octets.
     */
    void onSegmentSize(int maxSegmentSize);

    /**
     * Data was acknowledged, cumulatively or by SACK.
     *
     * @param sample what is known of it. Borrowed.
     */
    void onAcknowledged(CongestionSample sample);

    /**
     * A loss was inferred and recovery begins: sets the threshold. The window stays, and is recovery's to set until
     * {@link #onRecovered} or {@link #onTimeout}.
     *
     * @param flight octets sent and not acknowledged.
     * @param nowNs  the engine's time.
     */
    void onCongestion(long flight, long nowNs);

    /**
     * The peer echoed a congestion mark, for the first time in this window of data, outside recovery (RFC 3168 section 6.1.2):
     * sets threshold and window.
     *
     * @param flight octets sent and not acknowledged.
     * @param nowNs  the engine's time.
     */
    void onEcnEcho(long flight, long nowNs);

    /**
     * The recovery that began with {@link #onCongestion} is over: the window becomes the threshold.
     *
     * @param nowNs the engine's time.
     */
    void onRecovered(long nowNs);

    /**
     * The retransmission timer expired: the window becomes one segment.
     *
     * @param flight octets sent and not acknowledged.
     * @param first  the segment had not timed out before, so that this is news of congestion.
     * @param nowNs  the engine's time.
     */
    void onTimeout(long flight, boolean first, long nowNs);

    /** The last {@link #onCongestion} or {@link #onTimeout} was for nothing: the state before it comes back (RFC 4015). */
    void onUndo();

    /**
     * Nothing was in flight and nothing was sent for longer than the retransmission timeout (RFC 5681 section 4.1), and now
     * something will be.
     *
     * @param nowNs the engine's time.
     */
    void onIdle(long nowNs);

    /**
     * Sets the window, in recovery.
     *
     * @param octets at least 0.
     */
    void window(long octets);

    /**
     * The congestion window.
     *
     * @return octets.
     */
    long window();

    /**
     * The slow start threshold.
     *
     * @return octets.
     */
    long threshold();

    /**
     * The segment size the algorithm counts with.
     *
     * @return SMSS in octets.
     */
    int maxSegmentSize();

    /**
     * Whether {@link #onCongestion} is to be told of a loss even while the window is being reduced for an echoed mark: one
     * reduction answers both when marks count as much as losses (RFC 3168 section 6.1.2).
     *
     * @return true for DCTCP, to which marks mean less (RFC 8257 section 3.5).
     */
    boolean reducesForLossAfterEcho();

    /**
     * Whether the algorithm needs the peer to echo marks segment by segment and not until CWR (RFC 8257 section 3.2).
     *
     * @return true for DCTCP.
     */
    boolean needsExactMarks();
}
