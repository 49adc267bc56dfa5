package org.rds4j.perf.stack;

import org.agrona.CloseHelper;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.driver.RdsClient;

/** A socket at each of the two nodes of a {@link DriverProcess}, both of this process and its measuring thread. */
final class DriverEnds implements AutoCloseable {
    private final DriverHandle driver;
    private final RdsSocket client;
    private final RdsSocket server;

    /**
     * Wakes the driver and opens the sockets.
     *
     * @param driver       borrowed.
     * @param clientDriver attached to the one node; borrowed.
     * @param serverDriver attached to the other; borrowed.
     */
    DriverEnds(final DriverHandle driver, final RdsClient clientDriver, final RdsClient serverDriver) {
        this.driver = driver;
        driver.requireAlive();
        driver.busy(true);
        client = clientDriver.socket();
        server = serverDriver.socket();
        client.bind(0);
        server.bind(0);
    }

    RdsSocket client() {
        return client;
    }

    RdsSocket server() {
        return server;
    }

    RdsAddress clientAddress() {
        return client.localAddress();
    }

    RdsAddress serverAddress() {
        return server.localAddress();
    }

    /** Throws when the measurement cannot go on. */
    void check() {
        if (client.isClosed() || server.isClosed()) {
            driver.requireAlive();
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(client, server);
        driver.busy(false);
    }
}
