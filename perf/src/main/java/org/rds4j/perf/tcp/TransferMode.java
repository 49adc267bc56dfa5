package org.rds4j.perf.tcp;

/** What a station does with a connection. */
public enum TransferMode {
    /** Sends back what arrives; closes when the peer does. */
    ECHO,
    /** Counts and drops what arrives; closes when the peer does. */
    SINK,
    /** Sends a number of octets, octet i of the stream being i modulo 251, then closes. */
    SOURCE
}
