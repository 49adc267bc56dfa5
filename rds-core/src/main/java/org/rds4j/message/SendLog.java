package org.rds4j.message;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.frame.OffHeap;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * The messages of one path on their way out, as the octets that go on the wire, in one bounded off-heap ring: appended,
 * handed to a carrier in chunks, kept until acknowledged, and sent again on the next carrier after a break.
 * <pre>
 *   retained            sent                     appended
 *      |                  |                         |
 *   ---+---------+--------+------+---------+--------+------------------
 *      | header, payload  | header, payload | ...    |   free, wraps round
 *   ---+---------+--------+------+---------+--------+------------------
 *      in chunks of the carrier    not yet offered
 * </pre>
 * Positions count octets since the log was made. A chunk ends at the end of a message where that fills at least half of
 * it, so that a receiver finds messages whole; a longer message spans chunks, and its tail shares one with what follows. A
 * message is released when the chunk that holds its last octet is acknowledged. Engine thread only; memory of
 * unacknowledged chunks may be read by a carrier's other threads meanwhile.
 */
public final class SendLog {
    private static final int HEADER_LENGTH = RdsHeaderFlyweight.LENGTH;
    private static final int SMALLEST_MESSAGE = 64;
    private static final int MAX_CHUNKS = 4096;

    private final ByteBuffer memory;
    private final long address;
    private final int capacity;
    private final int mask;
    private final ByteBuffer scratchMemory = ByteBuffer.allocateDirect(HEADER_LENGTH);
    private final long scratch = BufferUtil.address(scratchMemory);
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();

    /** Ring of owner (upper 32 bits) and payload length (lower) per message. */
    private final long[] messages;
    private final int messageMask;
    private long messageTail;
    private long messageCursor;
    private long messageHead;
    private long offeredHead;

    private long retainedPosition;
    private long sentPosition;
    private long appendedPosition;
    private long cursorEnd;

    private final long[] chunkCarrierEnd = new long[MAX_CHUNKS];
    private final long[] chunkLogEnd = new long[MAX_CHUNKS];
    private long chunkTail;
    private long chunkHead;

    private long preparedEnd;
    private long preparedCursor;
    private long preparedCursorEnd;
    private long nextSequence;

    /** Where a look at the messages ended, so that the next one need not walk there again. */
    private long visitedSequence;
    private long visitedPosition;

    /**
     * An empty log.
     *
     * @param capacity      octets of headers and payload, a power of two.
     * @param firstSequence number of the first message.
     */
    public SendLog(final int capacity, final long firstSequence) {
        if (!BitUtil.isPowerOfTwo(capacity)) {
            throw new IllegalArgumentException("capacity " + capacity + " is not a power of two");
        }
        this.capacity = capacity;
        this.mask = capacity - 1;
        this.memory = ByteBuffer.allocateDirect(capacity);
        this.address = BufferUtil.address(memory);
        this.messages = new long[Math.max(1, capacity / SMALLEST_MESSAGE)];
        this.messageMask = messages.length - 1;
        this.nextSequence = firstSequence;
    }

    /**
     * Octets the log holds.
     *
     * @return its capacity.
     */
    public int capacity() {
        return memory.capacity();
    }

    /**
     * Appends a message without extensions; as {@link #append(int, int, long, int, int, long, long)}.
     *
     * @param sourcePort      of the sending socket.
     * @param destinationPort of the receiving socket.
     * @param payload         address of the payload; borrowed for the call.
     * @param length          octets of payload.
     * @param owner           named again when the message is released.
     * @return false when the log is full.
     */
    public boolean append(
        final int sourcePort, final int destinationPort, final long payload, final int length, final int owner) {
        return append(sourcePort, destinationPort, payload, length, owner, 0, 0);
    }

