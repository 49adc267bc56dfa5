package org.rds4j.tcp.congestion;

/** Whether connections use explicit congestion notification (RFC 3168 section 6.1.1). */
public enum EcnMode {
    /** Never. */
    OFF,
    /** When the peer that opens the connection asks for it. */
    PASSIVE,
    /** Asked for when opening, and granted when asked. */
    ACTIVE
}
