package org.rds4j.tcp.connection;

/** What is done with a segment; {@link ArrivalTable} says when. */
enum Reaction {
    /** Nothing, but counting. */
    DROP,
    /** The connection is over: an attempt to connect was refused. */
    REFUSED,
    /** The connection is over: the peer reset it. */
    RESET,
    /** The connection is over, and the peer is told by a reset. */
    ABORT,
    /** An acknowledgement, at most one per interval (RFC 5961). */
    CHALLENGE,
    /** An acknowledgement, limited less tightly where a live peer would wait for it. */
    REPLY,
    /** Our SYN-ACK once more. */
    REPEAT_SYN_ACK,
    /** The acknowledgement completes the handshake, if it is right; then as {@link #PROCESS}. */
    COMPLETE,
    /** Acknowledgement, payload, FIN, in that order. */
    PROCESS
}