    /**
     * Appends a message; it takes the next sequence number.
     *
     * @param sourcePort      of the sending socket.
     * @param destinationPort of the receiving socket.
     * @param payload         address of the payload; borrowed for the call.
     * @param length          octets of payload.
     * @param owner           named again when the message is released.
     * @param extensionsHigh  octets 0 to 7 of the extension area.
     * @param extensionsLow   octets 8 to 15 of the extension area.
     * @return false when the log is full.
     */
    public boolean append(
        final int sourcePort, final int destinationPort, final long payload, final int length, final int owner,
        final long extensionsHigh, final long extensionsLow) {
        final long end = appendedPosition + HEADER_LENGTH + length;
        if (end - retainedPosition > capacity || messageHead - messageTail > messageMask) {
            return false;
        }
        final int index = (int) appendedPosition & mask;
        final boolean isContiguous = index <= capacity - HEADER_LENGTH;
        header.wrap(isContiguous ? address + index : scratch)
            .write(nextSequence++, length, sourcePort, destinationPort, 0).extensions(extensionsHigh, extensionsLow);
        if (!isContiguous) {
            put(appendedPosition, scratch, HEADER_LENGTH);
        }
        put(appendedPosition + HEADER_LENGTH, payload, length);
        if (messageCursor == messageHead) {
            cursorEnd = end;
        }
        messages[(int) messageHead++ & messageMask] = (long) owner << 32 | length;
        appendedPosition = end;
        return true;
    }

    private void put(final long position, final long source, final int length) {
        final int index = (int) position & mask;
        final int first = Math.min(length, capacity - index);
        OffHeap.copy(source, address + index, first);
        if (first < length) {
            OffHeap.copy(source + first, address, length - first);
        }
    }

    private int lengthOf(final long message) {
        return HEADER_LENGTH + (int) messages[(int) message & messageMask];
    }

    /**
     * Whether something waits to be offered to a carrier, and can be accounted for.
     *
     * @return true when {@link #prepareChunk} has something to prepare.
     */
    public boolean hasUnsent() {
        return sentPosition < appendedPosition && chunkHead - chunkTail < MAX_CHUNKS;
    }

    /**
     * Whether nothing waits and nothing is unacknowledged.
     *
     * @return true when the log has no message.
     */
    public boolean isEmpty() {
        return messageTail == messageHead;
    }

    /**
     * Messages kept.
     *
     * @return the count.
     */
    public int messageCount() {
        return (int) (messageHead - messageTail);
    }

    /**
     * Whether a message in the log was offered to an earlier carrier.
     *
     * @return true when a new carrier would send something again.
     */
    public boolean hasOffered() {
        return offeredHead > messageTail;
    }

    /**
     * Sequence number of the oldest message kept, or of the next one when there is none.
     *
     * @return the number.
     */
    public long firstSequence() {
        return nextSequence - (messageHead - messageTail);
    }

    /**
     * Sequence number the next message will have.
     *
     * @return the number.
     */
    public long nextSequence() {
        return nextSequence;
    }

    /**
     * Sequence number of the oldest message that was not wholly offered to the present carrier, or of the next one.
     *
     * @return the number.
     */
    public long firstUnsentSequence() {
        return nextSequence - (messageHead - messageCursor);
    }

    /**
     * Octets, headers included, that no carrier was offered yet.
     *
     * @return their number.
     */
    public long unsentLength() {
        return appendedPosition - sentPosition;
    }

    /**
     * Octets, headers included, that a carrier was offered and its peer has not acknowledged.
     *
     * @return their number.
     */
    public long unacknowledgedLength() {
        return sentPosition - retainedPosition;
    }

    /**
     * Shows messages in order, until the visitor has enough.
     *
     * @param from    first sequence number.
     * @param to      sequence number after the last.
     * @param visitor sees them.
     * @return sequence number of the message that the visitor did not take, or {@code to}.
     */
    public long forEach(final long from, final long to, final MessageVisitor visitor) {
        final long first = firstSequence();
        final boolean isResumed = from >= visitedSequence && visitedSequence >= first;
        long sequence = isResumed ? visitedSequence : first;
        long position = isResumed ? visitedPosition : retainedPosition;
        while (sequence < Math.min(to, nextSequence)) {
            final int length = lengthOf(messageTail + sequence - first);
            if (sequence >= from && !visitor.onMessage(
                sequence, portAt(position + RdsHeaderFlyweight.SOURCE_PORT_OFFSET),
                portAt(position + RdsHeaderFlyweight.DESTINATION_PORT_OFFSET),
                octetAt(position + RdsHeaderFlyweight.FLAGS_OFFSET), length - HEADER_LENGTH)) {
                visitedSequence = sequence;
                visitedPosition = position;
                return sequence;
            }
            position += length;
            sequence++;
        }
        return to;
    }

