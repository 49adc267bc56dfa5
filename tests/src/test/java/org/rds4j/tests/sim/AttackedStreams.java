package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;
import org.rds4j.tests.support.TwoNodes;

/** Messages between two nodes now and then, which go on after each attack; all of them come in the end, in order and once. */
final class AttackedStreams implements SimHost, AutoCloseable {
    private static final int PORT = 4000;
    private static final int SEED = 21;
    /** Before the next attack. */
    private static final int MESSAGES = 20;

    private final HistoryChecker checker = new HistoryChecker(SEED);
    private final Simulation simulation;
    private final CheckedSocket first;
    private final CheckedSocket second;
    private final List<Integer> lengthsOfFirst;
    private final List<Integer> lengthsOfSecond;
    private final long intervalNs;
    private long nextSendNs;
    private boolean isSending = true;

    AttackedStreams(
        final Simulation simulation, final RdsNode first, final RdsNode second, final List<Integer> lengthsOfFirst,
        final List<Integer> lengthsOfSecond, final long intervalNs) {
        this.simulation = simulation;
        this.first = bound(first);
        this.second = bound(second);
        this.lengthsOfFirst = lengthsOfFirst;
        this.lengthsOfSecond = lengthsOfSecond;
        this.intervalNs = intervalNs;
        simulation.host("applications", this);
    }

    private CheckedSocket bound(final RdsNode node) {
        return new CheckedSocket(checker, TwoNodes.bound(node, PORT), simulation.clock()::nanoTime);
    }

    @Override
    public int doWork(final long nowNs) {
        final int work = first.poll(64) + second.poll(64);
        if (isSending && nowNs >= nextSendNs) {
            nextSendNs = nowNs + intervalNs;
            lengthsOfFirst.forEach(length -> first.send(second.address(), length));
            lengthsOfSecond.forEach(length -> second.send(first.address(), length));
        }
        return work;
    }

    @Override
    public long nextDeadlineNs() {
        return isSending ? nextSendNs : Long.MAX_VALUE;
    }

    /** Attacks one after the other; nothing that he made up is delivered, and none takes longer to get over than this. */
    void endure(final WireAttacker attacker, final int attacks, final long recoveryNs) {
        for (int i = 0; i < attacks; i++) {
            final long before = checker.delivered();
            run(() -> checker.delivered() > before + MESSAGES, recoveryNs);
            assertTrue(checker.delivered() > before + MESSAGES, "it goes on after attack " + i);
            attacker.arm();
            run(() -> !attacker.isArmed(), recoveryNs);
        }
        assertEquals(attacks, attacker.done());
        isSending = false;
        run(() -> checker.outstanding() == 0, recoveryNs);
        checker.requireComplete();
    }

    private void run(final BooleanSupplier until, final long recoveryNs) {
        simulation.runUntil(until, simulation.clock().nanoTime() + recoveryNs);
        assertEquals(Optional.empty(), checker.violation());
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
