package org.rds4j.crypto.agent;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;

/**
 * A bounded ring whose slots go from engine to encryption thread to engine, in order. Each job is handed on for itself, so
 * that none waits for the batch that it came in. What one of the threads writes for each job lies in lines of its own.
 */
final class JobRing {
    private final RingBuffer<CryptoJob> ring;
    private final Sequence executed = new Sequence();
    private final Sequence completed = new Sequence();

    JobRing(final int capacity) {
        // Both sides poll, so that nobody has to be woken: the usual strategy takes a lock for each job.
        ring = RingBuffer.createSingleProducer(CryptoJob::new, capacity, new BusySpinWaitStrategy());
        ring.addGatingSequences(completed);
    }

    /** Engine thread: a slot to fill and then to {@link #publish}, or null when the ring is full. */
    CryptoJob claim() {
        return ring.hasAvailableCapacity(1) ? ring.get(ring.getCursor() + 1) : null;
    }

    /** Engine thread: hands the claimed slot to the encryption thread. */
    void publish() {
        ring.publish(ring.next());
    }

    /** Encryption thread: the next job to execute, or null. */
    CryptoJob waiting() {
        final long next = executed.get() + 1;
        return next <= ring.getCursor() ? ring.get(next) : null;
    }

    /** Encryption thread: hands the job that was waiting back. */
    void onExecuted() {
        executed.set(executed.get() + 1);
    }

    /** Engine thread: the next job that came back, or null. */
    CryptoJob finished() {
        final long next = completed.get() + 1;
        return next <= ring.getCursor() && next <= executed.get() ? ring.get(next) : null;
    }

    /** Engine thread: the finished job was taken. */
    void onCompleted() {
        completed.set(completed.get() + 1);
    }

    /** Engine thread: jobs published and not yet taken back. */
    int outstanding() {
        return (int) (ring.getCursor() - completed.get());
    }

    int capacity() {
        return ring.getBufferSize();
    }
}
