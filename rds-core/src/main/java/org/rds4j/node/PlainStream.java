package org.rds4j.node;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.agrona.BufferUtil;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;

/**
 * A plain TCP connection beside a node's RDS, for control channels: octets in order both ways, unencrypted whatever the node's
 * security. Opened by {@link RdsNode#connectStream} or {@link PlainStreamListener#accept}; used by one thread of the
 * application. Both directions are bounded rings to the engine; a reader that does not read closes the TCP window.
 */
public final class PlainStream implements AutoCloseable {
    private static final int RING_LENGTH = 16 << 10;
    private static final int PIECE = 1 << 10;
    private static final int TYPE_OCTETS = 1;

    private final NanoClock clock;
    private final RdsContext context;
    private final IntSupplier duty;
    private final OneToOneRingBuffer inbound = newRing();
    private final OneToOneRingBuffer outbound = newRing();
    private final ByteBuffer unread = ByteBuffer.allocate(PIECE).flip();
    private final EngineSide engineSide = new EngineSide();
    private volatile RdsAddress local;
    private volatile RdsAddress remote;
    private volatile boolean isConnected;
    private volatile boolean isPeerClosed;
    private volatile boolean isClosing;
    private volatile String end;

    PlainStream(final RdsContext context, final IntSupplier duty) {
        this.context = context;
        this.clock = context.nanoClock();
        this.duty = duty;
    }

