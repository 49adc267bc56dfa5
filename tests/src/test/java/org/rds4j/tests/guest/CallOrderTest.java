package org.rds4j.tests.guest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.perf.scenario.NodePair;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.Simulation;

/** The errors of sockets, and their order, are those of the kernel that {@link LinuxGuestIT} asks for the same. */
@Timeout(60)
class CallOrderTest {
    @Test
    void shouldAnswerAsLinux() {
        try (NodePair nodes = new NodePair(new Simulation(1), WireConditions.PERFECT, context -> context.linuxExact(true))) {
            Calls.require(calls -> new Calls(calls.words(), calls.linux(),
                new CallRun(nodes.first()).run(calls.words("10.0.0.1", "10.0.0.2", "10.0.0.3"))));
        }
    }
}
