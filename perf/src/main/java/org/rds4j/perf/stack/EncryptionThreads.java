package org.rds4j.perf.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.Patience;

/** Threads that seal and open for nodes whose own thread does not: busy while a session is open, gone otherwise. */
final class EncryptionThreads implements AutoCloseable {
    private final List<EncryptionAgent> agents;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isRunning;

    /**
     * Threads that do not run yet.
     *
     * @param count of them.
     */
    EncryptionThreads(final int count) {
        agents = IntStream.range(0, count)
            .mapToObj(i -> new EncryptionAgent("rds-encryption-" + i, CryptoCounters.allocate())).toList();
    }

    /** Whoever encrypts for a node; several may share one. */
    EncryptionAgent agent(final int node) {
        return agents.get(node % agents.size());
    }

    void start() {
        if (isRunning) {
            return;
        }
        isRunning = true;
        agents.forEach(agent -> threads.add(Thread.ofPlatform().daemon().name(agent.roleName()).start(() -> run(agent))));
    }

    private void run(final EncryptionAgent agent) {
        final IdleStrategy idle = Patience.create();
        while (isRunning) {
            idle.idle(agent.doWork());
        }
    }

    void stop() {
        isRunning = false;
        try {
            for (final Thread thread : threads) {
                thread.join();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MeasurementException("interrupted while waiting for the encryption threads", e);
        }
        threads.clear();
    }

    /** Wipes what the nodes have left. */
    @Override
    public void close() {
        stop();
        agents.forEach(EncryptionAgent::onClose);
    }
}
