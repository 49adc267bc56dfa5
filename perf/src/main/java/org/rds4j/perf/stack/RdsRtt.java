package org.rds4j.perf.stack;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.MessagePattern;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.RttSession;

/** Ping-pong between a socket on the client's node and an {@link EchoApplication} on the server's. */
final class RdsRtt implements RttSession {
    private final RdsNode node;
    private final Host host;
    private final int size;
    private final RdsSocket client;
    private final RdsAddress serverAddress;
    private final UnsafeBuffer ping;
    private final DatagramHandler onEcho = this::onEcho;
    private final IdleStrategy idle = Patience.create();
    private boolean underWay;
    private boolean arrived;
    private long nextIndex;

    RdsRtt(final LoopbackNodes nodes, final int size) {
        this.node = nodes.client();
        this.host = nodes.host();
        this.size = size;
        this.client = node.socket();
        final RdsAddress clientAddress = node.address().withPort(client.bind(0));
        this.serverAddress = host.open(() -> new EchoApplication(nodes.server(), clientAddress, size));
        this.ping = new UnsafeBuffer(new byte[size]);
        MessagePattern.fill(ping, 0, size);
    }

    @Override
    public boolean trySend() {
        if (underWay) {
            return false;
        }
        MessagePattern.stamp(ping, 0, size, nextIndex);
        underWay = client.offer(serverAddress, ping, 0, size) > 0;
        return underWay;
    }

    @Override
    public boolean poll() {
        idle.idle(node.invoke() + host.invoke());
        arrived = false;
        client.poll(onEcho, 1);
        return arrived;
    }

    private void onEcho(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        if (!underWay || length != size || !MessagePattern.matches(buffer, offset, size, nextIndex)) {
            throw new MeasurementException("the echo of message " + nextIndex + " arrived with wrong content");
        }
        nextIndex++;
        underWay = false;
        arrived = true;
    }

    @Override
    public void close() {
        client.close();
        host.closeApplication();
    }
}
