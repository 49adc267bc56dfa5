package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.rds4j.crypto.offload.OffloadDevice;

/** Memory of the device for what software has encrypted, until the elements that read it have completed. In order. */
final class CiphertextRing {
    private static final int MAX_PARTS = 1024;

    private final ByteBuffer buffer;
    private final long address;
    private final int capacity;
    private final int memoryKey;
    private final long[] partEnds = new long[MAX_PARTS];
    private final long[] positions = new long[MAX_PARTS];
    private int head;
    private int parts;
    private long written;
    private long freed;

    CiphertextRing(final OffloadDevice device, final int capacity) {
        this.capacity = capacity;
        buffer = BufferUtil.allocateDirectAligned(capacity, BitUtil.CACHE_LINE_LENGTH);
        address = BufferUtil.address(buffer);
        memoryKey = device.register(address, capacity);
    }

    int memoryKey() {
        return memoryKey;
    }

    /** Whether so many octets fit in one piece now. */
    boolean hasRoom(final int length) {
        return parts < MAX_PARTS && start(length) + length - freed <= capacity;
    }

    /** Where so many octets may be written, for which there is room. */
    long claim(final int length) {
        written = start(length);
        return address + written % capacity;
    }

    /** Keeps what was claimed until the queue has completed up to a position. */
    void commit(final int length, final long position) {
        written += length;
        final int part = head + parts & MAX_PARTS - 1;
        partEnds[part] = written;
        positions[part] = position;
        parts++;
    }

    void release(final long completed) {
        while (parts > 0 && positions[head] <= completed) {
            freed = partEnds[head];
            head = head + 1 & MAX_PARTS - 1;
            parts--;
        }
    }

    /** Where a piece begins: at the start of the ring when it does not fit before the end. */
    private long start(final int length) {
        final int offset = (int) (written % capacity);
        return offset + length <= capacity ? written : written + capacity - offset;
    }
}
