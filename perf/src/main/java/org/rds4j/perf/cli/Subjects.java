package org.rds4j.perf.cli;

import java.util.List;
import org.rds4j.perf.baseline.KernelSubject;
import org.rds4j.perf.load.SubjectFactory;
import org.rds4j.perf.stack.DriverSubject;
import org.rds4j.perf.stack.NicModelSubject;
import org.rds4j.perf.stack.RdsSubject;

/** Everything that {@code rds perf} can measure. */
final class Subjects {
    private Subjects() {
    }

    /** All factories, in the order in which tables list their subjects. */
    static List<SubjectFactory> all() {
        return List.of(RdsSubject.plaintext(), RdsSubject.encrypted(), RdsSubject.background(), DriverSubject.encrypted(),
            KernelSubject.tcp(), KernelSubject.tls());
    }

    /** Encrypted nodes, whose NICs do and do not encrypt. */
    static List<SubjectFactory> offloaded() {
        return List.of(RdsSubject.encrypted(), NicModelSubject.factory());
    }
}
