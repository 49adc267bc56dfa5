package org.rds4j.crypto.agent;

import java.util.concurrent.atomic.AtomicInteger;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordSealer;

/**
 * An engine's way to an encryption thread and back: a bounded ring for each lane, and one for handshakes, whose slots go from
 * engine to encryption thread to engine. Results of a lane come back in the order of submission. Which lane is served next is
 * decided record by record, so that a record waits for the one being computed and for those that its lane's rank puts before
 * it, however many others are queued. While records and handshakes both wait, each get about half of the thread: between two
 * steps of handshakes records go first that take as long as a step.
 * <p>
 * Submitting and draining belong to one engine thread and neither block nor allocate. A submission returns false when
 * the lane's ring is full: nothing happened, and the caller tries again after a {@link #drain}. Memory named in a job is
 * borrowed until the job is drained; what the encryption thread wrote there is visible from then on.
 * <p>
 * A queue that is {@link #inline} has no encryption thread: a submission computes the job at once. What comes back is drained
 * all the same, so that nothing above knows the difference.
 */
public final class EncryptionQueue implements LaneOrder.LaneHeads {
    /** What takes as long as a step of a handshake, half a millisecond, in octets of full records. */
    static final int STEP_WEIGHT = 1 << 21;
    /** The smallest record takes as long as so many octets of a full one. */
    static final int LEAST_WEIGHT = 1 << 11;
    private static final int CLOSE_WEIGHT = 1 << 12;

    /** Nobody uses what the queue's jobs name; the agent may begin a turn, or somebody may end the queue. */
    private static final int IDLE = 0;
    /** The agent uses it. */
    private static final int TURN = 1;
    /** The agent uses it for the last time, or its keys are being wiped. */
    private static final int ENDING = 2;
    /** Nobody uses it ever again. */
    private static final int OVER = 3;

    private final JobRing[] lanes;
    private final JobRing handshakes;
    private final LaneOrder order;
    private final boolean isInline;
    private final CryptoCounters engineCounters;
    private final JobExecutor executor;
    private final AtomicInteger phase = new AtomicInteger(IDLE);
    private long weightSinceStep = STEP_WEIGHT;
    /** Of the engine thread. */
    private int outstanding;

