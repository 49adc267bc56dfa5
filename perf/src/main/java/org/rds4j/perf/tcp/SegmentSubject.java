package org.rds4j.perf.tcp;

import org.rds4j.perf.load.SubjectDescription;

/** Something that moves full-sized segments of one stream, all of it on the calling thread. */
interface SegmentSubject extends AutoCloseable {
    /**
     * What this is.
     *
     * @return a constant.
     */
    SubjectDescription description();

    /**
     * Octets of payload in a full segment.
     *
     * @return a constant.
     */
    int segmentSize();

    /** Does one duty cycle of everything: application, both ends, link. */
    void turn();

    /**
     * Octets of payload that have arrived so far and were taken by the receiving application.
     *
     * @return a count.
     */
    long delivered();

    @Override
    void close();
}
