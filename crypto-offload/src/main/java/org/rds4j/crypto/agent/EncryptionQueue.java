package org.rds4j.crypto.agent;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import org.agrona.LangUtil;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.record.RecordError;

/**
 * An engine's way to the encryption thread and back: one bounded ring, whose slots go from engine to encryption thread to
 * engine. Results come back in the order of submission.
 * <p>
 * Submitting and draining belong to one engine thread and neither block nor allocate. A submission returns false when
 * the ring is full: nothing happened, and the caller tries again after a {@link #drain}. Memory named in a job is
 * borrowed until the job is drained; what the encryption thread wrote there is visible from then on.
 */
public final class EncryptionQueue {
    private final RingBuffer<CryptoJob> ring;
    private final EventPoller<CryptoJob> execution;
    private final EventPoller<CryptoJob> completion;
    private final CryptoCounters engineCounters;
    private final EventPoller.Handler<CryptoJob> executionHandler;
    private final EventPoller.Handler<CryptoJob> completionHandler;
    private final JobExecutor executor;
    private volatile boolean isEnded;
    private CompletionHandler drainTo;
    private RuntimeException failure;
    private int executionLeft;
    private int completionLeft;

    EncryptionQueue(final int capacity, final JobExecutor executor, final CryptoCounters engineCounters) {
        this.executor = executor;
        this.engineCounters = engineCounters;
        this.ring = RingBuffer.createSingleProducer(CryptoJob::new, capacity);
        this.execution = ring.newPoller();
        this.completion = ring.newPoller(execution.getSequence());
        ring.addGatingSequences(completion.getSequence());
        this.executionHandler = (job, sequence, endOfBatch) -> execute(job);
        this.completionHandler = (job, sequence, endOfBatch) -> complete(job);
    }

    /**
     * Seals content as one record of application data. Engine thread.
     *
     * @param session        to seal with.
     * @param contentAddress borrowed until drained, only read; may stand at {@code outAddress + 5}.
     * @param contentLength  0 to 16384.
     * @param outAddress     where {@code contentLength + 22} octets are written; borrowed until drained.
     * @param tag            given back with the result.
     * @return false when the ring is full.
     */
    public boolean seal(
        final SecureSession session,
        final long contentAddress,
        final int contentLength,
        final long outAddress,
        final long tag) {
        return submit(CryptoJob.Kind.SEAL, session, null, contentAddress, contentLength, outAddress, tag);
    }

    /**
     * Seals an alert, answered by {@link CompletionHandler#onSealed}. Engine thread.
     *
     * @param session     to seal with.
     * @param description of the alert, 0 for close_notify.
     * @param outAddress  where 24 octets are written; borrowed until drained.
     * @param tag         given back with the result.
     * @return false when the ring is full.
     */
    public boolean sealAlert(
        final SecureSession session, final int description, final long outAddress, final long tag) {
        return submit(CryptoJob.Kind.SEAL_ALERT, session, null, 0, description, outAddress, tag);
    }

    /**
     * Seals a KeyUpdate and changes to the next sealing key, answered by {@link CompletionHandler#onSealed}. Engine thread.
     *
     * @param session    whose sealing key is replaced.
     * @param outAddress where 27 octets are written; borrowed until drained.
     * @param tag        given back with the result.
     * @return false when the ring is full.
     */
    public boolean updateKeys(final SecureSession session, final long outAddress, final long tag) {
        return submit(CryptoJob.Kind.UPDATE_KEYS, session, null, 0, 0, outAddress, tag);
    }

    /**
     * Opens one record in place. Engine thread.
     *
     * @param session       to open with.
     * @param recordAddress of the record's header; borrowed until drained, overwritten.
     * @param recordLength  octets of the whole record.
     * @param tag           given back with the result.
     * @return false when the ring is full.
     */
    public boolean open(
        final SecureSession session, final long recordAddress, final int recordLength, final long tag) {
        return submit(CryptoJob.Kind.OPEN, session, null, recordAddress, recordLength, 0, tag);
    }

    /**
     * Counts a record that is refused by its header alone, before it is here. Engine thread.
     *
     * @param error why.
     */
    public void refused(final RecordError error) {
        engineCounters.increment(JobExecutor.counterOf(error));
    }

    /**
     * Lets a handshake take a step. Engine thread.
     *
     * @param task         not outstanding.
     * @param inputAddress of octets received; borrowed until drained.
     * @param inputLength  0 or more; 0 lets a client begin.
     * @return false when the ring is full, or the task's last job is not drained yet.
     */
    public boolean handshake(final HandshakeTask task, final long inputAddress, final int inputLength) {
        return submitTask(CryptoJob.Kind.HANDSHAKE, task, inputAddress, inputLength);
    }

