package org.rds4j.perf.host;

import java.util.List;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.status.NodeStatus;

/** A host as a tool uses it: sockets, control connections, counters. Used by one thread unless said otherwise. */
public interface RdsHost extends AutoCloseable {
    /** Starts what the tool uses; before, nothing but address and lengths can be asked for. */
    default void start() {
        // a host that runs already
    }

    /**
     * The host's address.
     *
     * @return port 0.
     */
    RdsAddress address();

    /**
     * Longest datagram.
     *
     * @return octets.
     */
    int maxMessageLength();

    /**
     * Opens a socket; any thread.
     *
     * @return not bound; the caller closes it.
     * @throws RdsException when the host has no room for another.
     */
    RdsSocket socket();

    /**
     * Opens a plain TCP connection from the host's address.
     *
     * @param destination address and port.
     * @param timeoutNs   longest wait.
     * @return the connection; the caller closes it.
     * @throws RdsException ECONNREFUSED, ETIMEDOUT, EINTR; EOPNOTSUPP when the node in use offers none.
     */
    ControlStream connect(RdsAddress destination, long timeoutNs);

    /**
     * Takes one plain TCP connection at the host's address, however long that takes.
     *
     * @param port          of the host.
     * @param whenListening called once the port is open.
     * @return the connection; the caller closes it.
     * @throws RdsException EADDRINUSE, ETIMEDOUT, EINTR; EOPNOTSUPP when the node in use offers none.
     */
    ControlStream accept(int port, Runnable whenListening);

    /**
     * Every counter of the host, in the kernel's order; any thread.
     *
     * @return at least those that the kernel has.
     */
    List<NodeStatus.Counter> counters();

    /** Closes what the tool had of the host. */
    @Override
    void close();
}
