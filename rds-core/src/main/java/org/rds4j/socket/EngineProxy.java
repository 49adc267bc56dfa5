package org.rds4j.socket;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.rds4j.congestion.CongestionMaps;

/** How application threads reach an engine: commands into its ring. Thread safe. */
public final class EngineProxy {
    /** Answer of a command that found the ring full; try again. */
    public static final long NOT_NOW = -1;

    private static final int RING_LENGTH = 64 << 10;
    private static final int ALIGNMENT = 128;

    private final SocketDirectory directory;
    private final CongestionMaps congestion;
    private final ManyToOneRingBuffer ring;
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

    /**
     * What hosts said of their ports.
     *
     * @return to be read.
     */
    public CongestionMaps congestion() {
        return congestion;
    }

    /**
     * Enqueues a command.
     *
     * @param kind one of {@link EngineCommand}.
     * @param slot of the socket.
     * @param high bits 127..64 of the address to bind, or of the destination.
     * @param low  bits 63..0 of the address to bind, or of the destination.
     * @param port to bind, or of the destination.
     * @return the correlation id of the answer, above 0; or {@link #NOT_NOW}.
     */
    public long command(final int kind, final int slot, final long high, final long low, final int port) {
        final int index = ring.tryClaim(kind, EngineCommand.LENGTH);
        if (index < 0) {
            return NOT_NOW;
        }
        final long correlationId = ring.nextCorrelationId() + 1;
        final MutableDirectBuffer buffer = ring.buffer();
        buffer.putLong(index + EngineCommand.CORRELATION_OFFSET, correlationId);
        buffer.putInt(index + EngineCommand.SLOT_OFFSET, slot);
        buffer.putInt(index + EngineCommand.PORT_OFFSET, port);
        buffer.putLong(index + EngineCommand.HIGH_OFFSET, high);
        buffer.putLong(index + EngineCommand.LOW_OFFSET, low);
        ring.commit(index);
        return correlationId;
    }

    /** The engine has ended: no command will be answered any more. */
    public void close() {
        isClosed = true;
    }

    /**
     * Whether the engine has ended.
     *
     * @return true after {@link #close()}.
     */
    public boolean isClosed() {
        return isClosed;
    }
}
