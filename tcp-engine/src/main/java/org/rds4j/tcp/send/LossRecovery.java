package org.rds4j.tcp.send;

/**
 * Infers losses from acknowledgements and time, and says what to send again. It keeps the records of what was sent and drives its
 * connection's congestion control. One per connection, reused; one thread. All positions are stream positions of the sending
 * direction; a FIN counts one.
 * <p>
 * Planning changes nothing and may be repeated: {@link #planRepair} before new data is considered, {@link #planSpare} after it.
 * What was planned is found in {@link #plannedStart} and {@link #plannedEnd} until the next call; less may be sent.
 */
public interface LossRecovery {
    /** Starts over for a new connection. */
    void reset();

    /**
     * New data left.
     *
     * @param end   position behind its last octet; it begins where the last ended.
     * @param nowNs the engine's time.
     */
    void onSent(long end, long nowNs);

    /**
     * Something left once more.
     *
     * @param start position of its first octet.
     * @param end   position behind its last octet.
     * @param nowNs the engine's time.
     * @return true if the retransmission timer restarts.
     */
    boolean onSentAgain(long start, long end, long nowNs);

    /**
     * A valid acknowledgement arrived, old ones included. Hands a sample on to congestion control if it delivered something.
     *
     * @param ack what it says. Borrowed.
     */
    void onAcknowledgement(Acknowledgement ack);

    /**
     * The peer echoed a congestion mark for the first time in this window of data (RFC 3168 section 6.1.2): the window goes down
     * to congestion control's threshold over a round trip (RFC 9937). Does nothing while a reduction is under way.
     *
     * @param acknowledged octets that the acknowledgement with the echo took out of flight.
     * @param nowNs        the engine's time.
     * @return true if a reduction begins.
     */
    boolean onCongestionEcho(long acknowledged, long nowNs);

    /**
     * The retransmission timer expired.
     *
     * @param first the segment had not timed out before.
     * @param nowNs the engine's time.
     */
    void onTimeout(boolean first, long nowNs);

    /** The peer has taken its window back: everything in flight counts as not received, which says nothing of congestion. */
    void onWindowClosed();

    /**
     * The path takes no segments as large as before: those in flight that are larger count as lost and are sent again, cut to
     * size. This says nothing of congestion (RFC 1191 section 6.4, RFC 8201 section 5.4).
     *
     * @param maxSegmentSize octets that pass.
     */
    void onSegmentsTooLarge(int maxSegmentSize);

    /**
     * What was sent last tries whether the path takes larger segments. Should it be lost, it is sent again like anything else,
     * but that says nothing of congestion (RFC 4821 section 7.5).
     *
     * @param start position of its first octet.
     */
    void onTrial(long start);

    /**
     * Whether the trial was found to be lost since it was sent.
     *
     * @return true until the next trial.
     */
    boolean isTrialLost();

    /**
     * When {@link #onTime} is to be called.
     *
     * @param timeoutNs when the retransmission timer expires, Long.MAX_VALUE if it does not run.
     * @return the engine's time, or Long.MAX_VALUE.
     */
    long deadlineNs(long timeoutNs);

    /**
     * The deadline has come.
     *
     * @param nowNs the engine's time.
     * @return true if the retransmission timer restarts.
     */
    boolean onTime(long nowNs);

    /**
     * Whether something lost is to be sent again before anything else.
     *
     * @return true if so; where it lies can be asked then.
     */
    boolean planRepair();

    /**
     * Whether, new data being absent or barred, something is to be sent again for good measure.
     *
     * @return true if so; where it lies can be asked then.
     */
    boolean planSpare();

    /**
     * Begin of what was planned.
     *
     * @return a position.
     */
    long plannedStart();

    /**
     * End of what was planned.
     *
     * @return a position.
     */
    long plannedEnd();

    /**
     * Whether there is memory to remember another segment. New data must wait otherwise; repairs need none.
     *
     * @return false only when the memory for records is used up and the last one cannot be extended.
     */
    boolean mayRecord();

    /**
     * What the congestion window leaves for new data.
     *
     * @return octets, 0 or less for none.
     */
    long room();

    /**
     * Whether a tail loss probe is to be sent: one segment of new data, whatever the congestion window says.
     *
     * @return true until something was sent.
     */
    boolean isProbeDue();

    /**
     * Whether anything waits to be sent again.
     *
     * @return true if so, whether the windows allow it or not.
     */
    boolean hasLost();

    /**
     * Octets believed to be in the network: the pipe of RFC 6675.
     *
     * @return octets.
     */
    long inFlight();

    /**
     * Whether a loss is being repaired that was found without a timeout.
     *
     * @return true from its detection until everything sent before it is acknowledged.
     */
    boolean isRecovering();

    /**
     * Whether the retransmission timer restarts for the acknowledgement just processed.
     *
     * @return false for the second and later partial acknowledgements of a recovery (RFC 6582 section 3.2, Impatient).
     */
    boolean restartsTimer();
}
