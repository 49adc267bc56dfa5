package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.agrona.CloseHelper;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.scenario.NodeHost;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/** A host with more peers than its connections suffice for: those that fit are served, and the rest is told of by counters. */
@Timeout(120)
class ManyPeersTest {
    private static final int PORT = 4000;
    private static final int LENGTH = 64;
    private static final int CONNECTIONS = 64;
    private static final int PATHS = 8;
    private static final int PEERS_THAT_FIT = CONNECTIONS / PATHS;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long LIMIT_NS = 120 * SECOND_NS;

    private final Simulation simulation = new Simulation(3);
    private final Bridge bridge = new Bridge();
    private final List<RdsNode> nodes = new ArrayList<>();
    private final HistoryChecker checker = new HistoryChecker(3);
    private final List<CheckedSocket> sockets = new ArrayList<>();
    private UnaryOperator<RdsContext> settings = UnaryOperator.identity();

    private RdsNode launch(final String address) {
        final SimLink link = simulation.link(address, LinkShape.ETHERNET);
        link.conditions(WireConditions.PERFECT.withDelayNs(5_000));
        bridge.ports.add(link.port(Side.B));
        final RdsNode node = RdsNode.with(settings.apply(new RdsContext(new Properties())
            .address(address + "/24").security(SecurityMode.PLAINTEXT)
            .threadingMode(ThreadingMode.INVOKER).nanoClock(simulation.clock()).paths(PATHS).maxConnections(CONNECTIONS)))
            .link(link.port(Side.A)).random(simulation.random().stream(address)).launch();
        nodes.add(node);
        simulation.host(address, new NodeHost(node));
        final RdsSocket socket = node.socket();
        socket.bind(PORT);
        sockets.add(new CheckedSocket(checker, socket, simulation.clock()::nanoTime));
        return node;
    }

    @AfterEach
    void close() {
        CloseHelper.closeAll(nodes);
    }

    private boolean isReached(final int number) {
        final boolean isReached = simulation.runUntil(() -> poll(number) > 0, simulation.clock().nanoTime() + LIMIT_NS);
        simulation.runUntil(simulation.clock().nanoTime() + SECOND_NS);
        return isReached;
    }

    private int poll(final int number) {
        return sockets.get(number).poll(16);
    }

    private void send(final String address) {
        assertTrue(sockets.getFirst().send(RdsAddress.parse(address + ":" + PORT), LENGTH) > 0);
    }

    /** Whether this host dials or is dialed, who finds no connection left waits for one, and is seen to. */
    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "10.0.0.200"})
    void shouldServeWhomThereAreConnectionsForAndTheNextWhenOthersAreGone(final String hub) {
        simulation.host("bridge", bridge);
        final RdsNode node = launch(hub);
        for (int i = 1; i <= PEERS_THAT_FIT; i++) {
            launch("10.0.0." + (10 + i));
            send("10.0.0." + (10 + i));
            assertTrue(isReached(i), "peer " + i);
        }
        assertEquals(CONNECTIONS, AllToAll.counter(node, "connections-in-use"));
        assertEquals(0, AllToAll.counter(node, "node_connections_full"));
        launch("10.0.0.100");
        send("10.0.0.100");
        assertFalse(isReached(PEERS_THAT_FIT + 1));
        assertTrue(AllToAll.counter(node, "node_connections_full") > 5, "tried again and again");
        assertTrue(AllToAll.counter(node, "node_connections_full") < 100, "but not too often");
        assertEquals(0, AllToAll.counter(node, "node_connect_exhausted"));
        leave(1);
        assertTrue(isReached(PEERS_THAT_FIT + 1), "when connections are free again");
        checker.requireComplete();
    }

    /** They open all their paths at the same moment, which is more than may be on their way to becoming carriers at once. */
    @Test
    void shouldTakeEachConnectionAtTheFirstAttemptOfItsPeer() {
        simulation.host("bridge", bridge);
        try (DemoIdentities identities = new DemoIdentities(List.of("node"))) {
            settings = context -> identities.apply(context, "node");
            final RdsNode node = launch("10.0.0.200");
            for (int i = 1; i <= PEERS_THAT_FIT; i++) {
                launch("10.0.0." + (10 + i));
                assertTrue(sockets.get(i).send(RdsAddress.parse("10.0.0.200:" + PORT), LENGTH) > 0);
            }
            assertTrue(simulation.runUntil(
                () -> poll(0) >= 0 && AllToAll.counter(node, "conn_up") == CONNECTIONS && checker.outstanding() == 0,
                2 * SECOND_NS));
            assertTrue(AllToAll.counter(node, "node_greetings_full") > 0);
            assertEquals(CONNECTIONS, nodes.stream().mapToLong(peer -> AllToAll.counter(peer, "active-opens")).sum());
        }
    }

    /** What this host opens itself takes no place of those that peers open. */
    @Test
    void shouldTakePeersWhileItDialsHostsThatAreNotThere() {
        simulation.host("bridge", bridge);
        final RdsNode node = launch("10.0.0.50");
        for (int i = 0; i < CONNECTIONS / 2; i++) {
            send("10.0.0." + (100 + i));
        }
        launch("10.0.0.10");
        assertTrue(sockets.get(1).send(RdsAddress.parse("10.0.0.50:" + PORT), LENGTH) > 0);
        assertTrue(simulation.runUntil(() -> poll(0) > 0, SECOND_NS));
        assertTrue(AllToAll.counter(node, "conn_attempts") >= CONNECTIONS / 2);
        assertEquals(0, AllToAll.counter(node, "node_greetings_full"));
    }

    private void leave(final int number) {
        simulation.pause("10.0.0." + (10 + number), 1000 * SECOND_NS);
    }

    /** Hosts' links joined to one. */
    private static final class Bridge implements SimHost {
        private final List<LinkPort> ports = new ArrayList<>();
        private final FrameBurst arrived = new FrameBurst(32);
        private final FrameBurst one = new FrameBurst(1);

        @Override
        public int doWork(final long nowNs) {
            int work = 0;
            for (final LinkPort from : ports) {
                from.receiveBurst(arrived);
                for (int i = 0; i < arrived.count(); i++) {
                    work++;
                    flood(from, i);
                }
                from.release(arrived);
            }
            return work;
        }

        /** Hosts ignore what is not for them. */
        private void flood(final LinkPort from, final int index) {
            for (final LinkPort to : ports) {
                one.clear();
                if (!to.equals(from) && to.allocate(one, 1) == 1) {
                    UnsafeApi.copyMemory(arrived.address(index), one.address(0), arrived.length(index));
                    one.length(0, arrived.length(index));
                    to.transmitBurst(one);
                    to.release(one);
                }
            }
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }
    }
}
