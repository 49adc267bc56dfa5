package org.rds4j.tcp.steering;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** The values of one engine's {@link SteeringCounter}s. Written by the engine's thread only, readable by others at any time. */
public final class SteeringCounters {
    private static final int COUNT = SteeringCounter.values().length;

    /** Cache lines of their own: engines count side by side. */
    private final UnsafeBuffer buffer = new UnsafeBuffer(allocate());

    SteeringCounters() {
    }

    private static ByteBuffer allocate() {
        final int length = BitUtil.align(COUNT * Long.BYTES, 2 * BitUtil.CACHE_LINE_LENGTH);
        return BufferUtil.allocateDirectAligned(length, 2 * BitUtil.CACHE_LINE_LENGTH);
    }

    /**
     * Reads a counter, from any thread.
     *
     * @param counter which.
     * @return its value.
     */
    public long get(final SteeringCounter counter) {
        return buffer.getLongVolatile(index(counter));
    }

    void increment(final SteeringCounter counter) {
        final int index = index(counter);
        buffer.putLongRelease(index, buffer.getLong(index) + 1);
    }

    @SuppressWarnings("EnumOrdinal") // the layout of the counters is the order of the enum
    private static int index(final SteeringCounter counter) {
        return counter.ordinal() * Long.BYTES;
    }
}
