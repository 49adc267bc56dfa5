package org.rds4j.socket;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.OffHeap;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/**
 * What a socket receives: into the ring to the application, or behind it while that is full; and the account of what is unread,
 * by which the socket's port becomes congested. Engine thread only.
 */
public final class ReceiveSide {
    /** Answer of {@link #claim} when the ring is full. */
    static final long NO_ROOM = 0;

    private static final int SHORTEST_RECORD = RecordDescriptor.HEADER_LENGTH + DatagramRecord.HEADER_LENGTH;

    private final EngineSocket socket;
    private final BlockPool blocks;
    private final ReceiveWriter ring;
    private final AtomicBuffer buffer;
    private final int maxInlineLength;
    private final int maxLength;
    private final ReceiveOverflow overflow;
    private final ReceiveAccount account;
    private final RdsCounters counters;
    private final ArrivalTimes times;
    private boolean isTimed;
    private int claimedIndex;
    private int claimedType;

    ReceiveSide(final EngineSocket socket, final ReceiveMemory memory) {
        final SocketRegion region = socket.region();
        this.socket = socket;
        this.blocks = region.receiveBlocks();
        this.ring = new ReceiveWriter(region.receiveRing());
        this.buffer = ring.buffer();
        this.maxInlineLength = region.receiveRing().maxMsgLength() - DatagramRecord.HEADER_LENGTH;
        this.maxLength = Math.max(maxInlineLength, blocks.blockLength());
        this.overflow = new ReceiveOverflow(memory.overflow());
        this.counters = memory.counters();
        this.times = memory.times();
        this.account = new ReceiveAccount(region, memory.congestion());
    }

    /** Whether to tell the application when datagrams arrived. */
    void timed(final boolean isAsked) {
        if (isAsked != isTimed) {
            isTimed = isAsked;
            times.watch(isAsked);
        }
    }

    void bind(final int port) {
        account.bind(port);
    }

    /**
     * Whether senders are told to wait.
     *
     * @return true from the datagram that was too much until enough has been read.
     */
    public boolean isCongested() {
        return account.isCongested();
    }

    /**
     * Payload that the application has not read.
     *
     * @return octets, those behind the ring included.
     */
    public long unreadLength() {
        return account.unread();
    }

    /**
     * Gives a datagram to the application, copying it; the socket's port may be congested from then on.
     *
     * @param high       bits 127..64 of the source.
     * @param low        bits 63..0 of the source.
     * @param sourcePort of the source.
     * @param lane       that the datagram came in.
     * @param payload    address of the payload; borrowed for the call.
     * @param length     octets of payload.
     * @param sequence   number of the message on its path; this host's address to itself counts as one, from 1.
     * @return what has become of it.
     */
    public Outcome deliver(
        final long high, final long low, final int sourcePort, final int lane, final long payload, final int length,
        final long sequence) {
        if (length > maxLength) {
            counters.increment(RdsCounter.RECV_DROP_TOO_LONG);
            return Outcome.TOO_LONG;
        }
        final boolean isInRing = overflow.isEmpty() && toRing(high, low, sourcePort, lane, payload, length, sequence);
        if (!isInRing) {
            if (!overflow.add(high, low, sourcePort, lane, payload, length, sequence, times)) {
                account.onRefused();
                return Outcome.NO_ROOM;
            }
            counters.increment(RdsCounter.RECV_OVERFLOW);
        }
        account.onDelivered(length, !isInRing);
        return Outcome.TAKEN;
    }

    boolean isCorrupt() {
        return ring.isCorrupt();
    }

    /**
     * Octets of the ring that the application has not read, as far as it is to be believed.
     *
     * @return 0 to the ring's length.
     */
    public int unreadRingLength() {
        return (int) (ring.position() - ring.readPosition());
    }

    /** Puts a datagram into the ring; false when that has no room. */
    boolean toRing(
        final long high, final long low, final int sourcePort, final int lane, final long payload, final int length,
        final long sequence) {
        final long target = claim(high, low, sourcePort, lane, length, sequence);
        if (target == NO_ROOM) {
            return false;
        }
        OffHeap.copy(payload, target, length);
        commit();
        return true;
    }

