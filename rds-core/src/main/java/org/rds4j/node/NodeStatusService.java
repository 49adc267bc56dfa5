package org.rds4j.node;

import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.status.StatusDirectory;
import org.rds4j.status.StatusException;
import org.rds4j.status.StatusFile;
import org.rds4j.status.StatusPage;
import org.rds4j.status.StatusSource;
import org.rds4j.status.StatusTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers tools that ask a node about itself. Engine thread only, but for making and closing. */
final class NodeStatusService implements StatusSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStatusService.class);

    private final StatusFile file;
    private CounterListing counters;
    private StatusSource engine;
    private StatusSource security;
    private volatile StatusSource clients = (table, page) -> { };

    private NodeStatusService(final StatusFile file) {
        this.file = file;
    }

    /**
     * Makes the status of a node. A directory that was asked for by name must serve; without the usual one a node works too.
     *
     * @param context     concluded.
     * @param ownsDevice  whether the node is a host on a device; others, as in a simulation, publish only when asked to.
     */
    static NodeStatusService create(final RdsContext context, final boolean ownsDevice) {
        if (RdsContext.NO_STATUS_DIR.equals(context.statusDir()) || (context.statusDir() == null && !ownsDevice)) {
            return new NodeStatusService(StatusFile.unpublished());
        }
        try {
            final StatusDirectory directory = StatusDirectory.prepare(
                context.statusDir() == null ? StatusDirectory.ofUser() : context.statusDir());
            final String name = context.nodeName() != null ? context.nodeName()
                : RdsAddress.hostText(context.localAddress().high(), context.localAddress().low());
            return new NodeStatusService(StatusFile.create(directory, name, context.localAddress()));
        } catch (final StatusException e) {
            if (context.statusDir() != null) {
                throw e;
            }
            LOG.warn("rds info will not see this node: {}", e.getMessage());
            return new NodeStatusService(StatusFile.unpublished());
        }
    }

    /** Completes the construction; tools find the node from now on. */
    void publish(final CounterListing listing, final StatusSource rds, final StatusSource protection) {
        counters = listing;
        engine = rds;
        security = protection;
        listing.label(file);
        file.publish();
    }

    /** The node is a driver; any thread. */
    void clients(final StatusSource source) {
        clients = source;
    }

    int poll() {
        return file.poll(this);
    }

    @Override
    public void write(final StatusTable table, final StatusPage page) {
        switch (table) {
            case COUNTERS -> counters.write(page);
            case SECURITY -> security.write(table, page);
            case CLIENTS -> clients.write(table, page);
            default -> engine.write(table, page);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
