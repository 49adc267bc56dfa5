package org.rds4j.tests.node;

import org.rds4j.tcp.link.ForwardingPort;
import org.rds4j.tcp.link.LinkPort;

/** A port that outlives the node that uses it, as a NIC outlives a process. */
final class KeptOpen extends ForwardingPort {
    KeptOpen(final LinkPort port) {
        super(port);
    }

    @Override
    public void close() {
        // The next node uses it.
    }
}
