package org.rds4j.tcp;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The engine's counters: one 64-bit slot per {@link TcpCounter}, written by the engine's thread only, readable by any. */
public final class TcpCounters {
    /** Octets that all counters occupy. */
    public static final int LENGTH = TcpCounter.values().length * BitUtil.SIZE_OF_LONG;

    private final AtomicBuffer buffer;
    private final long address;

    /**
     * Counters in given memory.
     *
     * @param buffer that holds them, outside the heap. Retained.
     * @param offset of the first, a multiple of 8; {@link #LENGTH} octets are used.
     */
    public TcpCounters(final AtomicBuffer buffer, final int offset) {
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
    public static TcpCounters inMemory() {
        return new TcpCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH)), 0);
    }

    /**
     * Counts one.
     *
     * @param counter to raise.
     */
    public void increment(final TcpCounter counter) {
        add(counter, 1);
    }

    /**
     * Counts several.
     *
     * @param counter to raise.
     * @param amount  by how much.
     */
    public void add(final TcpCounter counter, final long amount) {
        final long slot = slot(counter);
        UnsafeApi.putLong(slot, UnsafeApi.getLong(slot) + amount);
    }

    /**
     * Reads a counter, from any thread.
     *
     * @param counter to read.
     * @return its value, at most a little late.
     */
    public long get(final TcpCounter counter) {
        return buffer.getLongVolatile((int) (slot(counter) - buffer.addressOffset()));
    }

    @SuppressWarnings("EnumOrdinal") // the slots stand in the order of declaration; readers get them with the same class
    private long slot(final TcpCounter counter) {
        return address + (long) counter.ordinal() * BitUtil.SIZE_OF_LONG;
    }
}
