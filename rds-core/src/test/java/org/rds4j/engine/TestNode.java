package org.rds4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.check.CheckedSocket;
import org.rds4j.frame.DirectMemory;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/** An engine in a {@link TestNetwork}. */
final class TestNode {
    final RdsContext context;
    final RdsEngine engine;
    final RdsCounters counters = RdsCounters.inMemory();
    final RdsAddress address;
    private final TestNetwork network;
    private final IntUnaryOperator laneOfLevel;
    private final List<CheckedSocket> checked = new ArrayList<>();

    TestNode(final TestNetwork network, final RdsContext context, final IntUnaryOperator lanes, final long seed,
        final DirectMemory memory) {
        this.network = network;
        this.laneOfLevel = lanes;
        this.context = context;
        this.address = context.localAddress();
        this.engine = new RdsEngine(
            context, connector(network), lanes, new SplittableRandom(seed), counters, memory);
    }

    private PathConnector connector(final TestNetwork toPeers) {
        return new PathConnector() {
            @Override
            public void connect(final PathKey key, final long nowNs) {
                toPeers.dial(TestNode.this, key);
            }

            @Override
            public void knock(final PathKey key, final long nowNs) {
                toPeers.knock(TestNode.this, key);
            }
        };
    }

    RdsSocket socket(final int port) {
        final RdsSocket socket = RdsSocket.open(context, engine.proxy(), network::step, 0xffff);
        socket.bind(port);
        return socket;
    }

    /** A socket all of whose datagrams are in the history of the network. */
    CheckedSocket checked(final int port) {
        return checked(socket(port));
    }

    /** The same of a socket that there is and that has sent and received nothing. */
    CheckedSocket checked(final RdsSocket bound) {
        final CheckedSocket socket = new CheckedSocket(network.history, bound, network::nowNs, laneOfLevel);
        checked.add(socket);
        return socket;
    }

    /** The node is gone, and its sockets with it. */
    void onLost() {
        checked.forEach(CheckedSocket::onLost);
    }

    PathKey keyOf(final RdsAddress remote, final int lane) {
        return keyOf(remote, lane, 0);
    }

    PathKey keyOf(final RdsAddress remote, final int lane, final int index) {
        return new PathKey(remote.high(), remote.low(), lane, index);
    }

    long count(final RdsCounter counter) {
        return counters.get(counter);
    }
}
