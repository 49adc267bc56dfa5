package org.rds4j.socket;

import org.rds4j.frame.ReassemblyBuffer;
import org.rds4j.frame.ReassemblyPool;

/**
 * How sockets share the memory behind full receive rings. A socket may take more while it holds less than three times what is
 * free, the dynamic threshold of shared-memory switches (Choudhury and Hahne, 1998): one that is not read gets three quarters
 * at most, k of them 3/(3k+1) each, and there is always some left for the next. Engine thread only.
 */
public final class OverflowShares {
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

    /** Lends memory to a socket that holds some; null when it may not have more. */
    ReassemblyBuffer acquire(final long held, final int length) {
        return held < FACTOR * (pool.limit() - pool.usedLength()) ? pool.acquire(length) : null;
    }

    void release(final ReassemblyBuffer buffer) {
        pool.release(buffer);
    }
}
