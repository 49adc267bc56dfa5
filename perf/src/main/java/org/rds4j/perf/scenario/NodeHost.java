package org.rds4j.perf.scenario;

import org.rds4j.node.RdsNode;
import org.rds4j.sim.world.SimHost;

/**
 * A node as a host of a simulation. The node must be in {@code ThreadingMode.INVOKER}, its clock the simulation's.
 *
 * @param node run unchanged; closed by whoever launched it.
 */
public record NodeHost(RdsNode node) implements SimHost {
    @Override
    public int doWork(final long nowNs) {
        return node.invoke();
    }

    @Override
    public long nextDeadlineNs() {
        return node.nextDeadlineNs();
    }
}
