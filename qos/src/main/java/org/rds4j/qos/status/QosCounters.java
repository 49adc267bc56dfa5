package org.rds4j.qos.status;

import java.nio.ByteBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The counters of all lanes: one 64-bit slot per lane and {@link QosCounter}, lanes one after another. Written by the
 * engine's thread only, readable by any thread.
 */
public final class QosCounters {
    private static final int LANE_LENGTH = QosCounter.values().length * Long.BYTES;

    private final AtomicBuffer buffer;
    private final int offset;
    private final int laneCount;

    /**
     * Counters in memory of the caller, which stays where it is.
     *
     * @param buffer    that holds them, 8-byte aligned, zero at first.
     * @param offset    of the first slot.
     * @param laneCount lanes of the instance.
     */
    public QosCounters(final AtomicBuffer buffer, final int offset, final int laneCount) {
        buffer.boundsCheck(offset, lengthFor(laneCount));
        this.buffer = buffer;
        this.offset = offset;
        this.laneCount = laneCount;
    }

    /**
     * Counters in memory of their own.
     *
     * @param laneCount lanes of the instance.
     * @return all zero.
     */
    public static QosCounters allocate(final int laneCount) {
        return new QosCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(lengthFor(laneCount))), 0, laneCount);
    }

    /**
     * Octets that the counters take.
     *
     * @param laneCount lanes of the instance.
     * @return the length.
     */
    public static int lengthFor(final int laneCount) {
        return laneCount * LANE_LENGTH;
    }

    /**
     * Lanes counted.
     *
     * @return how many.
     */
    public int laneCount() {
        return laneCount;
    }

    /**
     * Adds to a counter.
     *
     * @param lane    of the instance.
     * @param counter to raise.
     * @param delta   by how much.
     */
    public void add(final int lane, final QosCounter counter, final long delta) {
        final int index = indexOf(lane, counter);
        buffer.putLongOpaque(index, buffer.getLongOpaque(index) + delta);
    }

    /**
     * Reads a counter, from any thread.
     *
     * @param lane    of the instance.
     * @param counter to read.
     * @return its value.
     */
    public long get(final int lane, final QosCounter counter) {
        return buffer.getLongOpaque(indexOf(lane, counter));
    }

    private int indexOf(final int lane, final QosCounter counter) {
        return offset + lane * LANE_LENGTH + counter.slot() * Long.BYTES;
    }
}
