package org.rds4j.perf.aead;

import java.util.concurrent.locks.LockSupport;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.agent.EncryptionQueue;

/**
 * An encryption thread whose time for a batch of jobs is taken, polling its queue and handing results back included. The batch
 * waits in the queue when the thread begins, so that it is never idle, whatever the machine does with the other thread.
 */
final class EncryptionThread implements AutoCloseable {
    /** As in a node. */
    static final int QUEUE_LENGTH = 256;


    private final EncryptionAgent agent = new EncryptionAgent("perf-encryption", CryptoCounters.allocate());
    private final EncryptionQueue queue = agent.newQueue(QUEUE_LENGTH, CryptoCounters.allocate());
    private final Thread thread;
    private volatile boolean isRunning = true;
    private volatile int waiting;
    private volatile long elapsedNs;

    EncryptionThread() {
        thread = Thread.ofPlatform().daemon().name(agent.roleName()).start(this::run);
    }

    EncryptionQueue queue() {
        return queue;
    }

    /** Lets the thread compute the jobs submitted since the last call. */
    void compute(final int jobs) {
        elapsedNs = 0;
        waiting = jobs;
        LockSupport.unpark(thread);
    }

    /** Nanoseconds of the batch, 0 while it is not done. */
    long elapsedNs() {
        return elapsedNs;
    }

    private void run() {
        while (isRunning) {
            if (waiting == 0) {
                LockSupport.park(this);
            } else {
                batch(waiting);
            }
        }
        agent.onClose();
    }

    private void batch(final int jobs) {
        final long startNs = System.nanoTime();
        for (int done = 0; done < jobs && isRunning; ) {
            done += agent.doWork();
        }
        final long endNs = System.nanoTime();
        waiting = 0;
        elapsedNs = endNs - startNs;
    }

    @Override
    public void close() {
        isRunning = false;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
