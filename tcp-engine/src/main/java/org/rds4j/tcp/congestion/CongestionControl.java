package org.rds4j.tcp.congestion;

/**
 * Decides how many octets a connection may have in flight (RFC 5681). One instance per connection, reused; told what
 * happens by loss recovery; one thread.
 */
public interface CongestionControl {
    /**
     * The connection is established.
     *
     * @param maxSegmentSize  SMSS in octets.
     * @param initialSegments initial window in segments.
     * @param synLost         a SYN or SYN-ACK had to be sent again.
     */
    void onConnected(int maxSegmentSize, int initialSegments, boolean synLost);

    /**
     * New data was acknowledged outside recovery.
     *
     * @param octets        newly acknowledged.
     * @param windowLimited the congestion window was what held the sender back.
     */
    void onAcknowledged(long octets, boolean windowLimited);

    /**
     * A loss was inferred from duplicates; recovery begins.
     *
     * @param flight octets sent and not acknowledged.
     */
    void onLoss(long flight);

    /** Another duplicate acknowledgement in recovery: a segment has left the network. */
    void onDuplicate();

    /**
     * Recovery goes on: some, but not all of what was in flight at its start is acknowledged.
     *
     * @param octets newly acknowledged.
     */
    void onPartialAcknowledgement(long octets);

    /**
     * Recovery is over.
     *
     * @param flight octets sent and not acknowledged.
     */
    void onRecovered(long flight);

    /**
     * The retransmission timer expired.
     *
     * @param flight octets sent and not acknowledged.
     * @param first  the segment had not timed out before.
     */
    void onTimeout(long flight, boolean first);

    /** Nothing was sent for longer than the retransmission timeout (RFC 5681 section 4.1). */
    void onIdle();

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
}