    EncryptionQueue(
        final int capacity,
        final int laneCount,
        final LaneOrder order,
        final boolean isInline,
        final CryptoCounters counters,
        final CryptoCounters engineCounters) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("the capacity of an encryption queue must be a power of two, not " + capacity);
        }
        this.executor = new JobExecutor(counters);
        this.engineCounters = engineCounters;
        this.order = order;
        this.isInline = isInline;
        this.handshakes = new JobRing(capacity);
        this.lanes = new JobRing[laneCount];
        for (int lane = 0; lane < laneCount; lane++) {
            lanes[lane] = new JobRing(capacity);
        }
    }

    /**
     * A queue without an encryption thread, whose jobs are computed by the thread that submits them.
     *
     * @param capacity       jobs not yet drained in each lane, a power of two.
     * @param laneCount      lanes of sessions.
     * @param counters       of what is computed, written by the engine thread.
     * @param engineCounters written by the engine thread.
     * @return the queue; {@link #end} wipes its sessions.
     */
    public static EncryptionQueue inline(
        final int capacity, final int laneCount, final CryptoCounters counters, final CryptoCounters engineCounters) {
        return new EncryptionQueue(capacity, laneCount, LaneOrder.BY_NUMBER, true, counters, engineCounters);
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
        return submit(CryptoJob.Kind.SEAL, session, contentAddress, contentLength, outAddress, tag);
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
        return submit(CryptoJob.Kind.SEAL_ALERT, session, 0, description, outAddress, tag);
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
        return submit(CryptoJob.Kind.UPDATE_KEYS, session, 0, 0, outAddress, tag);
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
        return open(session, recordAddress, recordLength, tag, null);
    }

    /**
     * Opens one record in place, of which a device may have decrypted a part. Engine thread.
     *
     * @param session       to open with.
     * @param recordAddress of the record's header; borrowed until drained, overwritten.
     * @param recordLength  octets of the whole record.
     * @param tag           given back with the result.
     * @param opening       borrowed until drained; null for a record that stands as it came.
     * @return false when the ring is full.
     */
    public boolean open(
        final SecureSession session, final long recordAddress, final int recordLength, final long tag,
        final RecordOpening opening) {
        final JobRing ring = lanes[session.lane()];
        final CryptoJob job = ring.claim();
        if (job == null) {
            engineCounters.increment(CryptoCounter.RING_FULL);
            return false;
        }
        job.opening = opening;
        fill(job, CryptoJob.Kind.OPEN, session, null, recordAddress, recordLength, 0, tag);
        publish(ring, job);
        return true;
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
     * Has something else done between the records of a session. Engine thread.
     *
     * @param session whose turn it is.
     * @param task    not submitted, or drained since; retained until drained.
     * @return false when the ring is full.
     */
    public boolean submit(final SecureSession session, final EncryptionTask task) {
        final JobRing ring = lanes[session.lane()];
        final CryptoJob job = ring.claim();
        if (job == null) {
            engineCounters.increment(CryptoCounter.RING_FULL);
            return false;
        }
        job.other = task;
        fill(job, CryptoJob.Kind.TASK, session, null, 0, 0, 0, 0);
        job.weight = task.weight();
        publish(ring, job);
        return true;
    }

    /**
     * Wipes a session's keys after all its jobs submitted before. Engine thread.
     *
     * @param session to be closed.
     * @return false when the ring is full.
     */
    public boolean close(final SecureSession session) {
        return submit(CryptoJob.Kind.CLOSE, session, 0, 0, 0, 0);
    }

    /**
     * Says that nothing will be submitted or drained any more. What waits is left alone, and the keys of all sessions and
     * unfinished handshakes made here are wiped: before this returns, whether the agent runs ever again or not, unless it
     * computes a job of this queue just now. Then it wipes them behind that job; {@link #isOver} tells. Any thread, after the
     * engine's last call.
     *
     * @return {@link #isOver}.
     */
    public boolean end() {
        while (phase.get() < ENDING) {
            if (phase.compareAndSet(IDLE, ENDING)) {
                wipe();
            } else {
                phase.compareAndSet(TURN, ENDING);
            }
        }
        return isOver();
    }

    /**
     * Whether the keys are wiped and nobody will read or write memory that a job names, so that it may be given back. Any thread.
     *
     * @return true some time after {@link #end}; not before a job is done that was being computed then.
     */
    public boolean isOver() {
        return phase.get() == OVER;
    }

    /**
     * Takes finished jobs, in the order of each lane. Engine thread. The handler must not drain. A handler that throws has had
     * its job all the same: the exception is thrown on from here, and the next drain goes on behind it.
     *
     * @param handler called for each job.
     * @param limit   most jobs to take of each lane.
     * @return how many were taken.
     */
    public int drain(final CompletionHandler handler, final int limit) {
        if (outstanding == 0) {
            return 0; // asked in every duty cycle, and most have nothing under way
        }
        int taken = 0;
        for (final JobRing lane : lanes) {
            taken += drain(lane, handler, limit);
        }
        return taken + drain(handshakes, handler, limit);
    }

    private int drain(final JobRing ring, final CompletionHandler handler, final int limit) {
        int taken = 0;
        CryptoJob job;
        while (taken < limit && (job = ring.finished()) != null) {
            taken++;
            try {
                deliver(job, handler);
            } finally {
                ring.onCompleted();
                outstanding--;
            }
        }
        return taken;
    }

    /**
     * Jobs submitted and not yet drained. Engine thread.
     *
     * @return over all lanes and handshakes.
     */
    public int outstanding() {
        return outstanding;
    }

    /**
     * Jobs that could be submitted for a session before its lane's ring is full. Engine thread.
     *
     * @param session whose lane is asked for.
     * @return 0 or more.
     */
    public int room(final SecureSession session) {
        final JobRing ring = lanes[session.lane()];
        return ring.capacity() - ring.outstanding();
    }

    @Override
    public int laneCount() {
        return lanes.length;
    }

    @Override
    public int length(final int lane) {
        final CryptoJob job = lanes[lane].waiting();
        return job == null ? 0 : job.weight;
    }

    private void wipe() {
        try {
            executor.closeAll();
        } finally {
            phase.set(OVER);
        }
    }

    /**
     * Encryption thread: executes waiting records by the order of lanes, up to a limit, and then a step of a handshake if it is
     * time for one.
     */
    int execute(final int limit) {
        if ((!isAnyWaiting() && handshakes.waiting() == null) || !phase.compareAndSet(IDLE, TURN)) {
            return 0;
        }
        try {
            return executeRecords(limit) + executeHandshake();
        } finally {
            if (!phase.compareAndSet(TURN, IDLE)) {
                wipe();
            }
        }
    }

    private int executeRecords(final int limit) {
        int done = 0;
        for (int lane = next(limit); lane != LaneOrder.NONE; lane = next(limit - done)) {
            final int weight = length(lane);
            execute(lanes[lane]);
            order.onServed(lane, weight);
            weightSinceStep += Math.max(LEAST_WEIGHT, weight);
            done++;
        }
        return done;
    }

    private int executeHandshake() {
        final boolean isDue = weightSinceStep >= STEP_WEIGHT || !isAnyWaiting();
        if (!isDue || handshakes.waiting() == null || isEnding()) {
            return 0;
        }
        weightSinceStep = 0;
        execute(handshakes);
        return 1;
    }

    private int next(final int limit) {
        return limit > 0 && isAnyWaiting() && !isEnding() ? order.next(this) : LaneOrder.NONE;
    }

    private boolean isEnding() {
        return phase.get() == ENDING;
    }

    private boolean isAnyWaiting() {
        for (final JobRing lane : lanes) {
            if (lane.waiting() != null) {
                return true;
            }
        }
        return false;
    }

    /** Whatever happens, the job is answered and is not the next one again. */
    private void execute(final JobRing ring) {
        try {
            executor.execute(ring.waiting());
        } finally {
            ring.onExecuted();
        }
    }

    private static void deliver(final CryptoJob job, final CompletionHandler handler) {
        final SecureSession session = job.session;
        final HandshakeTask task = job.task;
        final EncryptionTask other = job.other;
        job.release();
        switch (job.kind) {
            case SEAL, SEAL_ALERT, UPDATE_KEYS -> handler.onSealed(session, job.tag, job.resultLength, job.resultError);
            case OPEN -> handler.onOpened(
                session, job.tag, job.outputAddress, job.resultLength, job.resultType, job.resultError);
            case HANDSHAKE, ABANDON -> {
                task.outstanding(false);
                handler.onHandshake(task);
            }
            case TASK -> other.onExecuted(job.resultError);
            case CLOSE -> handler.onClosed(session);
        }
    }

    private boolean submitTask(
        final CryptoJob.Kind kind, final HandshakeTask task, final long inputAddress, final int inputLength) {
        if (task.isOutstanding() || !submit(handshakes, kind, null, task, inputAddress, inputLength, 0, 0)) {
            return false;
        }
        task.outstanding(true);
        return true;
    }

    private boolean submit(
        final CryptoJob.Kind kind,
        final SecureSession session,
        final long inputAddress,
        final int inputLength,
        final long outputAddress,
        final long tag) {
        return submit(lanes[session.lane()], kind, session, null, inputAddress, inputLength, outputAddress, tag);
    }

    private boolean submit(
        final JobRing ring,
        final CryptoJob.Kind kind,
        final SecureSession session,
        final HandshakeTask task,
        final long inputAddress,
        final int inputLength,
        final long outputAddress,
        final long tag) {
        final CryptoJob job = ring.claim();
        if (job == null) {
            engineCounters.increment(CryptoCounter.RING_FULL);
            return false;
        }
        fill(job, kind, session, task, inputAddress, inputLength, outputAddress, tag);
        publish(ring, job);
        return true;
    }

    private static void fill(
        final CryptoJob job,
        final CryptoJob.Kind kind,
        final SecureSession session,
        final HandshakeTask task,
        final long inputAddress,
        final int inputLength,
        final long outputAddress,
        final long tag) {
        job.kind = kind;
        job.session = session;
        job.task = task;
        job.inputAddress = inputAddress;
        job.inputLength = inputLength;
        job.outputAddress = outputAddress;
        job.tag = tag;
        job.weight = weight(kind, inputLength);
    }

    /** A change of keys takes ten times as long as the longest record, but counts as one. */
    private static int weight(final CryptoJob.Kind kind, final int inputLength) {
        return switch (kind) {
            case SEAL, OPEN -> Math.max(1, inputLength);
            case SEAL_ALERT -> RecordSealer.ALERT_RECORD_LENGTH;
            case CLOSE -> CLOSE_WEIGHT;
            default -> EncryptionTask.MAX_WEIGHT;
        };
    }

    private void publish(final JobRing ring, final CryptoJob job) {
        job.submitter = Thread.currentThread().threadId();
        ring.publish();
        outstanding++;
        if (isInline) {
            execute(ring);
        }
    }
}