    private static OneToOneRingBuffer newRing() {
        return new OneToOneRingBuffer(new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(RING_LENGTH + RingBufferDescriptor.TRAILER_LENGTH, Long.BYTES)));
    }

    /**
     * This end.
     *
     * @return address and port.
     */
    public RdsAddress localAddress() {
        return local;
    }

    /**
     * The peer's end.
     *
     * @return address and port.
     */
    public RdsAddress remoteAddress() {
        return remote;
    }

    /**
     * Whether the peer has closed its direction and everything it sent was read, or the connection is over.
     *
     * @return true when there is nothing more to read, ever.
     */
    public boolean isEnded() {
        return (isPeerClosed || end != null) && !unread.hasRemaining() && inbound.size() == 0;
    }

    /**
     * Sends octets, waiting for room.
     *
     * @param octets    all of them are sent.
     * @param timeoutNs longest wait.
     * @throws RdsException ETIMEDOUT, EINTR, ECONNRESET when the connection is over.
     */
    public void write(final byte[] octets, final long timeoutNs) {
        final UnsafeBuffer buffer = new UnsafeBuffer(octets);
        for (int offset = 0; offset < octets.length; offset += PIECE) {
            final int start = offset;
            final int length = Math.min(PIECE, octets.length - offset);
            await(() -> end != null || outbound.write(TYPE_OCTETS, buffer, start, length), timeoutNs, "room to send");
            requireAlive();
        }
    }

    private void requireAlive() {
        if (end != null) {
            throw RdsException.of(Errno.ECONNRESET, "the connection with " + remote + " is over: " + end);
        }
    }

    /**
     * Receives octets, waiting for all of them.
     *
     * @param count     how many.
     * @param timeoutNs longest wait.
     * @return exactly so many.
     * @throws RdsException ETIMEDOUT, EINTR, ECONNRESET when the peer sent fewer and closed.
     */
    public byte[] read(final int count, final long timeoutNs) {
        final byte[] octets = new byte[count];
        int filled = 0;
        while (filled < count) {
            await(() -> unread.hasRemaining() || refill() || isEnded(), timeoutNs, "octets of " + remote);
            if (!unread.hasRemaining()) {
                throw RdsException.of(Errno.ECONNRESET, remote + " closed the connection");
            }
            final int length = Math.min(count - filled, unread.remaining());
            unread.get(octets, filled, length);
            filled += length;
        }
        return octets;
    }

    private boolean refill() {
        return inbound.read((type, buffer, index, length) -> {
            unread.clear();
            buffer.getBytes(index, unread, length);
            unread.flip();
        }, 1) > 0 && unread.hasRemaining();
    }

    /** Closes after everything written is sent. Idempotent. */
    @Override
    public void close() {
        isClosing = true;
    }

    void awaitConnected(final long timeoutNs) {
        await(() -> isConnected || end != null, timeoutNs, "the connection");
        if (!isConnected) {
            throw RdsException.of(Errno.ECONNREFUSED, end);
        }
    }

    void await(final BooleanSupplier condition, final long timeoutNs, final String what) {
        final long startNs = clock.nanoTime();
        final IdleStrategy idle = context.newApplicationIdleStrategy();
        while (!condition.getAsBoolean()) {
            if (Thread.currentThread().isInterrupted()) {
                throw RdsException.of(Errno.EINTR, "interrupted while waiting for " + what);
            }
            if (clock.nanoTime() - startNs >= timeoutNs) {
                throw RdsException.of(Errno.ETIMEDOUT, "waited " + timeoutNs / 1_000_000 + " ms for " + what);
            }
            idle.idle(duty == null ? 0 : duty.getAsInt());
        }
    }

    TcpHandler handler() {
        return engineSide;
    }

    /** Engine thread, as are all that follow. */
    void begin(final TcpConnection connection) {
        engineSide.connection = connection;
        local = RdsAddress.of(connection.localHigh(), connection.localLow(), connection.localPort());
        remote = RdsAddress.of(connection.remoteHigh(), connection.remoteLow(), connection.remotePort());
    }

    void fail(final String reason) {
        end = reason;
    }

    int poll() {
        return engineSide.poll();
    }

    boolean isOver() {
        return end != null;
    }

    void abort() {
        if (end == null) {
            engineSide.connection.abort();
        }
    }

    /** What TCP tells, and the octets between its streams and the rings. */
    private final class EngineSide implements TcpHandler {
        private TcpConnection connection;
        private final UnsafeBuffer piece = new UnsafeBuffer(0, 0);
        private boolean isFinSent;
        private boolean isFinReceived;

        int poll() {
            if (end != null) {
                return 0;
            }
            takeIn();
            int work = 0;
            while (connection.sendSpace() >= PIECE) {
                final int count = outbound.read((type, buffer, index, length) ->
                    connection.send(buffer.addressOffset() + index, length), 1);
                if (count == 0) {
                    break;
                }
                work += count;
            }
            if (isClosing && !isFinSent && outbound.size() == 0) {
                isFinSent = true;
                connection.consume(connection.receivedPosition());
                connection.close();
            }
            return work;
        }

        private void takeIn() {
            long position = connection.consumedPosition();
            int length;
            while (!isFinSent && (length = Math.min(PIECE, connection.contiguousLength(position))) > 0) {
                piece.wrap(connection.receiveAddress(position, length), length);
                if (!inbound.write(TYPE_OCTETS, piece, 0, length)) {
                    break;
                }
                position += length;
                connection.consume(position);
            }
            isPeerClosed = isFinReceived && position == connection.receivedPosition();
        }

        @Override
        public void onConnected(final TcpConnection established) {
            isConnected = true;
        }

        @Override
        public void onAcknowledged(final TcpConnection advanced) {
            // poll looks for room.
        }

        @Override
        public void onReceivable(final TcpConnection receiving) {
            takeIn();
        }

        @Override
        public void onPeerClosed(final TcpConnection halfClosed) {
            isFinReceived = true;
            takeIn();
        }

        @Override
        public void onClosed(final TcpConnection closed, final CloseReason reason) {
            takeIn();
            end = switch (reason) {
                case NORMAL -> "closed";
                case RESET -> "the peer reset it";
                case REFUSED -> "connection refused";
                case TIMEOUT -> "the peer does not answer";
                case ABORTED -> "it was given up";
                case UNREACHABLE -> "the host is unreachable";
            };
            closed.release();
        }
    }
}
