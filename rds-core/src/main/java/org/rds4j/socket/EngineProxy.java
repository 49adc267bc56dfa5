package org.rds4j.socket;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.rds4j.congestion.CongestionMaps;

/** How application threads reach an engine: commands into its ring. Thread safe. */
public final class EngineProxy implements SocketControl {
    private static final int RING_LENGTH = 64 << 10;
    private static final int ALIGNMENT = 128;

    private final SocketDirectory directory;
    private final CongestionMaps congestion;
    private final ReadySets readySets;
    private final ManyToOneRingBuffer ring;
    private final Queue<Integer> givenUp = new ConcurrentLinkedQueue<>();
    private volatile boolean isClosed;

    /**
     * A proxy with a ring of its own.
     *
     * @param directory  of the engine's sockets.
     * @param congestion what hosts said of their ports.
     */
    public EngineProxy(final SocketDirectory directory, final CongestionMaps congestion) {
        final ByteBuffer memory =
            BufferUtil.allocateDirectAligned(RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, ALIGNMENT);
        this.directory = directory;
        this.congestion = congestion;
        this.readySets = ReadySets.inMemory(directory.capacity());
        this.ring = new ManyToOneRingBuffer(new UnsafeBuffer(memory));
    }

    /**
     * The ring the engine reads.
     *
     * @return commands as of {@link EngineCommand}.
     */
    public ManyToOneRingBuffer ring() {
        return ring;
    }

    /**
     * The regions of the engine's sockets.
     *
     * @return the directory.
     */
    public SocketDirectory directory() {
        return directory;
    }

    @Override
    public CongestionMaps congestion() {
        return congestion;
    }

    @Override
    public ReadySets readySets() {
        return readySets;
    }

    @Override
    public long command(final int kind, final int slot, final long high, final long low, final int port) {
        final long correlationId = ring.nextCorrelationId() + 1;
        return forward(kind, slot, high, low, port, correlationId) ? correlationId : NOT_NOW;
    }

    /**
     * Enqueues a command whose answer has been named, as by an application in another process.
     *
     * @param kind          one of {@link EngineCommand}.
     * @param slot          of the socket.
     * @param high          bits 127..64 of an address.
     * @param low           bits 63..0 of an address.
     * @param port          that goes with the address.
     * @param correlationId of the answer, which goes to the region in the slot.
     * @return false when the ring is full: try again.
     */
    public boolean forward(
        final int kind, final int slot, final long high, final long low, final int port, final long correlationId) {
        final int index = ring.tryClaim(kind, EngineCommand.LENGTH);
        if (index < 0) {
            return false;
        }
        final MutableDirectBuffer buffer = ring.buffer();
        buffer.putLong(index + EngineCommand.CORRELATION_OFFSET, correlationId);
        buffer.putInt(index + EngineCommand.SLOT_OFFSET, slot);
        buffer.putInt(index + EngineCommand.PORT_OFFSET, port);
        buffer.putLong(index + EngineCommand.HIGH_OFFSET, high);
        buffer.putLong(index + EngineCommand.LOW_OFFSET, low);
        ring.commit(index);
        return true;
    }

    @Override
    public void giveUp(final int slot) {
        givenUp.add(slot);
    }

    /** Puts closes that waited for room behind what is in the ring, the socket's OPEN perhaps; engine. */
    void closeGivenUp() {
        while (!givenUp.isEmpty() && forward(EngineCommand.CLOSE, givenUp.peek(), 0, 0, 0, NOT_NOW)) {
            givenUp.poll();
        }
    }

    /** The engine has ended: no command will be answered any more. */
    public void close() {
        isClosed = true;
    }

    @Override
    public boolean isClosed() {
        return isClosed;
    }
}
