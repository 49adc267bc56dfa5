package org.rds4j.perf.load;

/**
 * A stream of messages as fast as the subject takes them. The messages are those of {@link MessagePattern}, indexed
 * from 0. The measuring thread makes every call; none of them blocks, and none allocates in the steady state.
 */
public interface ThroughputSession extends AutoCloseable {
    /**
     * Sends what the subject takes now and runs whatever it wants done on the measuring thread. One call is expected to
     * last microseconds, not milliseconds.
     *
     * @return messages that the receiver got, in order and with the right content, since the last call.
     * @throws MeasurementException if something else arrived, or the other party failed.
     */
    int pump();

    @Override
    void close();
}
