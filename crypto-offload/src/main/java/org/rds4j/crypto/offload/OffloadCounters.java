package org.rds4j.crypto.offload;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One slot of 8 octets per {@link OffloadCounter}. Written by one thread, readable by any. */
public final class OffloadCounters {
    /** Octets the counters occupy in a buffer. */
    public static final int LENGTH = OffloadCounter.values().length * Long.BYTES;

    private final AtomicBuffer buffer;
    private final int offset;

    /**
     * Counters in memory of the caller's.
     *
     * @param buffer retained.
     * @param offset of the first slot, a multiple of 8; {@link #LENGTH} octets from there belong to the counters.
     */
    public OffloadCounters(final AtomicBuffer buffer, final int offset) {
        buffer.boundsCheck(offset, LENGTH);
        this.buffer = buffer;
        this.offset = offset;
    }

    /**
     * Counters in memory of their own.
     *
     * @return counters, all 0.
     */
    public static OffloadCounters allocate() {
        return new OffloadCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH).order(ByteOrder.nativeOrder())), 0);
    }

    /**
     * Adds 1. Owner thread only.
     *
     * @param counter to grow.
     */
    public void increment(final OffloadCounter counter) {
        add(counter, 1);
    }

    /**
     * Adds an amount. Owner thread only.
     *
     * @param counter to grow.
     * @param amount  to add.
     */
    public void add(final OffloadCounter counter, final long amount) {
        final int index = offset + counter.slot() * Long.BYTES;
        buffer.putLongRelease(index, buffer.getLong(index) + amount);
    }

    /**
     * Reads a counter. Any thread.
     *
     * @param counter to read.
     * @return its value.
     */
    public long get(final OffloadCounter counter) {
        return buffer.getLongVolatile(offset + counter.slot() * Long.BYTES);
    }
}
