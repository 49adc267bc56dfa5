package org.rds4j.perf.stack;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.load.MessagePattern;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.ThroughputSession;

/** A stream from a socket on the client's node to a {@link SinkApplication} on the server's. */
final class RdsThroughput implements ThroughputSession {
    private static final int OFFERS_PER_PUMP = 64;
    private static final int OCTETS_PER_PUMP = 64 << 10;

    private final LoopbackNodes nodes;
    private final RdsNode node;
    private final Host host;
    private final int size;
    private final int offersPerPump;
    private final RdsSocket client;
    private final RdsAddress serverAddress;
    private final UnsafeBuffer message;
    private final AtomicLong delivered = new AtomicLong();
    private final IdleStrategy idle = Patience.create();
    private long sent;
    private long reported;

    RdsThroughput(final LoopbackNodes nodes, final int size) {
        this.nodes = nodes;
        nodes.begin();
        this.node = nodes.client();
        this.host = nodes.host();
        this.size = size;
        this.offersPerPump = Math.max(1, Math.min(OFFERS_PER_PUMP, OCTETS_PER_PUMP / size));
        this.client = node.socket();
        client.bind(0);
        this.serverAddress = host.open(() -> new SinkApplication(nodes.server(), size, delivered));
        this.message = new UnsafeBuffer(new byte[size]);
        MessagePattern.fill(message, 0, size);
    }

    @Override
    public int pump() {
        offer();
        idle.idle(node.invoke() + host.invoke());
        final long now = delivered.getAcquire();
        final int news = (int) (now - reported);
        reported = now;
        return news;
    }

    private void offer() {
        for (int i = 0; i < offersPerPump; i++) {
            MessagePattern.stamp(message, 0, size, sent);
            if (client.offer(serverAddress, message, 0, size) < 0) {
                return;
            }
            sent++;
        }
    }

    @Override
    public void close() {
        client.close();
        host.closeApplication();
        nodes.end();
    }
}
