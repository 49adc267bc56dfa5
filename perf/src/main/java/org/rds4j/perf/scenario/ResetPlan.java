package org.rds4j.perf.scenario;

import java.util.random.RandomGenerator;
import org.rds4j.sim.fault.ResetInjector;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.world.Simulation;

/**
 * When the next reset falls: most of them at a random moment after datagrams have flowed again since the last one, one in
 * ten at once, so that it hits a path that is just opening. If all came at once, no path would ever open and the nodes
 * would do little but wait for their next attempt.
 */
final class ResetPlan {
    private static final long LONGEST_PEACE_NS = 400_000L;
    private static final int ONE_IN = 10;

    private final Simulation simulation;
    private final ResetInjector injector;
    private final RandomGenerator chance;
    private long planned;
    private long deliveredBefore = -1;
    private boolean isAtOnce;

    ResetPlan(final Simulation simulation, final ResetInjector injector) {
        this.simulation = simulation;
        this.injector = injector;
        this.chance = simulation.random().stream("resets");
    }

    /** Called whenever an instant is over. */
    void goOn(final long delivered) {
        if (injector.injected() < planned) {
            return;
        }
        if (deliveredBefore < 0) {
            deliveredBefore = delivered;
            isAtOnce = chance.nextInt(ONE_IN) == 0;
        }
        if (isAtOnce || delivered > deliveredBefore) {
            planned++;
            deliveredBefore = -1;
            final long delayNs = isAtOnce ? 0 : chance.nextLong(LONGEST_PEACE_NS);
            simulation.at(simulation.clock().nanoTime() + delayNs,
                () -> injector.arm(chance.nextBoolean() ? Side.A : Side.B));
        }
    }
}
