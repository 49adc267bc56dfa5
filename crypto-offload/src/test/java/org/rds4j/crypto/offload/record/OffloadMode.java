package org.rds4j.crypto.offload.record;

/** Who encrypts the records of a connection. */
public enum OffloadMode {
    /** The device, as far as each record is meant for it. */
    DEVICE,
    /** Software, until the peer has all that went under the old key. */
    KEY_CHANGE,
    /** Software, for good. */
    SOFTWARE
}
