package org.rds4j.perf.aead;

import org.rds4j.perf.load.SubjectDescription;

/** Something that seals a batch of records of one size and opens it again, by turns. One thread. */
interface RecordSubject extends AutoCloseable {
    SubjectDescription description();

    /** Records of a batch. */
    int count();

    /** Seals the batch; returns nanoseconds of the thread that did. */
    long seal();

    /** Opens the batch sealed last; returns nanoseconds of the thread that did. */
    long open();

    @Override
    void close();
}
