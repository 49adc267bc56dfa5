package org.rds4j.socket;

/** What may become true of a socket, as bits. */
public final class SocketEvents {
    /** A datagram waits to be received, or the completion of a zero-copy send. */
    public static final int READABLE = 1;
    /** What is unacknowledged is less, or the submit ring has more room. */
    public static final int WRITABLE = 1 << 1;
    /** The congestion monitor has something to say. */
    public static final int CONGESTION = 1 << 2;
    /** The socket, its node, or the node's process is gone. */
    public static final int CLOSED = 1 << 3;

    private SocketEvents() {
    }
}
