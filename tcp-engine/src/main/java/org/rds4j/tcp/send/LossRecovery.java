package org.rds4j.tcp.send;

import org.rds4j.tcp.congestion.CongestionSample;

/**
 * Infers losses from acknowledgements and says what to send again. It drives its connection's congestion control. One per
 * connection, reused; one thread. All positions are stream positions of the sending direction.
 */
public interface LossRecovery {
    /** Starts over for a new connection. */
    void reset();

    /**
     * New data was acknowledged. Hands the sample on to congestion control.
     *
     * @param sample         what is known of the acknowledgement. Borrowed.
     * @param unacknowledged the new SND.UNA.
     */
    void onAcknowledged(CongestionSample sample, long unacknowledged);

    /**
     * A duplicate acknowledgement in the sense of RFC 5681 section 2 arrived.
     *
     * @param unacknowledged SND.UNA.
     * @param highest        end of what was ever sent.
     * @param nowNs          the engine's time.
     */
    void onDuplicate(long unacknowledged, long highest, long nowNs);

    /**
     * The retransmission timer expired; everything from SND.UNA on will be sent again.
     *
     * @param unacknowledged SND.UNA.
     * @param highest        end of what was ever sent.
     * @param first          the segment had not timed out before.
     * @param nowNs          the engine's time.
     */
    void onTimeout(long unacknowledged, long highest, boolean first, long nowNs);

    /**
     * Whether the segment at SND.UNA is to be sent again now.
     *
     * @return true until {@link #onRetransmitted()}.
     */
    boolean isRetransmitDue();

    /** The segment at SND.UNA was sent again. */
    void onRetransmitted();

    /**
     * Whether a loss is being repaired.
     *
     * @return true from the fast retransmit until everything sent before it is acknowledged.
     */
    boolean isRecovering();

    /**
     * Whether the retransmission timer restarts for the acknowledgement just processed.
     *
     * @return false for the second and later partial acknowledgements of a recovery (RFC 6582 section 3.2, Impatient).
     */
    boolean restartsTimer();

    /**
     * Segments that may be sent beyond the congestion window (limited transmit, RFC 3042).
     *
     * @return 0 to 2.
     */
    int extraSegments();
}
