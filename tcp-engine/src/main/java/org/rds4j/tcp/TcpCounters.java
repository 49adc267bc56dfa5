package org.rds4j.tcp;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The engine's counters: one 64-bit slot per {@link TcpCounter}, written by the engine's thread only, readable by any. */
public final class TcpCounters {
    /** Octets that all counters occupy. */
    public static final int LENGTH = TcpCounter.values().length * BitUtil.SIZE_OF_LONG;

    private final AtomicBuffer buffer;
    private final int offset;

    /**
     * Counters in given memory.
     *
     * @param buffer that holds them. Retained.
     * @param offset of the first, a multiple of 8; {@link #LENGTH} octets are used.
     */
    public TcpCounters(final AtomicBuffer buffer, final int offset) {
        this.buffer = buffer;
        this.offset = offset;
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
        final int index = index(counter);
        buffer.putLong(index, buffer.getLong(index) + amount);
    }

    /**
     * Reads a counter, from any thread.
     *
     * @param counter to read.
     * @return its value, at most a little late.
     */
    public long get(final TcpCounter counter) {
        return buffer.getLongVolatile(index(counter));
    }

    @SuppressWarnings("EnumOrdinal") // the slots stand in the order of declaration; readers get them with the same class
    private int index(final TcpCounter counter) {
        return offset + counter.ordinal() * BitUtil.SIZE_OF_LONG;
    }
}
