package org.rds4j.tcp.connection;

/**
 * What a segment is to a connection that has seen the peer's SYN, by the checks of RFC 9293 section 3.10.7.4 in their order: the
 * first that applies names it.
 */
enum Arrival {
    /** Timestamps were negotiated and this segment has none (RFC 7323 section 3.2); never a SYN or reset. */
    UNSTAMPED,
    /** Its timestamp is older than the last one believed (RFC 7323 section 5); never a reset. */
    STALE,
    /** The very SYN that opened the connection. */
    SYN_AGAIN,
    /** The same, and it acknowledges ours. */
    SYN_AGAIN_ACK,
    /** A reset at RCV.NXT, or at the end of what is held beyond it and was reported by SACK. */
    RESET_EXACT,
    /** A reset elsewhere in the window. */
    RESET_INSIDE,
    /** A reset outside the window. */
    RESET_OUTSIDE,
    /** A SYN, wherever it lies (RFC 5961 section 4). */
    SYN,
    /** A SYN in the window, where that is to count (RFC 793). */
    SYN_INSIDE,
    /** Nothing of it lies in the window. */
    UNACCEPTABLE,
    /** In the window, but without ACK. */
    NO_ACK,
    /** In the window, with ACK: acknowledgement, payload and FIN are looked at. */
    ACCEPTABLE
}
