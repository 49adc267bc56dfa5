package org.rds4j.tests.sim;






import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.world.Simulation;

/** A host whose many peers vanish and come back at any moment, all of them at once in the middle of the run. */
@Timeout(600)
class FleetTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void tryIt() {
        final int count = Integer.getInteger("fleet", 100);
        final long hours = 3600 * SECOND_NS;
        final long t0 = System.nanoTime();
        final Simulation simulation = new Simulation(1);
        final HistoryChecker checker = new HistoryChecker(1);
        final Fleet fleet = new Fleet(simulation, checker, count, UnaryOperator.identity());
        System.out.printf("launched %.3f s%n", (System.nanoTime() - t0) / 1e9);
        fleet.hub().sendToAll();
        final boolean ok = simulation.runUntil(() -> checker.outstanding() == 0, 100 * SECOND_NS);
        System.out.printf("connected %s %.3f s virtual %.3f%n", ok, (System.nanoTime() - t0) / 1e9, simulation.clock().nanoTime() / 1e9);
        final long perSide = Integer.getInteger("messages", 100_000) / 2;
        fleet.hub().begin((long) (hours / (perSide / 8.5)));
        fleet.peers().forEach(peer -> peer.begin((long) (hours / (perSide / 8.5 / count))));
        final RandomGenerator chance = simulation.random().stream("restarts");
        for (int i = 0; i < count; i++) {
            final FleetHost peer = fleet.peers().get(i);
            final String name = "peer " + i;
            for (int life = 0; life < 10; life++) {
                simulation.at(simulation.clock().nanoTime() + chance.nextLong(hours), () -> {
                    peer.crash();
                    peer.launch();
                    simulation.wake(name);
                });
            }
        }
        for (int m = 1; m <= 60; m++) {
            simulation.runUntil(m * hours / 60);
            if (m % 6 == 0) {
                System.out.printf("%d min %.3f s sent %d delivered %d lost %d out %d attempts %d %s%n", m, (System.nanoTime() - t0) / 1e9,
                    checker.sent(), checker.delivered(), checker.lost(), checker.outstanding(), AllToAll.counter(fleet.hub().node(), "conn_attempts"), simulation);
            }
        }
        fleet.hub().end();
        fleet.peers().forEach(FleetHost::end);
        fleet.hub().sendToAll();
        fleet.peers().forEach(FleetHost::sendToAll);
        simulation.runUntil(() -> checker.outstanding() == 0, simulation.clock().nanoTime() + 100 * SECOND_NS);
        System.out.println(checker.violation() + " " + checker.outstanding() + " " + checker.sent() + " " + simulation + " " + simulation.overdueSteps());
        fleet.hub().node().counters((l, m, v) -> { if (v != 0) System.out.println(l + " " + v); });
    }
}
