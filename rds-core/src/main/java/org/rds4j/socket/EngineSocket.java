package org.rds4j.socket;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.rds4j.frame.OffHeap;
import org.rds4j.peer.PeerPath;

/** The engine's side of one socket. Engine thread only. */
public final class EngineSocket {
    private final SocketRegion region;
    private final int id;
    private final OneToOneRingBuffer receiveRing;
    private final MutableDirectBuffer receiveBuffer;
    private final long receiveAddress;
    private final long submitAddress;
    private final int maxInlineLength;
    private int port;
    private long pathHigh;
    private long pathLow;
    private int pathLevel;
    private PeerPath path;

    EngineSocket(final SocketRegion region, final int id) {
        this.region = region;
        this.id = id;
        this.receiveRing = region.receiveRing();
        this.receiveBuffer = receiveRing.buffer();
        this.receiveAddress = receiveBuffer.addressOffset();
        this.submitAddress = region.submitRing().buffer().addressOffset();
        this.maxInlineLength = receiveRing.maxMsgLength() - DatagramRecord.HEADER_LENGTH;
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
     * Where the submit ring's memory begins.
     *
     * @return address of index 0.
     */
    public long submitAddress() {
        return submitAddress;
    }

    void bind(final long high, final long low, final int boundPort) {
        port = boundPort;
        region.bound(high, low, boundPort);
    }

    /**
     * Takes submitted datagrams.
     *
     * @param handler called for each.
     * @param limit   most datagrams.
     * @return how many were taken.
     */
    public int drain(final ControlledMessageHandler handler, final int limit) {
        return region.submitRing().controlledRead(handler, limit);
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
     * @return false when there is no room now.
     */
    public boolean deliver(
        final long high, final long low, final int sourcePort, final int level, final long payload, final int length) {
        if (length > maxInlineLength) {
            return deliverBlock(high, low, sourcePort, level, payload, length);
        }
        final int index = receiveRing.tryClaim(DatagramRecord.TYPE_INLINE, DatagramRecord.HEADER_LENGTH + length);
        if (index < 0) {
            return false;
        }
        DatagramRecord.write(receiveBuffer, index, high, low, sourcePort, level, length);
        OffHeap.copy(payload, receiveAddress + index + DatagramRecord.HEADER_LENGTH, length);
        receiveRing.commit(index);
        return true;
    }

    private boolean deliverBlock(
        final long high, final long low, final int sourcePort, final int level, final long payload, final int length) {
        final BlockPool blocks = region.receiveBlocks();
        final int block = blocks.take();
        if (block < 0) {
            return false;
        }
        final int index = receiveRing.tryClaim(DatagramRecord.TYPE_BLOCK, DatagramRecord.BLOCK_RECORD_LENGTH);
        if (index < 0) {
            blocks.free(block);
            return false;
        }
        OffHeap.copy(payload, blocks.block(block).addressOffset(), length);
        DatagramRecord.write(receiveBuffer, index, high, low, sourcePort, level, length);
        receiveBuffer.putInt(index + DatagramRecord.HEADER_LENGTH, block);
        receiveRing.commit(index);
        return true;
    }
}