    /**
     * Gives a handshake up, answered by {@link CompletionHandler#onHandshake} with a failure. Engine thread.
     *
     * @param task not outstanding.
     * @return false when the ring is full, or the task's last job is not drained yet.
     */
    public boolean abandon(final HandshakeTask task) {
        return submitTask(CryptoJob.Kind.ABANDON, task, 0, 0);
    }

    /**
     * Wipes a session's keys after all its jobs submitted before. Engine thread.
     *
     * @param session to be closed.
     * @return false when the ring is full.
     */
    public boolean close(final SecureSession session) {
        return submit(CryptoJob.Kind.CLOSE, session, null, 0, 0, 0, 0);
    }

    /**
     * Says that nothing will be submitted or drained any more. The agent leaves alone what waits, wipes the keys of all
     * sessions made here and forgets the queue. Any thread.
     */
    public void end() {
        isEnded = true;
    }

    /**
     * Takes finished jobs, in order. Engine thread. The handler must not drain. A handler that throws has had its job all
     * the same: the exception is thrown on from here, and the next drain goes on behind it.
     *
     * @param handler called for each job.
     * @param limit   most jobs to take.
     * @return how many were taken.
     */
    public int drain(final CompletionHandler handler, final int limit) {
        drainTo = handler;
        completionLeft = limit;
        if (limit > 0) {
            poll(completion, completionHandler);
        }
        drainTo = null;
        if (failure != null) {
            final RuntimeException thrown = failure;
            failure = null;
            throw thrown;
        }
        return limit - completionLeft;
    }

    /**
     * Jobs submitted and not yet drained. Engine thread.
     *
     * @return at most the capacity.
     */
    public int outstanding() {
        return (int) (ring.getCursor() - completion.getSequence().get());
    }

    /**
     * Slots of the ring.
     *
     * @return the capacity.
     */
    public int capacity() {
        return ring.getBufferSize();
    }

    boolean isEnded() {
        return isEnded;
    }

    /** Encryption thread: wipes the keys of every session still open. */
    void wipe() {
        executor.closeAll();
    }

    /** Encryption thread: executes waiting jobs. */
    int execute(final int limit) {
        executionLeft = limit;
        poll(execution, executionHandler);
        return limit - executionLeft;
    }

    private boolean execute(final CryptoJob job) {
        executor.execute(job);
        return --executionLeft > 0;
    }

    /** The poller would present a job again whose handler threw. */
    private boolean complete(final CryptoJob job) {
        try {
            deliver(job);
        } catch (final RuntimeException e) {
            failure = e;
        }
        return --completionLeft > 0 && failure == null;
    }

    private void deliver(final CryptoJob job) {
        final SecureSession session = job.session;
        final HandshakeTask task = job.task;
        job.release();
        switch (job.kind) {
            case SEAL, SEAL_ALERT, UPDATE_KEYS -> drainTo.onSealed(session, job.tag, job.resultLength, job.resultError);
            case OPEN -> drainTo.onOpened(
                session, job.tag, job.outputAddress, job.resultLength, job.resultType, job.resultError);
            case HANDSHAKE, ABANDON -> {
                task.outstanding(false);
                drainTo.onHandshake(task);
            }
            case CLOSE -> drainTo.onClosed(session);
        }
    }

    private boolean submitTask(
        final CryptoJob.Kind kind, final HandshakeTask task, final long inputAddress, final int inputLength) {
        if (task.isOutstanding() || !submit(kind, null, task, inputAddress, inputLength, 0, 0)) {
            return false;
        }
        task.outstanding(true);
        return true;
    }

    private boolean submit(
        final CryptoJob.Kind kind,
        final SecureSession session,
        final HandshakeTask task,
        final long inputAddress,
        final int inputLength,
        final long outputAddress,
        final long tag) {
        if (!ring.hasAvailableCapacity(1)) {
            engineCounters.increment(CryptoCounter.RING_FULL);
            return false;
        }
        final long sequence = ring.next();
        final CryptoJob job = ring.get(sequence);
        job.kind = kind;
        job.session = session;
        job.task = task;
        job.inputAddress = inputAddress;
        job.inputLength = inputLength;
        job.outputAddress = outputAddress;
        job.tag = tag;
        ring.publish(sequence);
        return true;
    }

    private static void poll(final EventPoller<CryptoJob> poller, final EventPoller.Handler<CryptoJob> handler) {
        try {
            poller.poll(handler);
        } catch (final Exception e) {
            LangUtil.rethrowUnchecked(e);
        }
    }
}
