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
    private final LentAreas lentAreas;
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
    private long lending;
    private int type;
    private boolean isPadding;

    /**
     * A reader of a ring from its beginning.
     *
     * @param ring            read by nobody else.
     * @param submitBlocks    of the ring's socket.
     * @param areas           of the ring's socket.
     * @param permittedLevels service levels that may occur, bit n for level n.
     */
    SubmitReader(
        final ManyToOneRingBuffer ring, final BlockPool submitBlocks, final LentAreas areas, final int permittedLevels) {
        buffer = ring.buffer();
        lentAreas = areas;
        blocks = submitBlocks;
        capacity = ring.capacity();
        mask = capacity - 1;
        this.permittedLevels = permittedLevels;
        buffer.boundsCheck(0, capacity + RingBufferDescriptor.TRAILER_LENGTH); // here, so that no access needs it
        address = buffer.addressOffset();
        headAddress = address + capacity + RingBufferDescriptor.HEAD_POSITION_OFFSET;
        tailAddress = address + capacity + RingBufferDescriptor.TAIL_POSITION_OFFSET;
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
        while (index < capacity && count < limit) {
            final int step = look(index);
            if (step == 0) {
                break;
            }
            if (!isPadding) {
                final int body = step - RecordDescriptor.HEADER_LENGTH;
                if (handler.onMessage(type, buffer, index + RecordDescriptor.HEADER_LENGTH, body) == Action.ABORT) {
                    break;
                }
                count++;
            }
            index += step;
        }
        release(start, index - start);
        return count;
    }

    /**
     * Looks at a record; its words are those of this reader's accessors until the next look.
     *
     * @param position of the record in the stream of all.
     * @return octets to the next record; 0 when there is none here yet, or the ring is corrupt.
     */
    int look(final long position) {
        return look((int) position & mask);
    }

    private int look(final int index) {
        final int recordLength = UnsafeApi.getIntVolatile(null, address + index);
        if (recordLength <= 0 || isCorrupt) {
            return 0;
        }
        type = UnsafeApi.getInt(address + index + Integer.BYTES);
        isPadding = type == RingBuffer.PADDING_MSG_TYPE_ID;
        final int step = BitUtil.align(recordLength, RecordDescriptor.ALIGNMENT);
        isCorrupt = isPadding ? step <= 0 || step > capacity - index : !admit(index, recordLength);
        return isCorrupt ? 0 : step;
    }

    /** Whether {@link #look} found no datagram, only room that is not used. */
    boolean isPadding() {
        return isPadding;
    }

    /** Type of the record that {@link #look} found. */
    int type() {
        return type;
    }

    /** Makes a record padding: its datagram has gone on. */
    void forget(final long position) {
        UnsafeApi.putInt(address + ((int) position & mask) + Integer.BYTES, RingBuffer.PADDING_MSG_TYPE_ID);
    }

    /** Gives back what is padding at the beginning; of a ring full of it at most the whole. */
    void skipPadding() {
        final long end = head + capacity;
        int step = look(head);
        while (step > 0 && isPadding && head < end) {
            release((int) head & mask, step);
            step = look(head);
        }
    }

    /** Reads a record's words, each once: whoever shares the memory may change them at any time. */
    private boolean admit(final int index, final int recordLength) {
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
        if (type == DatagramRecord.TYPE_BLOCK) {
            return room >= Integer.BYTES && admitBlock(record);
        }
        return type == DatagramRecord.TYPE_LENT && room >= 3 * Integer.BYTES && admitLent(record);
    }

    private boolean admitLent(final int record) {
        final int area = DatagramRecord.lentArea(buffer, record);
        block = BlockPool.NONE;
        payload = lentAreas.addressOf(area, DatagramRecord.lentOffset(buffer, record), length);
        lending = CompletionRing.word(area, DatagramRecord.lentCookie(buffer, record));
        return payload != LentAreas.NONE;
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

    /**
     * How far the ring was read.
     *
     * @return octets ever given back to its producers.
     */
    public long position() {
        return head;
    }

    /**
     * Octets of the ring in use, as far as its producers are to be believed.
     *
     * @return 0 to the ring's length.
     */
    public int size() {
        return (int) Math.clamp(UnsafeApi.getLongVolatile(null, tailAddress) - head, 0L, (long) capacity);
    }

    int capacity() {
        return capacity;
    }

    AtomicBuffer buffer() {
        return buffer;
    }

    /** Gives the block back that the datagram lies in, if it lies in one. */
    public void freeBlock() {
        if (block != BlockPool.NONE) {
            blocks.free(block);
        }
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
     * Whether the payload is lent: it stays where it is until {@link EngineSocket#onReturned} is called.
     *
     * @return true when {@link #lending()} means something.
     */
    public boolean isLent() {
        return type == DatagramRecord.TYPE_LENT;
    }

    /**
     * What the application calls the payload that it lent.
     *
     * @return area and cookie.
     */
    public long lending() {
        return lending;
    }

    /**
     * Where the payload lies: borrowed for the handler's call, unless it is lent. Its octets may change meanwhile.
     *
     * @return address of the first octet.
     */
    public long payload() {
        return payload;
    }
}
