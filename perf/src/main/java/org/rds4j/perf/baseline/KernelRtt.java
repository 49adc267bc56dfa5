package org.rds4j.perf.baseline;

import java.io.IOException;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.MessagePattern;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.RttSession;

/** Ping-pong with an {@link EchoService} on the same thread: one message is under way, so that a second would only wait. */
final class KernelRtt implements RttSession {
    private final KernelConnection connection;
    private final Wire wire;
    private final FrameReader reader;
    private final FrameBatch ping;
    private final int size;
    private final IdleStrategy idle = Patience.create();
    private boolean underWay;
    private long nextIndex;

    KernelRtt(final String name, final Wires wires, final int size) {
        this.size = size;
        this.connection = new KernelConnection(name, wires, server -> new EchoService(server, size), false);
        this.wire = connection.wire();
        this.reader = new FrameReader(wire, size);
        this.ping = new FrameBatch(size, 1);
    }

    @Override
    public boolean trySend() {
        if (underWay) {
            return false;
        }
        underWay = true;
        ping.renew();
        try {
            write();
        } catch (final IOException e) {
            throw connection.failed(e);
        }
        return true;
    }

    @Override
    public boolean poll() {
        try {
            write();
            connection.serve();
            final boolean arrived = reader.fill() && reader.next() && isEcho();
            idle.idle(arrived ? 1 : 0);
            return arrived;
        } catch (final IOException e) {
            throw connection.failed(e);
        }
    }

    @Override
    public void close() {
        connection.close();
    }

    private void write() throws IOException {
        if (ping.remaining().hasRemaining()) {
            wire.write(ping.remaining());
        }
        wire.flush();
    }

    private boolean isEcho() {
        if (!underWay || reader.length() != size || !MessagePattern.matches(reader.view(), reader.offset(), size, nextIndex)) {
            throw new MeasurementException("the echo of message " + nextIndex + " arrived with wrong content");
        }
        nextIndex++;
        underWay = false;
        return true;
    }
}
