package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;

/**
 * Nodes that vanish without a word in the middle of streams both ways and come back with nothing but their address. What a life
 * of a sender sent arrives in order and once, at most up to a gap where the receiver vanished; and the streams go on.
 */
@Timeout(120)
class RestartTest {
    private static final int LIVES = 8;
    private static final int SOCKETS = 4;
    private static final long LIFE_NS = 300_000_000L;

    private final Simulation simulation = new Simulation(5);
    private final SimLink link = simulation.link("link", LinkShape.ETHERNET);
    private final HistoryChecker checker = new HistoryChecker(5);
    private DemoIdentities identities;
    private int paths;

    /** A host that runs the latest of its nodes; earlier ones are never heard of again. */
    private final class Host implements SimHost {
        private final String address;
        private final Side side;
        private final CheckedSocket[] sockets = new CheckedSocket[SOCKETS];
        private RdsAddress peer;
        private RdsNode node;
        private int life;
        private long received;
        private long nextSendNs;

        Host(final String address, final Side side) {
            this.address = address;
            this.side = side;
        }

        void launch() {
            life++;
            RdsContext context = new RdsContext(new Properties()).address(address + "/24").security(SecurityMode.PLAINTEXT)
                .threadingMode(ThreadingMode.INVOKER).nanoClock(simulation.clock()).paths(paths).maxConnections(64)
                .maxSockets(8).maxPeers(4);
            context = identities == null ? context : identities.apply(context, "node");
            node = RdsNode.with(context).link(link.port(side))
                .random(simulation.random().stream(address + " " + life)).launch();
            for (int i = 0; i < SOCKETS; i++) {
                final RdsSocket socket = node.socket();
                socket.bind(4000 + i);
                sockets[i] = new CheckedSocket(checker, socket, simulation.clock()::nanoTime);
            }
        }

        void restart() {
            for (final CheckedSocket socket : sockets) {
                socket.onLost();
            }
            link.hostLost(side);
            launch();
        }

        @Override
        public int doWork(final long nowNs) {
            final int work = node.invoke();
            for (final CheckedSocket socket : sockets) {
                received += socket.poll(64);
            }
            if (nowNs >= nextSendNs) {
                nextSendNs = nowNs + 100_000;
                for (int i = 0; i < SOCKETS; i++) {
                    sockets[i].send(peer.withPort(4000 + i), 1000);
                }
            }
            return work;
        }

        @Override
        public long nextDeadlineNs() {
            return Math.min(nextSendNs, node.nextDeadlineNs());
        }
    }

    @ParameterizedTest
    @CsvSource({"1,larger,false", "1,smaller,false", "8,larger,false", "8,smaller,false", "8,larger,true", "8,smaller,true"})
    void shouldGoOnAfterEveryRestart(final int pathCount, final String restarted, final boolean isEncrypted) {
        paths = pathCount;
        identities = isEncrypted ? new DemoIdentities(List.of("node")) : null;
        link.conditions(WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20));
        final Host smaller = new Host("10.0.0.1", Side.A);
        final Host larger = new Host("10.0.0.2", Side.B);
        smaller.peer = RdsAddress.parse("10.0.0.2");
        larger.peer = RdsAddress.parse("10.0.0.1");
        smaller.launch();
        larger.launch();
        simulation.host("smaller", smaller);
        simulation.host("larger", larger);
        final Host mortal = "larger".equals(restarted) ? larger : smaller;
        final Host survivor = mortal.equals(larger) ? smaller : larger;
        for (int i = 0; i < LIVES; i++) {
            final long before = survivor.received;
            final long beforeOfMortal = mortal.received;
            simulation.runUntil(simulation.clock().nanoTime() + LIFE_NS);
            simulation.runUntil(() -> survivor.received > before + 1000 && mortal.received > beforeOfMortal + 1000
                    && AllToAll.counter(survivor.node, "connections-in-use") == paths,
                simulation.clock().nanoTime() + 100 * LIFE_NS);
            assertTrue(survivor.received > before + 1000, "the survivor hears life " + mortal.life);
            assertTrue(mortal.received > beforeOfMortal + 1000, "life " + mortal.life + " hears the survivor");
            assertEquals(paths, AllToAll.counter(survivor.node, "connections-in-use"));
            assertEquals(Optional.empty(), checker.violation());
            mortal.restart();
        }
        assertEquals(LIVES - 1, AllToAll.counter(survivor.node, "peer_restarted"));
        final long before = checker.delivered();
        simulation.runUntil(() -> checker.delivered() > before + 1000, simulation.clock().nanoTime() + 100 * LIFE_NS);
        smaller.nextSendNs = Long.MAX_VALUE;
        larger.nextSendNs = Long.MAX_VALUE;
        simulation.runUntil(() -> checker.outstanding() == 0, simulation.clock().nanoTime() + 100 * LIFE_NS);
        checker.requireComplete();
        smaller.node.close();
        larger.node.close();
        if (isEncrypted) {
            identities.close();
        }
    }
}
