package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.perf.stack.DemoIdentities;

/** A host whose many peers vanish and come back at any moment, and once all of them together. */
@Timeout(900)
class FleetTest {
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final int RESTARTS = 10;

    @Test
    void shouldKeepThePromiseToAThousandPeersThatRestartTenTimesInAnHour() {
        try (FleetRun run = new FleetRun(1, 1000, 60 * MINUTE_NS, UnaryOperator.identity())) {
            run.connect();
            final Footprint before = Footprint.now();
            run.send(1_000_000);
            run.restartEach(RESTARTS);
            run.play();
            run.finish();
            assertEquals(1000 * RESTARTS, run.restarts());
            assertTrue(run.checker().sent() > 1_000_000, run::toString);
            assertTrue(run.checker().lost() < run.checker().sent() / 50, run::toString);
            assertTrue(run.attempts() < 1000 * RESTARTS * FleetRun.MOST_ATTEMPTS_PER_RESTART, run::toString);
            Footprint.now().requireNoMoreThan(before);
        }
    }

    @Test
    void shouldRepeatItsHistoryWithItsSeed() {
        final String history = history(7);
        assertEquals(history, history(7));
        assertNotEquals(history, history(8));
    }

    private static String history(final long seed) {
        try (FleetRun run = new FleetRun(seed, 40, 10 * MINUTE_NS, context -> context.connectBudget(5))) {
            run.budget(5);
            run.connect();
            run.send(10_000);
            run.restartEach(3);
            run.play();
            run.finish();
            return run.toString();
        }
    }

    @Test
    void shouldKeepThePromiseWithEightPathsToEach() {
        try (FleetRun run = new FleetRun(2, 40, 20 * MINUTE_NS, context -> context.paths(8).maxConnections(1024))) {
            run.paths(8);
            run.connect();
            run.send(20_000);
            run.restartEach(5);
            run.play();
            run.finish();
        }
    }

    @Test
    void shouldKeepThePromiseWhenEncrypted() {
        try (DemoIdentities identities = new DemoIdentities(List.of("node"));
            FleetRun run = new FleetRun(3, 40, 20 * MINUTE_NS, context -> identities.apply(context, "node"))) {
            run.connect();
            run.send(20_000);
            run.restartEach(5);
            run.play();
            run.finish();
        }
    }
}
