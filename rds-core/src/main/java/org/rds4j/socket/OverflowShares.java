package org.rds4j.socket;

import org.rds4j.frame.ReassemblyBuffer;
import org.rds4j.frame.ReassemblyPool;

/**
 * How sockets share the memory behind full receive rings. A socket may take more while it holds less than three times what is
 * free, the dynamic threshold of shared-memory switches (Choudhury and Hahne, 1998): one that is not read gets three quarters
 * at most, k of them 3/(3k+1) each, and there is always some left for the next. What is free is what the pool and this process
 * really have. Engine thread only.
 */
public final class OverflowShares {
    /** Octets of what is lent at a time. */
    static final int SEGMENT_LENGTH = 64 << 10;

    private static final int FACTOR = 3;

    private final ReassemblyPool pool;

    /**
     * Nothing is in use.
     *
     * @param pool lends the memory.
     */
    public OverflowShares(final ReassemblyPool pool) {
        this.pool = pool;
    }

    /**
     * Whether a socket that holds some memory may have more.
     *
     * @param held   octets it has.
     * @param needed octets, of whole segments.
     */
    boolean grants(final long held, final long needed) {
        final long before = needed - SEGMENT_LENGTH;
        final long rest = pool.available(needed + (held + needed) / FACTOR) - before; // when it takes the last segment
        return rest >= SEGMENT_LENGTH && held + before < FACTOR * rest;
    }

    /** Lends a segment; null when there is none, which is seldom when it was granted. */
    ReassemblyBuffer acquire() {
        return pool.acquire(SEGMENT_LENGTH);
    }

    void release(final ReassemblyBuffer segment) {
        pool.release(segment);
    }
}
