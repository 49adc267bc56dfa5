package org.rds4j.perf.host;

import org.rds4j.RdsAddress;
import org.rds4j.RdsException;

/** A plain TCP connection for a few words beside RDS. One thread at a time. */
public interface ControlStream extends AutoCloseable {
    /**
     * This end.
     *
     * @return address and port.
     */
    RdsAddress localAddress();

    /**
     * The peer's end.
     *
     * @return address and port.
     */
    RdsAddress remoteAddress();

    /**
     * Whether the peer has closed its direction and all it sent was read, or the connection is over.
     *
     * @return true when there is nothing more to read, ever.
     */
    boolean isEnded();

    /**
     * Sends octets, waiting for room.
     *
     * @param octets    all of them are sent.
     * @param timeoutNs longest wait.
     * @throws RdsException ETIMEDOUT, EINTR, ECONNRESET.
     */
    void write(byte[] octets, long timeoutNs);

    /**
     * Receives octets, waiting for all of them.
     *
     * @param count     how many.
     * @param timeoutNs longest wait.
     * @return exactly so many.
     * @throws RdsException ETIMEDOUT, EINTR, ECONNRESET when the peer sent fewer and closed.
     */
    byte[] read(int count, long timeoutNs);

    /** Closes after everything written is sent. Idempotent. */
    @Override
    void close();
}
