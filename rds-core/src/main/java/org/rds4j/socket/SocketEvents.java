package org.rds4j.socket;

/** What may become true of a socket, as bits. */
public final class SocketEvents {
    /** A datagram waits to be received. */
    public static final int READABLE = 1;
    /** What is unacknowledged is less, or the submit ring has more room. */
    public static final int WRITABLE = 1 << 1;
    /** The congestion monitor has something to say. */
    public static final int CONGESTION = 1 << 2;
    /** A payload that the application lent is its own again. */
    public static final int COMPLETION = 1 << 4;
    /** The socket, its node, or the node's process is gone. */
    public static final int CLOSED = 1 << 3;

    private SocketEvents() {
    }
}
