package org.rds4j.perf.aead;

import java.util.concurrent.locks.LockSupport;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.agent.EncryptionQueue;

/**
 * An encryption thread whose time for a batch of jobs is taken, polling its queue and handing results back included. The batch
 * waits in the queue when the thread begins, so that it is never idle. The measuring thread sleeps meanwhile: a library that is
 * measured alone has no second thread beside it that spins, takes a processor and moves the first to another one.
 */
final class EncryptionThread implements AutoCloseable {
    /** As in a node. */
    static final int QUEUE_LENGTH = 256;

    private final EncryptionAgent agent = new EncryptionAgent("perf-encryption", CryptoCounters.allocate());
    private final EncryptionQueue queue = agent.newQueue(QUEUE_LENGTH, CryptoCounters.allocate());
    private final Thread thread;
    private final Thread measuring = Thread.currentThread();
    private volatile boolean isRunning = true;
    private volatile int waiting;
    private long elapsedNs;

    EncryptionThread() {
        thread = Thread.ofPlatform().daemon().name(agent.roleName()).start(this::run);
    }

    EncryptionQueue queue() {
        return queue;
    }

    /** Lets the thread compute the jobs submitted since the last call. Nanoseconds that it took. Measuring thread. */
    long compute(final int jobs) {
        waiting = jobs;
        LockSupport.unpark(thread);
        while (waiting != 0) {
            LockSupport.park(this);
        }
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
        try {
            for (int done = 0; done < jobs && isRunning; ) {
                done += agent.doWork();
            }
            elapsedNs = System.nanoTime() - startNs;
        } finally {
            waiting = 0;
            LockSupport.unpark(measuring);
        }
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
