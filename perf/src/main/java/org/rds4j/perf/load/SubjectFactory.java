package org.rds4j.perf.load;

/** Opens one kind of subject. */
public interface SubjectFactory {
    /**
     * The label its subject will have, by which a run can be restricted to it.
     *
     * @return {@link SubjectDescription#label()} of the subject.
     */
    String label();

    /**
     * Brings the subject up.
     *
     * @return the subject; the caller closes it.
     * @throws MeasurementException if this machine cannot, with what to do about it.
     */
    Subject open();
}
