package org.rds4j.perf.stack;

/** How the two nodes protect what they say, and where encryption runs. */
enum Protection {
    /** Plaintext. */
    NONE,
    /** TLS 1.3, the encryption agent invoked by the thread that invokes the engines. */
    INLINE,
    /** TLS 1.3, the encryption agent on a thread of its own. */
    THREAD
}
