package org.rds4j.perf.host;

import org.rds4j.RdsAddress;
import org.rds4j.node.PlainStream;

/** A connection of a node in this process. */
final class NodeStream implements ControlStream {
    private final PlainStream stream;

    NodeStream(final PlainStream stream) {
        this.stream = stream;
    }

    @Override
    public RdsAddress localAddress() {
        return stream.localAddress();
    }

    @Override
    public RdsAddress remoteAddress() {
        return stream.remoteAddress();
    }

    @Override
    public boolean isEnded() {
        return stream.isEnded();
    }

    @Override
    public void write(final byte[] octets, final long timeoutNs) {
        stream.write(octets, timeoutNs);
    }

    @Override
    public byte[] read(final int count, final long timeoutNs) {
        return stream.read(count, timeoutNs);
    }

    @Override
    public void close() {
        stream.close();
    }
}
