package org.rds4j.crypto.agent;

import java.util.Arrays;
import org.agrona.concurrent.Agent;
import org.rds4j.crypto.Closing;
import org.rds4j.crypto.CryptoCounters;

/**
 * An encryption thread's work: serves the queue of every engine in turn. All AES-GCM and all TLS handshake computation of the
 * connections that are pinned to it happens inside {@link #doWork()}, on whichever thread runs the agent.
 */
public final class EncryptionAgent implements Agent {
    /** Records taken from one queue before the next queue has its turn. */
    public static final int JOBS_PER_TURN = 16;

    private final String roleName;
    private final CryptoCounters counters;
    private volatile EncryptionQueue[] queues = new EncryptionQueue[0];

    /**
     * An agent without queues.
     *
     * @param roleName for thread names and listings.
     * @param counters written by the thread that runs the agent.
     */
    public EncryptionAgent(final String roleName, final CryptoCounters counters) {
        this.roleName = roleName;
        this.counters = counters;
    }

    /**
     * Makes a queue of one lane for one engine. Any thread, also while the agent runs.
     *
     * @param capacity       jobs in flight, a power of two.
     * @param engineCounters written by the engine thread.
     * @return the queue, served from the agent's next turn on.
     */
    public EncryptionQueue newQueue(final int capacity, final CryptoCounters engineCounters) {
        return newQueue(capacity, 1, LaneOrder.BY_NUMBER, engineCounters);
    }

    /**
     * Makes a queue for one engine. Any thread, also while the agent runs.
     *
     * @param capacity       jobs in flight in each lane, and of handshakes; a power of two.
     * @param laneCount      lanes of sessions.
     * @param order          in which lanes are served; used by the agent's thread alone from now on.
     * @param engineCounters written by the engine thread.
     * @return the queue, served from the agent's next turn on.
     */
    public synchronized EncryptionQueue newQueue(
        final int capacity, final int laneCount, final LaneOrder order, final CryptoCounters engineCounters) {
        final EncryptionQueue queue = new EncryptionQueue(capacity, laneCount, order, false, counters, engineCounters);
        final EncryptionQueue[] present = queues;
        final EncryptionQueue[] extended = new EncryptionQueue[present.length + 1];
        System.arraycopy(present, 0, extended, 0, present.length);
        extended[present.length] = queue;
        queues = extended;
        return queue;
    }

    /**
     * What the agent counts.
     *
     * @return the counters, readable by any thread.
     */
    public CryptoCounters counters() {
        return counters;
    }

    @Override
    public int doWork() {
        int work = 0;
        for (final EncryptionQueue queue : queues) {
            work += queue.execute(JOBS_PER_TURN);
            if (queue.isOver()) {
                remove(queue);
            }
        }
        return work;
    }

    private synchronized void remove(final EncryptionQueue ended) {
        queues = Arrays.stream(queues).filter(queue -> queue != ended).toArray(EncryptionQueue[]::new);
    }

    /** Wipes the keys of every session still open and of every unfinished handshake. */
    @Override
    public void onClose() {
        Closing.each(Arrays.asList(queues), EncryptionQueue::end);
    }

    @Override
    public String roleName() {
        return roleName;
    }
}
