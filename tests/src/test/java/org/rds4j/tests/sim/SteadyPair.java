package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.scenario.NodePair;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;

/** Two nodes that send each other a message at every beat, in virtual time, and how long either had to wait for one. */
final class SteadyPair implements SimHost, AutoCloseable {
    private static final int PORT = 4000;
    private static final int LENGTH = 1_000;
    private static final int SEED = 11;

    private final Simulation simulation = new Simulation(SEED);
    private final HistoryChecker checker = new HistoryChecker(SEED);
    private final NodePair nodes;
    private final CheckedSocket[] sockets = new CheckedSocket[2];
    private final long[] lastNs = new long[2];
    private final long sendIntervalNs;
    private long longestPauseNs;
    private long nextSendNs;
    private boolean isSending = true;

    SteadyPair(
        final WireConditions wire, final UnaryOperator<RdsContext> settings, final KeyLimits limits,
        final long sendIntervalNs) {
        this.sendIntervalNs = sendIntervalNs;
        nodes = new NodePair(simulation, wire, settings, builder -> builder.keyLimits(limits));
        sockets[0] = bound(nodes.first());
        sockets[1] = bound(nodes.second());
        simulation.host("applications", this);
    }

    private CheckedSocket bound(final RdsNode node) {
        final RdsSocket socket = node.socket();
        socket.bind(PORT);
        return new CheckedSocket(checker, socket, simulation.clock()::nanoTime);
    }

    NodePair nodes() {
        return nodes;
    }

    HistoryChecker checker() {
        return checker;
    }

    /** The longest time between two messages of one direction, since {@link #forgetPauses()}. */
    long longestPauseNs() {
        return longestPauseNs;
    }

    void forgetPauses() {
        longestPauseNs = 0;
    }

    void run(final long durationNs) {
        simulation.runUntil(simulation.clock().nanoTime() + durationNs);
        assertEquals(Optional.empty(), checker.violation());
    }

    @Override
    public int doWork(final long nowNs) {
        int work = 0;
        for (int i = 0; i < 2; i++) {
            if (sockets[i].poll(64) > 0) {
                longestPauseNs = Math.max(longestPauseNs, nowNs - lastNs[i]);
                lastNs[i] = nowNs;
                work++;
            }
        }
        if (isSending && nowNs >= nextSendNs) {
            nextSendNs = nowNs + sendIntervalNs;
            for (int i = 0; i < 2; i++) {
                sockets[i].send(RdsAddress.parse("10.0.0." + (2 - i) + ":" + PORT), LENGTH);
            }
        }
        return work;
    }

    @Override
    public long nextDeadlineNs() {
        return isSending ? nextSendNs : Long.MAX_VALUE;
    }

    long count(final String counter) {
        return AllToAll.counter(nodes.first(), counter) + AllToAll.counter(nodes.second(), counter);
    }

    /** All that was sent has come, in order and once. */
    void finish() {
        isSending = false;
        simulation.runUntil(() -> checker.outstanding() == 0, simulation.clock().nanoTime() + 60_000_000_000L);
        checker.requireComplete();
        assertEquals(0, count("node_record_refused"));
        assertEquals(0, count("node_seal_failed"));
    }

    @Override
    public void close() {
        sockets[0].close();
        sockets[1].close();
        nodes.close();
    }
}
