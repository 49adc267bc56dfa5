package org.rds4j.crypto.offload.record;

/** Whether a record was taken. */
public enum AppendResult {
    /** Taken. */
    APPENDED,
    /** Too many records are unacknowledged. */
    FULL,
    /** What stands there is not a record of the length given. */
    MALFORMED,
    /** More content than a record holds. */
    TOO_LONG,
    /** The key may protect no further record. */
    KEY_EXHAUSTED
}
