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
import org.rds4j.perf.load.RttSession;

/** Ping-pong between a socket on either node; the server's application sends every datagram back. */
final class RdsRtt implements RttSession {
    private final LoopbackNodes nodes;
    private final int size;
    private final RdsSocket client;
    private final RdsSocket server;
    private final RdsAddress clientAddress;
    private final RdsAddress serverAddress;
    private final UnsafeBuffer ping;
    private final UnsafeBuffer pong;
    private final DatagramHandler onEcho = this::onEcho;
    private final DatagramHandler onRequest = this::onRequest;
    private final IdleStrategy idle = Patience.create();
    private boolean underWay;
    private boolean echoPending;
    private boolean arrived;
    private long nextIndex;

    RdsRtt(final LoopbackNodes nodes, final int size) {
        this.nodes = nodes;
        this.size = size;
        this.client = nodes.client().socket();
        this.server = nodes.server().socket();
        this.clientAddress = nodes.client().address().withPort(client.bind(0));
        this.serverAddress = nodes.server().address().withPort(server.bind(0));
        this.ping = new UnsafeBuffer(new byte[size]);
        this.pong = new UnsafeBuffer(new byte[size]);
        MessagePattern.fill(ping, 0, size);
        nodes.busy(true);
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
        idle.idle(nodes.invoke());
        if (server.poll(onRequest, 1) > 0 || echoPending) {
            echo();
            nodes.server().invoke();
        }
        arrived = false;
        client.poll(onEcho, 1);
        return arrived;
    }

    private void onRequest(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        pong.putBytes(0, buffer, offset, length);
        echoPending = true;
    }

    private void echo() {
        echoPending = server.offer(clientAddress, pong, 0, size) < 0;
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
        nodes.busy(false);
        client.close();
        server.close();
    }
}
