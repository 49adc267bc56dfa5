package org.rds4j;

/** What a node demands of every connection, inbound and outbound. */
public enum SecurityMode {
    /** Mutually authenticated and encrypted, or closed. The default. */
    REQUIRED,
    /** Nothing; what Linux speaks. Must be asked for by name. */
    PLAINTEXT
}
