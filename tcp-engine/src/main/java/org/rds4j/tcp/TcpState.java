package org.rds4j.tcp;

/** The states of a connection (RFC 9293 section 3.3.2). LISTEN is a {@link TcpListener}, never a connection. */
public enum TcpState {
    /** No connection: not opened yet, or over. */
    CLOSED,
    /** A SYN was sent; waiting for its match. */
    SYN_SENT,
    /** SYNs were exchanged; waiting for the acknowledgement of ours. */
    SYN_RECEIVED,
    /** Data flows in both directions. */
    ESTABLISHED,
    /** Our FIN is queued or sent and not acknowledged; the peer still sends. */
    FIN_WAIT_1,
    /** Our FIN is acknowledged; the peer still sends. */
    FIN_WAIT_2,
    /** The peer has closed; we still send. */
    CLOSE_WAIT,
    /** Both have closed at once; waiting for the acknowledgement of our FIN. */
    CLOSING,
    /** The peer closed first; waiting for the acknowledgement of our FIN. */
    LAST_ACK,
    /** Both directions are over; the engine keeps a record of the four-tuple for twice the segment lifetime. */
    TIME_WAIT;

    /**
     * Whether both SYNs have been exchanged and acknowledged (RFC 9293 calls these states synchronised).
     *
     * @return true from ESTABLISHED on.
     */
    public boolean isSynchronised() {
        return compareTo(ESTABLISHED) >= 0;
    }

    /**
     * Whether the peer may still send data.
     *
     * @return true until the peer's FIN.
     */
    public boolean mayReceive() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }

    /**
     * Whether new data may be committed for sending.
     *
     * @return true until the owner closed its direction.
     */
    public boolean maySend() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }
}
