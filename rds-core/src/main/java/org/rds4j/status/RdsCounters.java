package org.rds4j.status;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The counters of one engine: 8 octets each by {@link RdsCounter#id()}. Written by the engine's thread, read by any. */
public final class RdsCounters {
    /** Octets of all counters. */
    public static final int LENGTH = RdsCounter.values().length * Long.BYTES;

    private final AtomicBuffer buffer;
    private final long address;

    /**
     * Counters in given memory.
     *
     * @param buffer holding them, 8-octet aligned, outside the heap.
     * @param offset of the first.
     */
    public RdsCounters(final AtomicBuffer buffer, final int offset) {
        buffer.boundsCheck(offset, LENGTH); // here, so that it need not be done for every count
        if (buffer.byteArray() != null) {
            throw new IllegalArgumentException("counters must lie outside the heap");
        }
        this.buffer = buffer;
        this.address = buffer.addressOffset() + offset;
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
        final long slot = address + (long) counter.id() * Long.BYTES;
        UnsafeApi.putLongOpaque(null, slot, UnsafeApi.getLong(slot) + count);
    }

    /**
     * Reads; any thread.
     *
     * @param counter which.
     * @return its value.
     */
    public long get(final RdsCounter counter) {
        final long slot = address + (long) counter.id() * Long.BYTES;
        return buffer.getLongOpaque((int) (slot - buffer.addressOffset()));
    }
}
