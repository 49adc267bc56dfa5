package org.rds4j;

/** Whether a NIC encrypts large records on their way out. */
public enum InlineTlsMode {
    /** Software seals every record. The default. */
    OFF,
    /** The NIC does it where it can; where it cannot, software does, and the log says why. The wire is the same. */
    AUTO
}
