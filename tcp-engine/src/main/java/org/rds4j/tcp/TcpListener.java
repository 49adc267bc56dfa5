package org.rds4j.tcp;

/** A local port that takes connections. Used on the engine's thread only. */
public interface TcpListener {
    /**
     * The port listened on.
     *
     * @return 1..65535.
     */
    int port();

    /**
     * Handshakes that were begun by peers and are not complete.
     *
     * @return connections in SYN-RECEIVED that came by this listener.
     */
    int halfOpen();

    /**
     * Limits the segments of connections accepted from now on, in both directions; see {@link TcpConnection#maxSegmentSize(int)}.
     *
     * @param octets 1 to 65535.
     */
    void maxSegmentSize(int octets);

    /** Stops listening. Half-open connections are reset, established ones are left alone. Idempotent. */
    void close();
}
