package org.rds4j.perf.stack;

import org.rds4j.RdsAddress;

/** What the server's node is there for. Opened, driven and closed by one thread, which also drives the node. */
interface Application extends AutoCloseable {
    /**
     * Lets the node and the application do what there is to do.
     *
     * @return work done, for the thread to decide whether to wait.
     */
    int doWork();

    /**
     * Where the client sends to.
     *
     * @return the server's address and port.
     */
    RdsAddress address();

    @Override
    void close();
}
