package org.rds4j.tcp.connection;

/** What moves a connection from one state to another (the edges of figure 5 of RFC 9293). */
enum Transition {
    /** The owner opens. */
    ACTIVE_OPEN,
    /** A SYN reached a listener. */
    PASSIVE_OPEN,
    /** A SYN without acknowledgement met ours. */
    SYN_CROSSED,
    /** Our SYN is acknowledged and the peer's is known. */
    SYN_ACKNOWLEDGED,
    /** The owner closes its direction. */
    CLOSE,
    /** The peer's FIN has been received in order. */
    FIN_RECEIVED,
    /** Our FIN is acknowledged. */
    FIN_ACKNOWLEDGED,
    /** Reset, abort, timeout or refusal. */
    END
}
