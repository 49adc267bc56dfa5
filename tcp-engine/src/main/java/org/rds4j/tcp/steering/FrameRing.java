package org.rds4j.tcp.steering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.tcp.link.FrameBurst;

/**
 * A bounded ring of frames from one engine's thread to another's, each with the engines that have looked whether it is theirs,
 * which holds as long as the table stays as it was.
 */
final class FrameRing {
    /** Stands for all engines, whatever becomes of the table. */
    static final long ALL = -1;

    private static final int TAIL_OFFSET = 2 * BitUtil.CACHE_LINE_LENGTH;
    private static final int HEAD_OFFSET = 4 * BitUtil.CACHE_LINE_LENGTH;
    private static final int SLOTS_OFFSET = 6 * BitUtil.CACHE_LINE_LENGTH;
    private static final int SLOT_LENGTH = BitUtil.CACHE_LINE_LENGTH;
    private static final int ADDRESS = 8;
    private static final int VISITED = 16;
    private static final int LENGTH = 24;
    private static final int FLAGS = 28;
    private static final int CAPACITY = 32;
    private static final int VLAN = 36;
    private static final int VERSION = 40;

    private final UnsafeBuffer buffer;
    private final int slots;

    FrameRing(final int length) {
        slots = BitUtil.findNextPositivePowerOfTwo(length);
        final ByteBuffer memory =
            BufferUtil.allocateDirectAligned(SLOTS_OFFSET + slots * SLOT_LENGTH, BitUtil.CACHE_LINE_LENGTH);
        buffer = new UnsafeBuffer(memory.order(ByteOrder.nativeOrder()));
    }

    /** Producer: hands a frame over; false, and it stays the caller's, when the ring is full. */
    boolean offer(final FrameBurst frames, final int index, final long visited, final int version) {
        final long tail = buffer.getLong(TAIL_OFFSET);
        if (tail - buffer.getLongVolatile(HEAD_OFFSET) >= slots) {
            return false;
        }
        final int slot = slot(tail);
        buffer.putLong(slot, frames.handle(index));
        buffer.putLong(slot + ADDRESS, frames.address(index));
        buffer.putLong(slot + VISITED, visited);
        buffer.putInt(slot + LENGTH, frames.length(index));
        buffer.putInt(slot + FLAGS, frames.flags(index));
        buffer.putInt(slot + CAPACITY, frames.capacity(index));
        buffer.putInt(slot + VLAN, frames.vlanTci(index));
        buffer.putInt(slot + VERSION, version);
        buffer.putLongRelease(TAIL_OFFSET, tail + 1);
        return true;
    }

    /** Consumer: whether a frame waits. */
    boolean isEmpty() {
        return buffer.getLongVolatile(TAIL_OFFSET) == buffer.getLong(HEAD_OFFSET);
    }

    /**
     * Consumer: appends the oldest frame to a burst; returns the engines that have looked under this version of the table. One
     * must be waiting.
     */
    long take(final FrameBurst frames, final int version) {
        final long head = buffer.getLong(HEAD_OFFSET);
        final int slot = slot(head);
        frames.add(buffer.getLong(slot), buffer.getLong(slot + ADDRESS), buffer.getInt(slot + LENGTH),
            buffer.getInt(slot + FLAGS), buffer.getInt(slot + CAPACITY));
        frames.vlanTci(frames.count() - 1, buffer.getInt(slot + VLAN));
        final long visited = buffer.getLong(slot + VISITED);
        final boolean holds = visited == ALL || buffer.getInt(slot + VERSION) == version;
        buffer.putLongRelease(HEAD_OFFSET, head + 1);
        return holds ? visited : 0;
    }

    private int slot(final long position) {
        return SLOTS_OFFSET + ((int) position & (slots - 1)) * SLOT_LENGTH;
    }
}
