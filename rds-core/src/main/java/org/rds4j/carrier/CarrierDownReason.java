package org.rds4j.carrier;

/** Why a carrier went down. */
public enum CarrierDownReason {
    /** Both sides closed in good order, or the peer did. */
    CLOSED,
    /** The peer, or this host, reset the connection. */
    RESET,
    /** The peer fell silent: keep-alive or retransmission gave up. */
    TIMED_OUT,
    /** Authentication, records or the security policy failed. */
    SECURITY,
    /** Any other failure of the local stack, as an exhausted pool. */
    FAILED
}
