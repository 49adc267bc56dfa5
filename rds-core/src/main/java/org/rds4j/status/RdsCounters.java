package org.rds4j.status;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The counters of one engine: 8 octets each by {@link RdsCounter#id()}. Written by the engine's thread, read by any. */
public final class RdsCounters {
    /** Octets of all counters. */
    public static final int LENGTH = RdsCounter.values().length * Long.BYTES;

    private final AtomicBuffer buffer;
    private final int offset;

    /**
     * Counters in given memory.
     *
     * @param buffer holding them, 8-octet aligned.
     * @param offset of the first.
     */
    public RdsCounters(final AtomicBuffer buffer, final int offset) {
        this.buffer = buffer;
        this.offset = offset;
    }

    /**
     * Counters in memory of their own.
     *
     * @return all 0.
     */
    public static RdsCounters inMemory() {
        return new RdsCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH).order(ByteOrder.nativeOrder())), 0);
    }

    /**
     * Adds 1; engine thread.
     *
     * @param counter which.
     */
    public void increment(final RdsCounter counter) {
        add(counter, 1);
    }

    /**
     * Adds; engine thread.
     *
     * @param counter which.
     * @param count   how many.
     */
    public void add(final RdsCounter counter, final long count) {
        final int index = offset + counter.id() * Long.BYTES;
        buffer.putLongOpaque(index, buffer.getLong(index) + count);
    }

    /**
     * Reads; any thread.
     *
     * @param counter which.
     * @return its value.
     */
    public long get(final RdsCounter counter) {
        return buffer.getLongOpaque(offset + counter.id() * Long.BYTES);
    }
}