    /**
     * Makes room for a datagram in the ring, to be written and followed by {@link #commit()}.
     *
     * @return address that the payload belongs at, or {@link #NO_ROOM}.
     */
    long claim(
        final long high, final long low, final int sourcePort, final int lane, final int length, final long sequence) {
        final int headerLength = isTimed ? DatagramRecord.TIMED_HEADER_LENGTH : DatagramRecord.HEADER_LENGTH;
        if (length > maxInlineLength + DatagramRecord.HEADER_LENGTH - headerLength) {
            return claimBlock(high, low, sourcePort, lane, length, sequence);
        }
        final int index = ring.claim(headerLength + length);
        if (index < 0) {
            return NO_ROOM;
        }
        DatagramRecord.write(buffer, index, high, low, sourcePort, lane, length, sequence);
        claimed(index, isTimed ? DatagramRecord.TYPE_TIMED_INLINE : DatagramRecord.TYPE_INLINE);
        return ring.address() + index + headerLength;
    }

    private void claimed(final int index, final int type) {
        if (isTimed) {
            DatagramRecord.times(buffer, index, times.headerNs(), times.startNs(), times.endNs());
        }
        claimedIndex = index;
        claimedType = type;
    }

    private long claimBlock(
        final long high, final long low, final int sourcePort, final int lane, final int length, final long sequence) {
        final int block = blocks.take();
        if (block < 0) {
            return NO_ROOM;
        }
        final int type = isTimed ? DatagramRecord.TYPE_TIMED_BLOCK : DatagramRecord.TYPE_BLOCK;
        final int index = ring.claim(DatagramRecord.headerLength(type) + Integer.BYTES);
        if (index < 0) {
            blocks.free(block);
            return NO_ROOM;
        }
        DatagramRecord.write(buffer, index, high, low, sourcePort, lane, length, sequence);
        buffer.putInt(index + DatagramRecord.headerLength(type), block);
        claimed(index, type);
        return blocks.block(block).addressOffset();
    }

    /** Shows the application what was claimed last. */
    void commit() {
        ring.commit(claimedType, claimedIndex);
        socket.happened(SocketEvents.READABLE);
    }

    /** Goes on with what waits, and looks whether enough has been read; for a congested socket. Answers the work done. */
    int poll() {
        final int moved = overflow.isEmpty() ? 0 : overflow.drainTo(this, times);
        return moved + (account.pollRelief(!overflow.isEmpty()) ? 1 : 0);
    }

    /** The socket closes: its port is congested no more, and what waited for room is gone. */
    public void close() {
        overflow.clear();
        account.end();
        timed(false);
    }

    /**
     * Shows datagrams that the application has not read, in order, until the visitor has enough.
     *
     * @param fromPosition of the ring to begin at; anything before what is unread means from there.
     * @param visitor      sees them.
     * @return position of the datagram that the visitor did not take, or -1 at the end.
     */
    public long forEachUnread(final long fromPosition, final UnreadVisitor visitor) {
        final long end = ring.position();
        final int mask = ring.capacity() - 1;
        long position = Math.max(fromPosition, ring.readPosition());
        while (position < end) {
            final int index = (int) position & mask & -RecordDescriptor.ALIGNMENT; // the reader's word may be anything
            final int length = buffer.getInt(RecordDescriptor.lengthOffset(index));
            if (length < RecordDescriptor.HEADER_LENGTH || length > ring.capacity() - index) {
                return -1;
            }
            if (buffer.getInt(RecordDescriptor.typeOffset(index)) > 0 && length >= SHORTEST_RECORD
                && !visitor.onUnread(socket, buffer, RecordDescriptor.encodedMsgOffset(index))) {
                return position;
            }
            position += BitUtil.align(length, RecordDescriptor.ALIGNMENT);
        }
        return -1;
    }

    /** What becomes of a datagram. */
    public enum Outcome {
        /** The application will have it. */
        TAKEN,
        /** There is no memory for it now: offer it again in each duty cycle. The socket's port is congested until it is taken. */
        NO_ROOM,
        /** It is longer than anything the socket's memory holds, which another process may have made: dropped and counted. */
        TOO_LONG
    }

    /** Looks at unread datagrams, for tools. Nothing it sees is overwritten meanwhile: only the engine's thread writes. */
    @FunctionalInterface
    public interface UnreadVisitor {
        /**
         * One datagram.
         *
         * @param socket it is for.
         * @param buffer of the ring.
         * @param index  of its {@link DatagramRecord}.
         * @return false to see no more; the datagram will be shown again.
         */
        boolean onUnread(EngineSocket socket, DirectBuffer buffer, int index);
    }
}
