package org.rds4j.qos.classify;

/** The two arbitration tables of InfiniBand: high goes first, within a limit that leaves low its chance. */
public enum ArbitrationTable {
    /** Served first, until the high-priority limit is used up. */
    HIGH,
    /** Served when high has nothing to send or has used up its limit. */
    LOW
}
