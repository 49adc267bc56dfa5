package org.rds4j.dpdk;

import java.nio.ByteBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The counters of one port: one aligned 64-bit slot per {@link DpdkPortCounter}, off the Java heap, written by the thread that
 * uses the port (from Java and from C) and readable by any.
 */
public final class DpdkPortCounters {
    /** Octets that the slots need. */
    public static final int LENGTH = DpdkPortCounter.values().length * Long.BYTES;

    private final AtomicBuffer buffer;
    private final int offset;

    /**
     * Counters in memory of the caller's.
     *
     * @param buffer off the heap; retained.
     * @param offset of {@link #LENGTH} octets in it, a multiple of 8.
     */
    public DpdkPortCounters(final AtomicBuffer buffer, final int offset) {
        if (buffer.byteArray() != null || ((buffer.addressOffset() + offset) & 7) != 0) {
            throw new DpdkException("counters of a port must lie off the heap at an address that is a multiple of 8");
        }
        buffer.boundsCheck(offset, LENGTH);
        this.buffer = buffer;
        this.offset = offset;
    }

    /**
     * Counters in memory of their own.
     *
     * @return counters, all 0.
     */
    public static DpdkPortCounters allocate() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(LENGTH + Long.BYTES).alignedSlice(Long.BYTES);
        return new DpdkPortCounters(new UnsafeBuffer(memory), 0);
    }

    /**
     * Reads a counter, from any thread.
     *
     * @param counter to read.
     * @return its value.
     */
    public long get(final DpdkPortCounter counter) {
        return buffer.getLongVolatile(offset + counter.slot() * Long.BYTES);
    }

    void increment(final DpdkPortCounter counter) {
        final int index = offset + counter.slot() * Long.BYTES;
        buffer.putLongRelease(index, buffer.getLong(index) + 1);
    }

    long address() {
        return buffer.addressOffset() + offset;
    }
}
