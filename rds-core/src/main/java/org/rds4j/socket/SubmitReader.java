package org.rds4j.socket;

import org.agrona.BitUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.rds4j.RdsSocket;

/**
 * Takes datagrams out of a submit ring that a {@link ManyToOneRingBuffer} fills, perhaps in another process, whose memory may
 * hold anything. The position is kept here; each word of a record is read once, checked, and used from here on. What cannot
 * have been written by a sound application makes the ring corrupt, and it is not read again. Engine thread only.
 */
public final class SubmitReader {
    private final BlockPool blocks;
    private final AtomicBuffer buffer;
    private final long address;
    private final int capacity;
    private final int mask;
    private final int permittedLevels;
    private final long headAddress;
    private final long tailAddress;
    private long head;
    private boolean isCorrupt;

    private long high;
    private long low;
    private int port;
    private int level;
    private int length;
    private int block;
    private long payload;

    SubmitReader(final SocketRegion region) {
        final ManyToOneRingBuffer ring = region.submitRing();
        buffer = ring.buffer();
        blocks = region.submitBlocks();
        capacity = ring.capacity();
        mask = capacity - 1;
        permittedLevels = region.permittedLevels();
        buffer.boundsCheck(0, capacity + RingBufferDescriptor.TRAILER_LENGTH); // here, so that no access needs it
        address = buffer.addressOffset();
        headAddress = address + capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET;
        tailAddress = address + capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
        head = ring.consumerPosition();
    }

    /**
     * Takes datagrams; while the handler has one, its words are those of this reader's accessors.
     *
     * @param handler called for each; ABORT leaves the datagram in the ring and ends the reading.
     * @param limit   most datagrams.
     * @return how many were taken.
     */
    int read(final ControlledMessageHandler handler, final int limit) {
        final int start = (int) head & mask;
        int index = start;
        int count = 0;
        while (index < capacity && count < limit && !isCorrupt) {
            final int recordLength = UnsafeApi.getIntVolatile(null, address + index);
            if (recordLength <= 0) {
                break;
            }
            final int type = UnsafeApi.getInt(address + index + Integer.BYTES);
            final int step = BitUtil.align(recordLength, RecordDescriptor.ALIGNMENT);
            if (type == RingBuffer.PADDING_MSG_TYPE_ID) {
                isCorrupt = step <= 0 || step > capacity - index;
            } else if (admit(type, index, recordLength)) {
                if (!hand(handler, type, index, recordLength)) {
                    break;
                }
                count++;
            } else {
                isCorrupt = true;
            }
            index += isCorrupt ? 0 : step;
        }
        release(start, index - start);
        return count;
    }

    private boolean hand(final ControlledMessageHandler handler, final int type, final int index, final int recordLength) {
        final Action action = handler.onMessage(type, buffer, index + RecordDescriptor.HEADER_LENGTH,
            recordLength - RecordDescriptor.HEADER_LENGTH);
        if (action == Action.ABORT) {
            return false;
        }
        if (block != BlockPool.NONE) {
            blocks.free(block);
        }
        return true;
    }

    /** Reads a record's words, each once: whoever shares the memory may change them at any time. */
    private boolean admit(final int type, final int index, final int recordLength) {
        final int room = recordLength - RecordDescriptor.HEADER_LENGTH - DatagramRecord.HEADER_LENGTH;
        if (room < 0 || recordLength > capacity - index) {
            return false;
        }
        final int record = index + RecordDescriptor.HEADER_LENGTH;
        high = DatagramRecord.high(buffer, record);
        low = DatagramRecord.low(buffer, record);
        port = DatagramRecord.port(buffer, record);
        level = DatagramRecord.level(buffer, record);
        length = DatagramRecord.length(buffer, record);
        if (level > RdsSocket.MAX_SERVICE_LEVEL || (permittedLevels & 1 << level) == 0) {
            return false;
        }
        if (type == DatagramRecord.TYPE_INLINE) {
            block = BlockPool.NONE;
            payload = address + record + DatagramRecord.HEADER_LENGTH;
            return length >= 0 && length <= room;
        }
        return type == DatagramRecord.TYPE_BLOCK && room >= Integer.BYTES && admitBlock(record);
    }

    private boolean admitBlock(final int record) {
        block = DatagramRecord.block(buffer, record);
        if (!blocks.holds(block, length)) {
            return false;
        }
        payload = blocks.block(block).addressOffset();
        return true;
    }

    /** Clears what was read, as producers of this kind of ring expect, and gives it back. */
    private void release(final int start, final int octets) {
        if (octets > 0) {
            UnsafeApi.setMemory(address + start, octets, (byte) 0);
            head += octets;
            UnsafeApi.putLongRelease(null, headAddress, head);
        }
    }

    /** The handler has found a word that no sound application writes. */
    void corrupt() {
        isCorrupt = true;
    }

    boolean isCorrupt() {
        return isCorrupt;
    }

    /** How far the ring was read. */
    long position() {
        return head;
    }

    /** Octets in use of the ring, as far as its producers are to be believed. */
    int size() {
        return (int) Math.clamp(UnsafeApi.getLongVolatile(null, tailAddress) - head, 0L, (long) capacity);
    }

    int capacity() {
        return capacity;
    }

    /**
     * Upper half of the destination.
     *
     * @return bits 127..64; may be anything.
     */
    public long high() {
        return high;
    }

    /**
     * Lower half of the destination.
     *
     * @return bits 63..0; may be anything.
     */
    public long low() {
        return low;
    }

    /**
     * Port of the destination.
     *
     * @return 0 to 65535.
     */
    public int port() {
        return port;
    }

    /**
     * Service level.
     *
     * @return 0 to 15, one that the socket may use.
     */
    public int level() {
        return level;
    }

    /**
     * Octets of payload.
     *
     * @return 0 or more, all of which lie in the region.
     */
    public int length() {
        return length;
    }

    /**
     * Where the payload lies: borrowed for the handler's call. Its octets may change meanwhile.
     *
     * @return address of the first octet.
     */
    public long payload() {
        return payload;
    }
}
