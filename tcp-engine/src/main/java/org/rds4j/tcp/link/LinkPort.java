package org.rds4j.tcp.link;

/**
 * One receive and transmit queue pair of a NIC, as the stack sees it: bursts of off-heap Ethernet frames in and out.
 * <p>
 * A port is used by one thread at a time; it is <b>not thread safe</b>. No method but {@link #close()} blocks, and none
 * allocates on the Java heap or throws once the port is open.
 * <p>
 * <b>Ownership.</b> A frame is owned by exactly one party. {@link #receiveBurst} and {@link #allocate} give frames to the
 * caller; {@link #transmitBurst} takes the frames it accepts; {@link #release} takes all it is given. Whoever closes a
 * port must have given every frame back first.
 */
public interface LinkPort extends AutoCloseable {
    /**
     * What the device can do for the stack.
     *
     * @return the capabilities, fixed while the port is open.
     */
    LinkCapabilities capabilities();

    /**
     * The device's own unicast address.
     *
     * @return the 48-bit MAC address in the low bits, first octet on the wire most significant.
     */
    long macAddress();

    /**
     * Whether the device reports a link.
     *
     * @return true when frames can leave.
     */
    boolean isUp();

    /**
     * Takes received frames, in order of arrival.
     *
     * @param frames is cleared, then filled with up to its capacity; the caller owns the frames afterwards.
     * @return how many were received, 0 when none is waiting.
     */
    int receiveBurst(FrameBurst frames);

    /**
     * Hands frames to the device in order. Accepted frames are removed from the front of the burst and belong to the
     * device; those not accepted stay in the burst and with the caller.
     *
     * @param frames to transmit.
     * @return how many were accepted.
     */
    int transmitBurst(FrameBurst frames);

    /**
     * How many frames the device may be given now so that none stays in it for long. To be asked before frames are made: it is no
     * promise that they are accepted, nor are others refused.
     *
     * @return 0 while enough are on their way; {@link Integer#MAX_VALUE} when its ring alone bounds them.
     */
    default int transmitRoom() {
        return Integer.MAX_VALUE;
    }

    /**
     * Takes empty frames from the port's pool and appends them to the burst, each with its
     * {@link FrameBurst#capacity(int) capacity} set and its length 0.
     *
     * @param frames to append to.
     * @param count  how many are wanted, at most the room left in the burst.
     * @return how many were appended; fewer than asked when the pool runs dry, which is counted in
     * {@link LinkStatistics#noFrames}.
     */
    int allocate(FrameBurst frames, int count);

    /**
     * Gives every frame of the burst back to the pool and clears the burst.
     *
     * @param frames received or allocated, and not transmitted.
     */
    void release(FrameBurst frames);

    /**
     * Reads the counters.
     *
     * @param statistics overwritten with the totals since the port opened.
     */
    void statistics(LinkStatistics statistics);

    /** Stops the queue and gives its resources back. Idempotent. */
    @Override
    void close();
}
