package org.rds4j.tcp;

/** Why a connection is over. */
public enum CloseReason {
    /** Both directions were closed in order and everything was acknowledged. */
    NORMAL,
    /** The peer reset an established connection. */
    RESET,
    /** The peer answered the SYN with a reset: nothing listens there, or the listener refused. */
    REFUSED,
    /** Retries or the user timeout ran out, or the peer did not close in time after the owner had. */
    TIMEOUT,
    /** The owner aborted, or closed with received data unread. */
    ABORTED,
    /** An ICMP error ended an attempt to connect, or was the last that was heard before time ran out. */
    UNREACHABLE
}
