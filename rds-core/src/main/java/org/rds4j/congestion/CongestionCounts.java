package org.rds4j.congestion;

import org.agrona.concurrent.AtomicBuffer;

/**
 * How often senders met congestion: 8 octets for datagrams refused, 8 for those that waited. Counted by any thread of the
 * application that the memory belongs to.
 */
public final class CongestionCounts {
    /** Octets of the counts. */
    public static final int LENGTH = 2 * Long.BYTES;

    private static final int BLOCKED_OFFSET = Long.BYTES;

    private final AtomicBuffer memory;
    private final int offset;

    /**
     * Counts in given memory.
     *
     * @param memory holding them.
     * @param offset of the first, 8-octet aligned.
     */
    public CongestionCounts(final AtomicBuffer memory, final int offset) {
        memory.boundsCheck(offset, LENGTH);
        this.memory = memory;
        this.offset = offset;
    }

    void addRefused(final long count) {
        memory.getAndAddLong(offset, count);
    }

    void addBlocked(final long count) {
        memory.getAndAddLong(offset + BLOCKED_OFFSET, count);
    }

    /**
     * Datagrams refused.
     *
     * @return {@code cong_send_error}.
     */
    public long refused() {
        return memory.getLongOpaque(offset);
    }

    /**
     * Datagrams that had to wait.
     *
     * @return {@code cong_send_blocked}.
     */
    public long blocked() {
        return memory.getLongOpaque(offset + BLOCKED_OFFSET);
    }
}
