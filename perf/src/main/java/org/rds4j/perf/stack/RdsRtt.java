package org.rds4j.perf.stack;

import org.agrona.concurrent.IdleStrategy;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.load.Patience;
import org.rds4j.perf.load.RttSession;

/** Ping-pong between a socket on the client's node and an {@link EchoApplication} on the server's. */
final class RdsRtt implements RttSession {
    private final LoopbackNodes nodes;
    private final RdsNode node;
    private final Host host;
    private final RdsSocket client;
    private final Pinger pinger;
    private final IdleStrategy idle = Patience.create();

    RdsRtt(final LoopbackNodes nodes, final int size) {
        this.nodes = nodes;
        nodes.begin();
        this.node = nodes.client();
        this.host = nodes.host();
        this.client = node.socket();
        final RdsAddress clientAddress = node.address().withPort(client.bind(0));
        final RdsAddress serverAddress = host.open(() -> new EchoApplication(nodes.server(), clientAddress, size));
        this.pinger = new Pinger(client, serverAddress, size);
    }

    @Override
    public boolean trySend() {
        return pinger.trySend();
    }

    @Override
    public boolean poll() {
        idle.idle(node.invoke() + host.invoke());
        return pinger.poll();
    }

    @Override
    public void close() {
        client.close();
        host.closeApplication();
        nodes.end();
    }
}
