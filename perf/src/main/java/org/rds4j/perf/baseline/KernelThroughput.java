package org.rds4j.perf.baseline;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.ThroughputSession;

/** A stream into a {@link SinkService}: batches of messages, each batch in as few writes as the socket buffer allows. */
final class KernelThroughput implements ThroughputSession {
    /** Octets of a batch: one system call for many messages, and the batch still fits the cache of a core. */
    private static final int BATCH = 128 * 1024;

    private final KernelConnection connection;
    private final Wire wire;
    private final FrameBatch batch;
    private final AtomicLong delivered = new AtomicLong();
    private final IdleStrategy idle = Patience.create();
    private long reported;

    KernelThroughput(final String name, final Wires wires, final int size) {
        this.connection = new KernelConnection(name, wires, server -> new SinkService(server, size, delivered), true);
        this.wire = connection.wire();
        this.batch = new FrameBatch(size, Math.max(1, BATCH / (FrameReader.PREFIX + size)));
    }

    @Override
    public int pump() {
        connection.check();
        try {
            if (!batch.remaining().hasRemaining()) {
                batch.renew();
            }
            wire.write(batch.remaining());
            wire.flush();
        } catch (final IOException e) {
            throw connection.failed(e);
        }
        final long now = delivered.getAcquire();
        final int news = (int) (now - reported);
        reported = now;
        idle.idle(news);
        return news;
    }

    @Override
    public void close() {
        connection.close();
    }
}
