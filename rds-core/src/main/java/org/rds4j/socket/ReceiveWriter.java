package org.rds4j.socket;

import org.agrona.BitUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Fills a receive ring that a {@link OneToOneRingBuffer} reads, perhaps in another process. Where to write is known here alone;
 * of the shared memory only the reader's position is read, and one that cannot be makes the ring corrupt. Engine thread only.
 */
final class ReceiveWriter {
    /** Answer of {@link #claim} when there is no room. */
    static final int FULL = -1;

    private final AtomicBuffer buffer;
    private final long address;
    private final int capacity;
    private final int mask;
    private final long headAddress;
    private final long tailAddress;
    private long head;
    private long tail;
    private int claimedLength;
    private boolean isCorrupt;

    /** A writer of a ring from its beginning, whatever positions stand there: the ring is fresh. */
    ReceiveWriter(final OneToOneRingBuffer ring) {
        buffer = ring.buffer();
        capacity = ring.capacity();
        mask = capacity - 1;
        buffer.boundsCheck(0, capacity + RingBufferDescriptor.TRAILER_LENGTH); // here, so that no access needs it
        address = buffer.addressOffset();
        headAddress = address + capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET;
        tailAddress = address + capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
    }

    /**
     * Takes room for a record, followed by room for the length of the next, which says that there is none yet.
     *
     * @param length octets of the record, at most the ring's longest.
     * @return where to write it, or {@link #FULL}.
     */
    int claim(final int length) {
        final int step = BitUtil.align(length + RecordDescriptor.HEADER_LENGTH, RecordDescriptor.ALIGNMENT);
        final int wanted = step + RecordDescriptor.HEADER_LENGTH;
        int index = (int) tail & mask;
        final int toEnd = capacity - index;
        final boolean isPadded = wanted > toEnd && step != toEnd;
        if (!hasRoom(isPadded ? toEnd + wanted : wanted)) {
            return FULL;
        }
        if (isPadded) {
            pad(index, toEnd);
            index = 0;
        }
        UnsafeApi.putLong(address + (index + step & mask), 0);
        claimedLength = length + RecordDescriptor.HEADER_LENGTH;
        tail += step;
        return index + RecordDescriptor.HEADER_LENGTH;
    }

    private boolean hasRoom(final int wanted) {
        if (wanted <= capacity - (int) (tail - head)) {
            return true;
        }
        final long seen = UnsafeApi.getLongVolatile(null, headAddress);
        if (seen < head || seen > tail) {
            isCorrupt = true;
            return false;
        }
        head = seen;
        return wanted <= capacity - (int) (tail - head);
    }

    /** The rest of the ring is skipped; its reader sees that only when the first record is where it goes on. */
    private void pad(final int index, final int toEnd) {
        UnsafeApi.putLong(address, 0);
        UnsafeApi.putInt(address + index + Integer.BYTES, RingBuffer.PADDING_MSG_TYPE_ID);
        UnsafeApi.putIntRelease(null, address + index, toEnd);
        tail += toEnd;
    }

    /** Shows the record just claimed to the reader. */
    void commit(final int type, final int index) {
        final long record = address + index - RecordDescriptor.HEADER_LENGTH;
        UnsafeApi.putInt(record + Integer.BYTES, type);
        UnsafeApi.putLongRelease(null, tailAddress, tail);
        UnsafeApi.putIntRelease(null, record, claimedLength);
    }

    AtomicBuffer buffer() {
        return buffer;
    }

    long address() {
        return address;
    }

    boolean isCorrupt() {
        return isCorrupt;
    }

    int capacity() {
        return capacity;
    }

    /** Where the next record will begin. */
    long position() {
        return tail;
    }

    /** How far the application has read, as far as it is to be believed. */
    long readPosition() {
        return Math.clamp(UnsafeApi.getLongVolatile(null, headAddress), head, tail);
    }
}