    /** A header may lie across the end of the ring. */
    private int portAt(final long position) {
        return octetAt(position) << 8 | octetAt(position + 1);
    }

    private int octetAt(final long position) {
        return UnsafeApi.getByte(address + ((int) position & mask)) & 0xff;
    }

    /**
     * Chooses the next chunk: contiguous octets that nobody was offered yet.
     *
     * @param maxLength longest chunk the carrier takes.
     * @return its length, above 0 when {@link #hasUnsent()}.
     */
    public int prepareChunk(final int maxLength) {
        final long start = sentPosition;
        final long limit = start + Math.min(maxLength, capacity - ((int) start & mask));
        preparedEnd = start;
        preparedCursor = messageCursor;
        preparedCursorEnd = cursorEnd;
        while (preparedCursor < messageHead && preparedCursorEnd <= limit) {
            preparedEnd = preparedCursorEnd;
            preparedCursor++;
            if (preparedCursor < messageHead) {
                preparedCursorEnd += lengthOf(preparedCursor);
            }
        }
        if (2 * (preparedEnd - start) < limit - start) {
            preparedEnd = Math.min(limit, appendedPosition);
        }
        return (int) (preparedEnd - start);
    }

    /**
     * Where the next chunk lies.
     *
     * @return address of its first octet, stable until it is released.
     */
    public long chunkAddress() {
        return address + ((int) sentPosition & mask);
    }

    /**
     * The carrier took the prepared chunk.
     *
     * @param carrierPosition just after the chunk, as the carrier said.
     */
    public void onChunkTaken(final long carrierPosition) {
        final int slot = (int) chunkHead++ & MAX_CHUNKS - 1;
        chunkCarrierEnd[slot] = carrierPosition;
        chunkLogEnd[slot] = preparedEnd;
        sentPosition = preparedEnd;
        messageCursor = preparedCursor;
        cursorEnd = preparedCursorEnd;
        final boolean isInsideMessage = messageCursor < messageHead && sentPosition > cursorEnd - lengthOf(messageCursor);
        offeredHead = Math.max(offeredHead, messageCursor + (isInsideMessage ? 1 : 0));
    }

    /**
     * The carrier's peer acknowledged everything before a position; messages whose last chunk lies before it are released.
     *
     * @param carrierPosition as of the carrier.
     * @param handler         hears of each message.
     */
    public void onAcknowledged(final long carrierPosition, final ReleaseHandler handler) {
        if (chunkTail == chunkHead || chunkCarrierEnd[(int) chunkTail & MAX_CHUNKS - 1] > carrierPosition) {
            return;
        }
        long acknowledged = 0;
        while (chunkTail < chunkHead && chunkCarrierEnd[(int) chunkTail & MAX_CHUNKS - 1] <= carrierPosition) {
            acknowledged = chunkLogEnd[(int) chunkTail & MAX_CHUNKS - 1];
            chunkTail++;
        }
        while (messageTail < messageCursor && retainedPosition + lengthOf(messageTail) <= acknowledged) {
            releaseOldest(handler);
        }
    }

    private void releaseOldest(final ReleaseHandler handler) {
        final long message = messages[(int) messageTail & messageMask];
        retainedPosition += lengthOf(messageTail);
        messageTail++;
        handler.onReleased((int) (message >> 32), (int) message);
    }

