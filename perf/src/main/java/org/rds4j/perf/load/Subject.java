package org.rds4j.perf.load;

import java.util.List;

/**
 * A two-party system under test: a sender which the measuring thread drives, and a receiver. Opened once per run, and
 * then asked for one session after the other. Not thread safe: the measuring thread makes every call.
 * <p>
 * Subjects are measured in turn, so a subject may keep threads busy only while one of its sessions is open; between
 * sessions its threads are parked or gone.
 */
public interface Subject extends AutoCloseable {
    /**
     * What this subject is.
     *
     * @return a constant.
     */
    SubjectDescription description();

    /**
     * Starts a ping-pong.
     *
     * @param size octets of each message, at least {@link MessagePattern#MINIMUM_SIZE}.
     * @return the session, ready to send; the caller closes it before opening another.
     * @throws MeasurementException if the two parties cannot be brought together.
     */
    RttSession rtt(int size);

    /**
     * Starts a stream of messages in one direction.
     *
     * @param size octets of each message, at least {@link MessagePattern#MINIMUM_SIZE}.
     * @return the session, ready to send; the caller closes it before opening another.
     * @throws MeasurementException if the two parties cannot be brought together.
     */
    ThroughputSession throughput(int size);

    /**
     * What else there is to say of what was measured, for people.
     *
     * @return lines; none by default.
     */
    default List<String> remarks() {
        return List.of();
    }

    @Override
    void close();
}
