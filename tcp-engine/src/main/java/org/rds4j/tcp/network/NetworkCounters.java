package org.rds4j.tcp.network;

import java.nio.ByteBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The values of all {@link NetworkCounter}s, 8 octets each in the order of the enum. Written by the engine's thread only,
 * readable by others at any time.
 */
public final class NetworkCounters {
    private final AtomicBuffer buffer;
    private final long address;

    /**
     * Counters in a given place.
     *
     * @param buffer that holds them, outside the heap; retained.
     * @param offset of the first, a multiple of 8.
     */
    public NetworkCounters(final AtomicBuffer buffer, final int offset) {
        buffer.boundsCheck(offset, length()); // here, so that it need not be done for every count
        if (buffer.byteArray() != null) {
            throw new IllegalArgumentException("counters must lie outside the heap");
        }
        this.buffer = buffer;
        this.address = buffer.addressOffset() + offset;
    }

    /**
     * Counters in memory of their own.
     *
     * @return all zero.
     */
    public static NetworkCounters allocate() {
        return new NetworkCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(length())), 0);
    }

    /**
     * Octets that the counters take.
     *
     * @return the length.
     */
    public static int length() {
        return NetworkCounter.count() * Long.BYTES;
    }

    /**
     * Reads a counter, from any thread.
     *
     * @param counter which.
     * @return its value.
     */
    public long get(final NetworkCounter counter) {
        return buffer.getLongVolatile((int) (slot(counter) - buffer.addressOffset()));
    }

    void increment(final NetworkCounter counter) {
        final long slot = slot(counter);
        UnsafeApi.putLong(slot, UnsafeApi.getLong(slot) + 1);
    }

    @SuppressWarnings("EnumOrdinal") // the layout of the counters is the order of the enum
    private long slot(final NetworkCounter counter) {
        return address + (long) counter.ordinal() * Long.BYTES;
    }
}
