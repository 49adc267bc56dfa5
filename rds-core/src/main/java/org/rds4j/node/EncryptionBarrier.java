package org.rds4j.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the end of a node's encryption and the end of the memory that it works in. Encryption threads may be the caller's and
 * outlive the node, and the jobs that they compute name memory by its address. Waits only where one of them is computing a job of
 * this node: one that does not run, or never will, has nothing in hand. One that does not come out of its job keeps the memory
 * for good, as nobody can know when it is done.
 */
final class EncryptionBarrier implements AutoCloseable {
    /** Longer than firmware takes for a command, and a signature on a machine without time. */
    static final long PATIENCE_NS = 5_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(EncryptionBarrier.class);
    private static final long PAUSE_NS = 50_000L;
    /** Barriers that were never passed: what they hold is never freed. */
    private static final Set<EncryptionBarrier> KEPT = ConcurrentHashMap.newKeySet();

    private final List<EncryptionQueue> queues;
    private final long patienceNs;
    private final List<AutoCloseable> devices = new ArrayList<>();
    private final List<Object> memory = new ArrayList<>();
    private boolean hasWaited;

    /**
     * A barrier.
     *
     * @param queues     of the node, ended by {@link #pass}.
     * @param patienceNs how long a job may take.
     */
    EncryptionBarrier(final List<EncryptionQueue> queues, final long patienceNs) {
        this.queues = queues;
        this.patienceNs = patienceNs;
    }

    /** What jobs use: closed behind the barrier, in order, or not at all. */
    void guard(final AutoCloseable device) {
        devices.add(device);
    }

    /** What owns memory that jobs name: does not become garbage before the barrier is passed. */
    void keep(final Object owner) {
        memory.add(owner);
    }

    /**
     * Wipes the keys, and waits for jobs that are being computed. Not by two threads at once.
     *
     * @return false when one of them goes on for too long; who asks again is told at once.
     */
    boolean pass() {
        if (!hasWaited) {
            hasWaited = true;
            Closing.all(() -> Closing.each(queues, EncryptionQueue::end), this::await);
        }
        return isOver();
    }

    /** {@linkplain #pass Passes}, and then closes what is guarded; else nothing of it, ever. */
    @Override
    public void close() {
        if (pass()) {
            memory.clear();
            Closing.each(devices, Closing::all);
        } else if (KEPT.add(this)) {
            LOG.warn("an encryption thread has not come out of a job of this node for {} ms: neither the node's memory nor its"
                + " device for encryption is given back as long as this process runs; a dump of threads (jstack) shows where it"
                + " stands", TimeUnit.NANOSECONDS.toMillis(patienceNs));
        }
    }

    /** In real time, whatever clock the node has: it is another thread's turn that is awaited. */
    private void await() {
        final long startNs = System.nanoTime();
        while (!isOver() && System.nanoTime() - startNs < patienceNs) {
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private boolean isOver() {
        boolean isOver = true;
        for (final EncryptionQueue queue : queues) {
            isOver &= queue.isOver();
        }
        return isOver;
    }
}
