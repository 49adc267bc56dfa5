package org.rds4j.perf.load;

/**
 * A ping-pong with at most one message under way. The messages are those of {@link MessagePattern}, indexed from 0.
 * The measuring thread makes every call; none of them blocks, and none allocates in the steady state.
 */
public interface RttSession extends AutoCloseable {
    /**
     * Sends the next message.
     *
     * @return false if the subject cannot take it now: {@link #poll} and try again.
     */
    boolean trySend();

    /**
     * Runs whatever the subject wants done on the measuring thread; to be called also while nothing is under way.
     *
     * @return true if the echo of the message under way arrived whole and with the right content.
     * @throws MeasurementException if something else arrived, or the other party failed.
     */
    boolean poll();

    @Override
    void close();
}
