package org.rds4j.tcp.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** A bounded ring of frame numbers from one producing thread to one consuming thread. */
final class FrameIndexRing {
    private static final int TAIL_OFFSET = 2 * BitUtil.CACHE_LINE_LENGTH;
    private static final int HEAD_OFFSET = 4 * BitUtil.CACHE_LINE_LENGTH;
    private static final int SLOTS_OFFSET = 6 * BitUtil.CACHE_LINE_LENGTH;

    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int mask;

    FrameIndexRing(final int capacity) {
        final int slots = BitUtil.findNextPositivePowerOfTwo(capacity);
        this.capacity = capacity;
        this.mask = slots - 1;
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(
            SLOTS_OFFSET + slots * Integer.BYTES, BitUtil.CACHE_LINE_LENGTH);
        this.buffer = new UnsafeBuffer(memory.order(ByteOrder.nativeOrder()));
    }

    /** Slots that are free, as the producer sees it; the consumer may free more meanwhile. */
    int room() {
        return capacity - (int) (buffer.getLong(TAIL_OFFSET) - buffer.getLongVolatile(HEAD_OFFSET));
    }

    /** Frames waiting, as the consumer sees it; the producer may add more meanwhile. */
    int count() {
        return (int) (buffer.getLongVolatile(TAIL_OFFSET) - buffer.getLong(HEAD_OFFSET));
    }

    /** Producer: publishes a frame and all that was written to it. There must be room. */
    void add(final int frame) {
        final long tail = buffer.getLong(TAIL_OFFSET);
        buffer.putInt(slot(tail), frame);
        buffer.putLongRelease(TAIL_OFFSET, tail + 1);
    }

    /** Consumer: takes the oldest frame. One must be waiting. */
    int take() {
        final long head = buffer.getLong(HEAD_OFFSET);
        final int frame = buffer.getInt(slot(head));
        buffer.putLongRelease(HEAD_OFFSET, head + 1);
        return frame;
    }

    private int slot(final long position) {
        return SLOTS_OFFSET + ((int) position & mask) * Integer.BYTES;
    }
}
