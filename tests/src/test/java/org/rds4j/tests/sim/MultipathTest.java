package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsContext;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.scenario.NodePair;
import org.rds4j.perf.scenario.Scenario;
import org.rds4j.perf.scenario.Verdict;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.fault.ResetInjector;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.Simulation;

/** Two whole nodes in the simulator with several TCP connections per lane, over both families, in plaintext and encrypted. */
@Timeout(120)
class MultipathTest {
    private static final int SOCKETS = 16;
    /** Storage, latency-critical and ordinary traffic have lanes of their own. */
    private static final int[] LEVELS_OF_LANES = {0, 4, 6};
    private static final long LIMIT_NS = 600_000_000_000L;
    private static final WireConditions WIRE =
        WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);

    private final Simulation simulation = new Simulation(8);
    private final HistoryChecker checker = new HistoryChecker(8);

    private static void run(
        final boolean isEncrypted, final UnaryOperator<RdsContext> settings,
        final Consumer<UnaryOperator<RdsContext>> test) {
        if (!isEncrypted) {
            test.accept(settings);
            return;
        }
        try (DemoIdentities identities = new DemoIdentities(List.of("node"))) {
            test.accept(context -> identities.apply(settings.apply(context), "node"));
        }
    }

    private static RdsContext eightPaths(final RdsContext context) {
        return context.paths(8).maxConnections(64).maxSockets(32);
    }

    private static RdsContext onePathForTheLarger(final RdsContext context) {
        return eightPaths(context).paths(context.address().startsWith("10.0.0.1") ? 8 : 1);
    }

    private static RdsContext overIpv6(final RdsContext context) {
        return context.address(context.address().startsWith("10.0.0.1") ? "fd00::1/64" : "fd00::2/64");
    }

    private static long inUse(final RdsNode node) {
        return AllToAll.counter(node, "connections-in-use");
    }

    private void complete(final NodePair nodes, final AllToAll applications, final int connections) {
        final boolean isOver = simulation.runUntil(applications::isOver, LIMIT_NS);
        assertEquals(Optional.empty(), checker.violation());
        assertTrue(isOver, () -> checker.outstanding() + " outstanding");
        assertTrue(simulation.runUntil(() -> inUse(nodes.first()) == connections && inUse(nodes.second()) == connections,
            simulation.clock().nanoTime() + 60_000_000_000L),
            () -> inUse(nodes.first()) + " and " + inUse(nodes.second()) + " connections");
    }

    @ParameterizedTest
    @CsvSource({"1,1,false", "1,3,false", "8,1,false", "8,3,false", "1,3,true", "8,1,true", "8,3,true"})
    void shouldCarryAllToAllOverExactlyLanesTimesPathsConnections(
        final int paths, final int lanes, final boolean isEncrypted) {
        run(isEncrypted, context -> eightPaths(context).paths(paths), settings -> {
            try (NodePair nodes = new NodePair(simulation, WIRE, settings);
                AllToAll applications = applications(nodes, 10, Arrays.copyOf(LEVELS_OF_LANES, lanes))) {
                complete(nodes, applications, lanes * paths);
                assertEquals(2L * SOCKETS * SOCKETS * 10, checker.delivered());
                assertEquals((long) lanes * paths, AllToAll.counter(nodes.first(), "active-opens"));
                assertEquals(0, AllToAll.counter(nodes.second(), "node_greetings_full"));
                assertEquals(0, AllToAll.counter(nodes.first(), "recv_drop_old_seq"));
                assertEquals(0, AllToAll.counter(nodes.second(), "conn_reset"));
            }
        });
    }

    private AllToAll applications(final NodePair nodes, final int messages, final int... levels) {
        final AllToAll applications = new AllToAll(
            AllToAll.open(nodes.first(), SOCKETS), AllToAll.open(nodes.second(), SOCKETS), messages, 2_000, checker,
            simulation.random().stream("lengths"), simulation.clock()::nanoTime, levels.length == 0 ? new int[] {0} : levels);
        simulation.host("applications", applications);
        return applications;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldUseOnePathWhenEitherHostHasOne(final boolean isEncrypted) {
        run(isEncrypted, MultipathTest::onePathForTheLarger, settings -> {
            try (NodePair nodes = new NodePair(simulation, WIRE, settings);
                AllToAll applications = applications(nodes, 5)) {
                complete(nodes, applications, 1);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLoseDoubleAndReorderNothingWhilePathsAreReset(final boolean isEncrypted) {
        run(isEncrypted, MultipathTest::eightPaths, settings -> {
            try (NodePair nodes = new NodePair(simulation, WIRE.withRate(1_000_000_000L, 1 << 20), settings);
                AllToAll applications = applications(nodes, 200)) {
                final ResetInjector injector = new ResetInjector();
                nodes.link().tap(injector);
                for (int i = 0; i < 150; i++) {
                    final Side side = i % 2 == 0 ? Side.A : Side.B;
                    simulation.at(20_000_000L + i * 5_000_000L, () -> injector.arm(side));
                }
                complete(nodes, applications, 8);
                assertTrue(injector.injected() > 30, () -> injector.injected() + " resets");
                assertTrue(AllToAll.counter(nodes.first(), "send_retransmitted") > 30);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"LOSS,false", "CHAOS,false", "CHAOS,true"})
    void shouldKeepThePromiseOverIpv6(final Scenario scenario, final boolean isEncrypted) {
        run(isEncrypted, MultipathTest::overIpv6, settings -> {
            final Verdict verdict = scenario.run(1, settings);
            assertTrue(verdict.isPassed(), verdict.toString());
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldUseEightPathsOverIpv6(final boolean isEncrypted) {
        run(isEncrypted, context -> eightPaths(overIpv6(context)), settings -> {
            try (NodePair nodes = new NodePair(simulation, WIRE, settings);
                AllToAll applications = applications(nodes, 5)) {
                complete(nodes, applications, 8);
            }
        });
    }

    /** Five seconds of silence, then five probes of five seconds: a kernel notices after about 29. */
    @Test
    void shouldNoticeAnIdleDeadPeerAfterHalfAMinute() {
        try (NodePair nodes = new NodePair(simulation, WIRE, UnaryOperator.identity());
            AllToAll applications = applications(nodes, 1)) {
            complete(nodes, applications, 1);
            // with something in flight it would take far longer
            simulation.runUntil(simulation.clock().nanoTime() + 2_000_000_000L);
            final long startNs = simulation.clock().nanoTime();
            simulation.pause("second", 120_000_000_000L);
            simulation.runUntil(startNs + 25_000_000_000L);
            assertEquals(0, AllToAll.counter(nodes.first(), "conn_reset"));
            simulation.runUntil(startNs + 36_000_000_000L);
            assertEquals(1, AllToAll.counter(nodes.first(), "conn_reset"));
        }
    }
}
