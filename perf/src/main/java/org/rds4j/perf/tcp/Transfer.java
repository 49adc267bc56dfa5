package org.rds4j.perf.tcp;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;

/** One connection of {@code rds tcp}, working in one {@link TransferMode}. */
public final class Transfer implements TcpHandler {
    /** Octet i of what a source sends is i modulo this. */
    public static final int PATTERN_PERIOD = 251;

    private static final int PATTERN_LENGTH = PATTERN_PERIOD * 64;

    private final TransferMode mode;
    private final TransferLog log;
    private final ByteBuffer pattern = ByteBuffer.allocateDirect(PATTERN_LENGTH + PATTERN_PERIOD);
    private long left;
    private long sent;
    private long received;
    private boolean isPeerClosed;
    private CloseReason closeReason;

    /**
     * A transfer.
     *
     * @param mode   what it does.
     * @param octets a source sends.
     * @param log    told of the end.
     */
    Transfer(final TransferMode mode, final long octets, final TransferLog log) {
        this.mode = mode;
        this.log = log;
        this.left = mode == TransferMode.SOURCE ? octets : 0;
        for (int i = 0; i < pattern.capacity(); i++) {
            pattern.put(i, (byte) (i % PATTERN_PERIOD));
        }
    }

    /**
     * Octets sent so far.
     *
     * @return a count.
     */
    public long sent() {
        return sent;
    }

    /**
     * Octets received so far.
     *
     * @return a count.
     */
    public long received() {
        return received;
    }

    /**
     * How the connection ended.
     *
     * @return the reason, or null while it lives.
     */
    public CloseReason closeReason() {
        return closeReason;
    }

    @Override
    public void onConnected(final TcpConnection connection) {
        advance(connection);
    }

    @Override
    public void onAcknowledged(final TcpConnection connection) {
        advance(connection);
    }

    @Override
    public void onReceivable(final TcpConnection connection) {
        advance(connection);
    }

    @Override
    public void onPeerClosed(final TcpConnection connection) {
        isPeerClosed = true;
        advance(connection);
    }

    @Override
    public void onClosed(final TcpConnection connection, final CloseReason reason) {
        closeReason = reason;
        log.onClosed();
        connection.release();
    }

    private void advance(final TcpConnection connection) {
        final boolean isDone = switch (mode) {
            case ECHO -> echo(connection) && isPeerClosed;
            case SINK -> drop(connection) && isPeerClosed;
            case SOURCE -> produce(connection) && drop(connection);
        };
        if (isDone) {
            connection.closeSend();
        }
    }

    /** Sends back as much as fits; the rest waits in the receive window. */
    private boolean echo(final TcpConnection connection) {
        long position = connection.consumedPosition();
        int length;
        while ((length = connection.contiguousLength(position)) > 0) {
            final int taken = connection.send(connection.receiveAddress(position, length), length);
            position += taken;
            sent += taken;
            received += taken;
            connection.consume(position);
            if (taken < length) {
                return false;
            }
        }
        return true;
    }

    private boolean drop(final TcpConnection connection) {
        received += connection.receivedPosition() - connection.consumedPosition();
        connection.consume(connection.receivedPosition());
        return true;
    }

    private boolean produce(final TcpConnection connection) {
        while (left > 0) {
            final int phase = (int) (sent % PATTERN_PERIOD);
            final int taken = connection.send(
                BufferUtil.address(pattern) + phase, (int) Math.min(left, PATTERN_LENGTH));
            sent += taken;
            left -= taken;
            if (taken == 0) {
                return false;
            }
        }
        return true;
    }
}