    /**
     * The carrier has come to its end: everything unacknowledged that was offered will be sent again, first and in order,
     * marked RETRANSMITTED. Only when no thread reads offered memory any more.
     *
     * @return how many messages were marked.
     */
    public int rewind() {
        long position = retainedPosition;
        for (long message = messageTail; message < offeredHead; message++) {
            final long flags = address + ((int) (position + RdsHeaderFlyweight.FLAGS_OFFSET) & mask);
            UnsafeApi.putByte(flags, (byte) (UnsafeApi.getByte(flags) | RdsHeaderFlyweight.FLAG_RETRANSMITTED));
            position += lengthOf(message);
        }
        sentPosition = retainedPosition;
        messageCursor = messageTail;
        cursorEnd = isEmpty() ? sentPosition : sentPosition + lengthOf(messageTail);
        chunkTail = chunkHead;
        return (int) Math.max(0, offeredHead - messageTail);
    }

    /**
     * Drops what an earlier carrier was offered, when the peer has lost its memory of it. Only after {@link #rewind()} and
     * before the next carrier took a chunk; otherwise nothing is dropped.
     *
     * @param beforeSequence number before which messages are dropped.
     * @param handler        hears of each message.
     * @return how many were dropped.
     */
    public int dropOffered(final long beforeSequence, final ReleaseHandler handler) {
        int dropped = 0;
        while (sentPosition == retainedPosition && messageTail < offeredHead && firstSequence() < beforeSequence) {
            releaseOldest(handler);
            dropped++;
            sentPosition = retainedPosition;
            messageCursor = messageTail;
            cursorEnd = isEmpty() ? sentPosition : sentPosition + lengthOf(messageTail);
        }
        return dropped;
    }

    /**
     * Numbers the messages kept anew, for a peer that has lost its memory. Only while no carrier was offered any of them.
     *
     * @param first number of the oldest message, or of the next one when there is none.
     */
    public void renumber(final long first) {
        nextSequence = first;
        long position = retainedPosition;
        for (long message = messageTail; message < messageHead; message++) {
            putSequence(position, nextSequence++);
            position += lengthOf(message);
        }
        visitedSequence = 0;
        visitedPosition = 0;
    }

    /** The number stands at the front of a header, which may lie across the end of the ring. */
    private void putSequence(final long position, final long sequence) {
        for (int i = 0; i < Long.BYTES; i++) {
            UnsafeApi.putByte(address + ((int) (position + i) & mask), (byte) (sequence >>> (56 - 8 * i)));
        }
    }

    /**
     * Moves messages to another log, in order, as far as it has room. Only while no carrier was ever offered one of this log.
     *
     * @param target takes them under numbers of its own, owned as before.
     * @return how many were moved.
     */
    public int moveTo(final SendLog target) {
        int moved = 0;
        while (messageTail < messageHead && appendOldest(target)) {
            retainedPosition += lengthOf(messageTail);
            messageTail++;
            moved++;
        }
        sentPosition = retainedPosition;
        messageCursor = messageTail;
        cursorEnd = isEmpty() ? sentPosition : sentPosition + lengthOf(messageTail);
        return moved;
    }

    private boolean appendOldest(final SendLog target) {
        final long message = messages[(int) messageTail & messageMask];
        final int length = (int) message;
        final int index = (int) (retainedPosition + HEADER_LENGTH) & mask;
        final ByteBuffer copy = index + length > capacity ? copy(index, length) : null;
        try {
            return target.append(
                portAt(retainedPosition + RdsHeaderFlyweight.SOURCE_PORT_OFFSET),
                portAt(retainedPosition + RdsHeaderFlyweight.DESTINATION_PORT_OFFSET),
                copy == null ? address + index : BufferUtil.address(copy), length, (int) (message >> 32));
        } finally {
            Reference.reachabilityFence(copy);
        }
    }

    /** Of octets that lie across the end of the ring. */
    private ByteBuffer copy(final int index, final int length) {
        final ByteBuffer copy = ByteBuffer.allocateDirect(length);
        final int first = capacity - index;
        OffHeap.copy(address + index, BufferUtil.address(copy), first);
        OffHeap.copy(address, BufferUtil.address(copy) + first, length - first);
        return copy;
    }
}
