package org.rds4j.socket;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.rds4j.frame.OffHeap;
import org.rds4j.peer.PeerPath;

/** The engine's side of one socket. Engine thread only. */
public final class EngineSocket {
    private static final int SHORTEST_RECORD = RecordDescriptor.HEADER_LENGTH + DatagramRecord.HEADER_LENGTH;

    private final SocketRegion region;
    private final int id;
    private final SubmitReader submitted;
    private final ReceiveWriter receiveRing;
    private final AtomicBuffer receiveBuffer;
    private final int maxInlineLength;
    private final SubmitBacklog backlog;
    private int port;
    private long pathHigh;
    private long pathLow;
    private int pathLevel;
    private PeerPath path;

    EngineSocket(final SocketRegion region, final int id) {
        this.region = region;
        this.id = id;
        this.submitted = new SubmitReader(region.submitRing(), region.submitBlocks(), region.permittedLevels());
        this.backlog = new SubmitBacklog(submitted);
        this.receiveRing = new ReceiveWriter(region.receiveRing());
        this.receiveBuffer = receiveRing.buffer();
        this.maxInlineLength = region.receiveRing().maxMsgLength() - DatagramRecord.HEADER_LENGTH;
    }

    /**
     * Names the socket among all the engine ever served, as the owner of messages.
     *
     * @return not 0.
     */
    public int id() {
        return id;
    }

    /**
     * The port bound to.
     *
     * @return 2 to 65535, or 0 while unbound.
     */
    public int port() {
        return port;
    }

    /**
     * The memory shared with the application.
     *
     * @return the region.
     */
    public SocketRegion region() {
        return region;
    }

    /**
     * Submitted datagrams that wait for room.
     *
     * @return the backlog.
     */
    public SubmitBacklog backlog() {
        return backlog;
    }

    void bind(final long high, final long low, final int boundPort) {
        port = boundPort;
        region.bound(high, low, boundPort);
    }

    /**
     * Takes submitted datagrams.
     *
     * @param handler called for each; finds its words at {@link #submitted()}.
     * @param limit   most datagrams.
     * @return how many were taken.
     */
    public int drain(final ControlledMessageHandler handler, final int limit) {
        return submitted.read(handler, limit);
    }

    /**
     * The submit ring, and the words of the datagram that a handler is called for.
     *
     * @return the ring's reader.
     */
    public SubmitReader submitted() {
        return submitted;
    }

    /**
     * Octets of the receive ring that the application has not read.
     *
     * @return 0 to the ring's length.
     */
    public int unreadLength() {
        return (int) (receiveRing.position() - receiveRing.readPosition());
    }

    /** Something stands in the region that a sound application does not write: the socket is to be closed. */
    public void corrupt() {
        submitted.corrupt();
    }

    /**
     * Whether the region holds what a sound application does not write.
     *
     * @return true when the socket is to be closed.
     */
    public boolean isCorrupt() {
        return submitted.isCorrupt() || receiveRing.isCorrupt();
    }

    /**
     * The path the last datagram took, if this one takes it too.
     *
     * @param high  bits 127..64 of the destination.
     * @param low   bits 63..0 of the destination.
     * @param level service level.
     * @return the path, or null.
     */
    public PeerPath lastPath(final long high, final long low, final int level) {
        return pathLow == low && pathHigh == high && pathLevel == level ? path : null;
    }

    /**
     * Remembers the path of a destination.
     *
     * @param high  bits 127..64 of the destination.
     * @param low   bits 63..0 of the destination.
     * @param level service level.
     * @param taken the path.
     */
    public void lastPath(final long high, final long low, final int level, final PeerPath taken) {
        pathHigh = high;
        pathLow = low;
        pathLevel = level;
        path = taken;
    }

    /**
     * Gives a datagram to the application, copying it.
     *
     * @param high       bits 127..64 of the source.
     * @param low        bits 63..0 of the source.
     * @param sourcePort of the source.
     * @param level      service level.
     * @param payload    address of the payload; borrowed for the call.
     * @param length     octets of payload.
     * @param sequence   number of the message on its path, 0 when it comes from this host.
     * @return false when there is no room now.
     */
    public boolean deliver(
        final long high, final long low, final int sourcePort, final int level, final long payload, final int length,
        final long sequence) {
        if (length > maxInlineLength) {
            return deliverBlock(high, low, sourcePort, level, payload, length, sequence);
        }
        final int index = receiveRing.claim(DatagramRecord.HEADER_LENGTH + length);
        if (index < 0) {
            return false;
        }
        DatagramRecord.write(receiveBuffer, index, high, low, sourcePort, level, length, sequence);
        OffHeap.copy(payload, receiveRing.address() + index + DatagramRecord.HEADER_LENGTH, length);
        receiveRing.commit(DatagramRecord.TYPE_INLINE, index);
        return true;
    }

    private boolean deliverBlock(
        final long high, final long low, final int sourcePort, final int level, final long payload, final int length,
        final long sequence) {
        final BlockPool blocks = region.receiveBlocks();
        final int block = blocks.take();
        if (block < 0) {
            return false;
        }
        final int index = receiveRing.claim(DatagramRecord.BLOCK_RECORD_LENGTH);
        if (index < 0) {
            blocks.free(block);
            return false;
        }
        OffHeap.copy(payload, blocks.block(block).addressOffset(), length);
        DatagramRecord.write(receiveBuffer, index, high, low, sourcePort, level, length, sequence);
        receiveBuffer.putInt(index + DatagramRecord.HEADER_LENGTH, block);
        receiveRing.commit(DatagramRecord.TYPE_BLOCK, index);
        return true;
    }

    /**
     * Shows datagrams that the application has not read, in order, until the visitor has enough.
     *
     * @param fromPosition of the ring to begin at; anything before what is unread means from there.
     * @param visitor      sees them.
     * @return position of the datagram that the visitor did not take, or -1 at the end.
     */
    public long forEachUnread(final long fromPosition, final UnreadVisitor visitor) {
        final long end = receiveRing.position();
        final int mask = receiveRing.capacity() - 1;
        long position = Math.max(fromPosition, receiveRing.readPosition());
        while (position < end) {
            final int index = (int) position & mask & -RecordDescriptor.ALIGNMENT; // the reader's word may be anything
            final int length = receiveBuffer.getInt(RecordDescriptor.lengthOffset(index));
            if (length < RecordDescriptor.HEADER_LENGTH || length > receiveRing.capacity() - index) {
                return -1;
            }
            if (receiveBuffer.getInt(RecordDescriptor.typeOffset(index)) > 0 && length >= SHORTEST_RECORD
                && !visitor.onUnread(this, receiveBuffer, RecordDescriptor.encodedMsgOffset(index))) {
                return position;
            }
            position += BitUtil.align(length, RecordDescriptor.ALIGNMENT);
        }
        return -1;
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
