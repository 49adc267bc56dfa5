package org.rds4j.node;

import org.agrona.concurrent.AtomicBuffer;

/** The node's own counters: written by the engine thread, readable by any. */
public final class NodeCounters {
    /** Octets that {@link NodeCounter} takes. */
    public static final int LENGTH = NodeCounter.values().length * Long.BYTES;

    private final AtomicBuffer buffer;
    private final int offset;

    /**
     * Counters in a buffer.
     *
     * @param buffer where they live. Retained.
     * @param offset of the first, 8-byte aligned.
     */
    public NodeCounters(final AtomicBuffer buffer, final int offset) {
        this.buffer = buffer;
        this.offset = offset;
    }

    /**
     * Counts one. Engine thread.
     *
     * @param counter which.
     */
    public void increment(final NodeCounter counter) {
        add(counter, 1);
    }

    /**
     * Counts several. Engine thread.
     *
     * @param counter which.
     * @param amount  how many.
     */
    public void add(final NodeCounter counter, final long amount) {
        final int index = offset + counter.slot() * Long.BYTES;
        buffer.putLong(index, buffer.getLong(index) + amount);
    }

    /**
     * Reads a counter. Any thread.
     *
     * @param counter which.
     * @return its value, possibly a moment old.
     */
    public long get(final NodeCounter counter) {
        return buffer.getLong(offset + counter.slot() * Long.BYTES);
    }
}
