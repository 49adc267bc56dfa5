package org.rds4j.tests.node;

import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkStatistics;

/** A port that outlives the node that uses it, as a NIC outlives a process. */
record KeptOpen(LinkPort port) implements LinkPort {
    @Override
    public LinkCapabilities capabilities() {
        return port.capabilities();
    }

    @Override
    public long macAddress() {
        return port.macAddress();
    }

    @Override
    public boolean isUp() {
        return port.isUp();
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        return port.receiveBurst(frames);
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        return port.transmitBurst(frames);
    }

    @Override
    public int allocate(final FrameBurst frames, final int count) {
        return port.allocate(frames, count);
    }

    @Override
    public void release(final FrameBurst frames) {
        port.release(frames);
    }

    @Override
    public void statistics(final LinkStatistics statistics) {
        port.statistics(statistics);
    }

    @Override
    public void close() {
        // The next node uses it.
    }
}
