package org.rds4j.perf.stack;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.MessagePattern;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.ThroughputSession;

/** A stream from a socket on one node to a socket on the other. */
final class RdsThroughput implements ThroughputSession {
    private static final int OFFERS_PER_PUMP = 64;
    private static final int OCTETS_PER_PUMP = 64 << 10;

    private final LoopbackNodes nodes;
    private final int size;
    private final int offersPerPump;
    private final RdsSocket client;
    private final RdsSocket server;
    private final RdsAddress serverAddress;
    private final UnsafeBuffer message;
    private final DatagramHandler onMessage = this::onMessage;
    private final IdleStrategy idle = Patience.create();
    private long sent;
    private long received;

    RdsThroughput(final LoopbackNodes nodes, final int size) {
        this.nodes = nodes;
        this.size = size;
        this.offersPerPump = Math.max(1, Math.min(OFFERS_PER_PUMP, OCTETS_PER_PUMP / size));
        this.client = nodes.client().socket();
        this.server = nodes.server().socket();
        client.bind(0);
        this.serverAddress = nodes.server().address().withPort(server.bind(0));
        this.message = new UnsafeBuffer(new byte[size]);
        MessagePattern.fill(message, 0, size);
        nodes.busy(true);
    }

    @Override
    public int pump() {
        offer();
        idle.idle(nodes.invoke());
        final long before = received;
        server.poll(onMessage, OFFERS_PER_PUMP);
        return (int) (received - before);
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

    private void onMessage(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        if (length != size || !MessagePattern.matches(buffer, offset, size, received)) {
            throw new MeasurementException("message " + received + " arrived with wrong content");
        }
        received++;
    }

    @Override
    public void close() {
        nodes.busy(false);
        client.close();
        server.close();
    }
}
