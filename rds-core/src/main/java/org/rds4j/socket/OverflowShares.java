package org.rds4j.socket;

import org.rds4j.congestion.LocalCongestion;
import org.rds4j.frame.ReassemblyBuffer;
import org.rds4j.frame.ReassemblyPool;

/**
 * How sockets share the memory behind full receive rings, and when peers are asked to keep what they still have for congested
 * ports: from an eighth of it in use until a sixteenth. A socket may take more while it holds less than three times what is
 * free, the dynamic threshold of shared-memory switches (Choudhury and Hahne, 1998): one that is not read gets three quarters
 * at most, k of them 3/(3k+1) each, and there is always some left for the next. Engine thread only.
 */
public final class OverflowShares {
    private static final int FACTOR = 3;
    private static final int HIGH_PART = 8;
    private static final int LOW_PART = 16;

    private final ReassemblyPool pool;
    private final LocalCongestion congestion;

    /**
     * Nothing is in use.
     *
     * @param pool       lends the memory.
     * @param congestion hears whether it is short.
     */
    public OverflowShares(final ReassemblyPool pool, final LocalCongestion congestion) {
        this.pool = pool;
        this.congestion = congestion;
    }

    /** Lends memory to a socket that holds some; null when it may not have more. */
    ReassemblyBuffer acquire(final long held, final int length) {
        if (held >= FACTOR * (pool.limit() - pool.usedLength())) {
            return null;
        }
        final ReassemblyBuffer buffer = pool.acquire(length);
        if (pool.usedLength() > pool.limit() / HIGH_PART) {
            congestion.memoryShort(true);
        }
        return buffer;
    }

    void release(final ReassemblyBuffer buffer) {
        pool.release(buffer);
        if (pool.usedLength() <= pool.limit() / LOW_PART) {
            congestion.memoryShort(false);
        }
    }
}
