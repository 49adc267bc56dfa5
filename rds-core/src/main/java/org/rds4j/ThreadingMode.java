package org.rds4j;

/** How many threads carry the node's work. Never a property of the protocol code. */
public enum ThreadingMode {
    /**
     * None: the application calls the node's invoker, and blocking calls of a socket do so while they wait. Records are sealed
     * and opened inline, by the same thread.
     */
    INVOKER,
    /** One thread for the engine, which also seals and opens records inline. */
    SHARED,
    /** The engine has a thread of its own, and encryption one or as many as {@code encryptionThreads} says. */
    DEDICATED
}
