package org.rds4j;

/** How many threads carry the node's work. Never a property of the protocol code. */
public enum ThreadingMode {
    /** None: the application calls the node's invoker, and blocking calls of a socket do so while they wait. */
    INVOKER,
    /** One thread for engine and encryption. */
    SHARED,
    /** The engine and encryption each have a thread of their own. */
    DEDICATED
}
