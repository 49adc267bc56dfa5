package org.rds4j.perf.host;

import java.nio.file.Path;
import java.util.List;
import org.agrona.CloseHelper;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.driver.RdsClient;
import org.rds4j.perf.info.KernelCounters;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.StatusDirectory;

/** A node in another process, of whose driver the tool is a client. */
public final class DriverHost implements RdsHost {
    private final Path directory;
    private final Path statusDirectory;
    private final RdsClient client;

    /**
     * Attaches.
     *
     * @param directory       of the driver.
     * @param statusDirectory where the node tells its counters.
     * @throws RdsException as of {@link RdsClient#attach(Path)}.
     */
    public DriverHost(final Path directory, final Path statusDirectory) {
        this.directory = directory;
        this.statusDirectory = statusDirectory;
        this.client = RdsClient.attach(directory);
    }

    @Override
    public RdsAddress address() {
        return client.address();
    }

    @Override
    public int maxMessageLength() {
        return client.maxMessageLength();
    }

    @Override
    public RdsSocket socket() {
        return client.socket();
    }

    @Override
    public ControlStream connect(final RdsAddress destination, final long timeoutNs) {
        return RelayedStream.connect(directory, destination, timeoutNs);
    }

    @Override
    public ControlStream accept(final int port, final Runnable whenListening) {
        return RelayedStream.accept(directory, port, whenListening);
    }

    @Override
    public List<NodeStatus.Counter> counters() {
        final List<NodeStatus> nodes = StatusDirectory.at(statusDirectory).nodes();
        try {
            return nodes.stream().filter(node -> node.address().equals(address())).findFirst()
                .map(node -> KernelCounters.ordered(node.counters()))
                .orElseThrow(() -> RdsException.of(Errno.EOPNOTSUPP, "the node " + address() + " does not tell its counters in "
                    + statusDirectory));
        } finally {
            CloseHelper.closeAll(nodes);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
