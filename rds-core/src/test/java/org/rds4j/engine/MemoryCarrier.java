package org.rds4j.engine;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.carrier.CarrierWatcher;

/**
 * One end of a stream in memory that behaves like TCP with a slow reader of offered memory: chunks are read when they are
 * transferred, not when offered; the peer's acknowledgement is seen later still; a cut loses what was not transferred.
 */
final class MemoryCarrier implements ByteCarrier {
    private static final int CHUNKS = 1024;
    private static final int RECEIVE_CAPACITY = 256 << 10;

    private final int maxChunkLength;
    private final int maxInFlight;
    private final long[] chunkAddress = new long[CHUNKS];
    private final int[] chunkLength = new int[CHUNKS];
    private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_CAPACITY);
    private final long receivedAddress = BufferUtil.address(received);
    private MemoryCarrier peer;
    private CarrierWatcher watcher;
    private long chunkHead;
    private long chunkTail;
    private int chunkDone;
    private long offeredPosition;
    private long transferredPosition;
    private long acknowledgedPosition;
    private int readIndex;
    private int writeIndex;
    private boolean isClosing;
    private boolean isDown;
    private boolean isDownTold;
    private int remotePort;
    private boolean isUnread;

    private MemoryCarrier(final int maxChunkLength, final int maxInFlight) {
        this.maxChunkLength = maxChunkLength;
        this.maxInFlight = maxInFlight;
    }

    static MemoryCarrier pair(final int maxChunkLength, final int maxInFlight) {
        final MemoryCarrier one = new MemoryCarrier(maxChunkLength, maxInFlight);
        final MemoryCarrier other = new MemoryCarrier(maxChunkLength, maxInFlight);
        one.peer = other;
        other.peer = one;
        return one;
    }

    MemoryCarrier from(final int port) {
        remotePort = port;
        return this;
    }

    @Override
    public int remotePort() {
        return remotePort;
    }

    MemoryCarrier peer() {
        return peer;
    }

    long firstReceived() {
        return receivedAddress + readIndex;
    }

    int receivedLength() {
        return writeIndex - readIndex;
    }

    /** Whether nobody comes to read what was received, though it is acknowledged. */
    void unread(final boolean isLeft) {
        isUnread = isLeft;
        tellWatcher();
    }

    /** Takes received octets away, as if they had been read. */
    void skip(final int length) {
        readIndex += length;
    }

    /** Puts raw octets as if the peer had sent them. */
    void inject(final byte[] octets) {
        for (final byte octet : octets) {
            UnsafeApi.putByte(receivedAddress + writeIndex++, octet);
        }
        tellWatcher();
    }

    /** Moves octets to the peer, as much as the limit and the peer's window allow. */
    int transfer(final int limit) {
        int moved = 0;
        while (chunkTail < chunkHead && moved < limit && !isDown) {
            final int slot = (int) chunkTail % CHUNKS;
            final int length = Math.min(limit - moved, Math.min(chunkLength[slot] - chunkDone, peer.makeRoom()));
            if (length == 0) {
                break;
            }
            UnsafeApi.copyMemory(chunkAddress[slot] + chunkDone, peer.receivedAddress + peer.writeIndex, length);
            peer.writeIndex += length;
            chunkDone += length;
            moved += length;
            transferredPosition += length;
            if (chunkDone == chunkLength[slot]) {
                chunkDone = 0;
                chunkTail++;
            }
        }
        if (moved > 0) {
            tellWatcher();
            peer.tellWatcher();
        }
        if (isClosing && chunkTail == chunkHead && !isDown) {
            acknowledge();
            peer.acknowledge();
            cut();
        }
        return moved;
    }

    private int makeRoom() {
        if (readIndex == writeIndex) {
            readIndex = 0;
            writeIndex = 0;
        } else if (RECEIVE_CAPACITY - writeIndex < 1024) {
            UnsafeApi.copyMemory(receivedAddress + readIndex, receivedAddress, writeIndex - readIndex);
            writeIndex -= readIndex;
            readIndex = 0;
        }
        return RECEIVE_CAPACITY - writeIndex;
    }

    /** The sender learns what the peer has. */
    void acknowledge() {
        if (acknowledgedPosition < transferredPosition) {
            acknowledgedPosition = transferredPosition;
            tellWatcher();
        }
    }

    /** Breaks the stream both ways; what was transferred stays readable. */
    void cut() {
        isDown = true;
        peer.isDown = true;
    }

    @Override
    public void watcher(final CarrierWatcher named) {
        watcher = named;
    }

    @Override
    public CarrierWatcher watcher() {
        return watcher;
    }

    private void tellWatcher() {
        if (watcher != null) {
            watcher.onCarrierEvent();
        }
    }

    boolean isDown() {
        return isDown;
    }

    boolean tellDown() {
        final boolean isNews = isDown && !isDownTold;
        isDownTold |= isDown;
        return isNews;
    }

    @Override
    public long offer(final long address, final int length) {
        if (length < 1 || length > maxChunkLength) {
            throw new IllegalArgumentException("chunk of " + length);
        }
        if (isDown || isClosing || !isReady()) {
            return NOT_NOW;
        }
        final int slot = (int) chunkHead++ % CHUNKS;
        chunkAddress[slot] = address;
        chunkLength[slot] = length;
        offeredPosition += length;
        return offeredPosition;
    }

    @Override
    public int maxChunkLength() {
        return maxChunkLength;
    }

    @Override
    public boolean isReady() {
        return offeredPosition - transferredPosition < maxInFlight && chunkHead - chunkTail < CHUNKS;
    }

    @Override
    public long acknowledgedPosition() {
        return acknowledgedPosition;
    }

    @Override
    public int receive(final CarrierHandler handler) {
        if (readIndex == writeIndex || isUnread) {
            return 0;
        }
        final int taken = handler.onBytes(receivedAddress + readIndex, writeIndex - readIndex);
        readIndex += taken;
        return taken;
    }

    @Override
    public void close() {
        isClosing = true;
    }

    @Override
    public void abort() {
        cut();
    }

    @Override
    public boolean isDrained() {
        return isDownTold && readIndex == writeIndex;
    }

    @Override
    public void discard() {
        abort();
    }
}
