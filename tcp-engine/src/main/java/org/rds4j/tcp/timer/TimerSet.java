package org.rds4j.tcp.timer;

import java.util.Arrays;

/**
 * The timers of one connection. Setting and cancelling only writes a field; the set stands in the engine's
 * {@link DeadlineQueue} at a time no later than its earliest deadline and is moved when that time comes, so restarting the
 * retransmission timer on every acknowledgement costs next to nothing. One thread.
 *
 * @param <T> the owner's type.
 */
public final class TimerSet<T> {
    /** The deadline of a timer that does not run. */
    public static final long NONE = Long.MAX_VALUE;

    final long[] deadlinesNs;
    long queuedNs;
    int queueIndex = -1;
    private final T owner;
    private final DeadlineQueue<T> queue;

    /**
     * A set with no timer running.
     *
     * @param owner whose timers these are.
     * @param queue of the engine.
     * @param kinds how many timers there are.
     */
    public TimerSet(final T owner, final DeadlineQueue<T> queue, final int kinds) {
        this.owner = owner;
        this.queue = queue;
        this.deadlinesNs = new long[kinds];
        Arrays.fill(deadlinesNs, NONE);
    }

    /**
     * Whose timers these are.
     *
     * @return the owner.
     */
    public T owner() {
        return owner;
    }

    /**
     * Starts or restarts a timer.
     *
     * @param kind       0 to kinds - 1.
     * @param deadlineNs when it expires.
     */
    public void start(final int kind, final long deadlineNs) {
        deadlinesNs[kind] = deadlineNs;
        if (queueIndex < 0 || deadlineNs < queuedNs) {
            queue.put(this, deadlineNs);
        }
    }

    /**
     * Stops a timer.
     *
     * @param kind 0 to kinds - 1.
     */
    public void cancel(final int kind) {
        deadlinesNs[kind] = NONE;
    }

    /**
     * Whether a timer runs.
     *
     * @param kind 0 to kinds - 1.
     * @return true if it was started and neither expired nor was cancelled.
     */
    public boolean isRunning(final int kind) {
        return deadlinesNs[kind] != NONE;
    }

    /**
     * When a timer expires.
     *
     * @param kind 0 to kinds - 1.
     * @return the deadline, or {@link #NONE}.
     */
    public long deadlineNs(final int kind) {
        return deadlinesNs[kind];
    }

    /**
     * Stops a timer if it is due.
     *
     * @param kind  0 to kinds - 1.
     * @param nowNs the engine's time.
     * @return true if it was due.
     */
    public boolean expire(final int kind, final long nowNs) {
        if (deadlinesNs[kind] > nowNs) {
            return false;
        }
        deadlinesNs[kind] = NONE;
        return true;
    }

    /** Puts the set back into the queue after {@link DeadlineQueue#takeDue} took it out, if any timer runs. */
    public void requeue() {
        long earliest = NONE;
        for (final long deadlineNs : deadlinesNs) {
            earliest = Math.min(earliest, deadlineNs);
        }
        if (earliest != NONE) {
            queue.put(this, earliest);
        }
    }

    /** Stops every timer and leaves the queue. */
    public void clear() {
        Arrays.fill(deadlinesNs, NONE);
        queue.remove(this);
    }
}
