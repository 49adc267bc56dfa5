package org.rds4j.tests.interop;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;

/**
 * The engine's end of an exchange with {@code exchange.py}: the first eight octets say how many the other side wants, then both
 * send at once, in pieces of random size, and each closes its half when it has sent everything.
 */
final class Exchange implements TcpHandler {
    private static final int BLOCK = 1 << 17;
    private static final long UNKNOWN = -1;

    private final boolean verified;
    private final SplittableRandom random;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    private final UnsafeBuffer received = new UnsafeBuffer(0, 0);
    private final byte[] piece = new byte[BLOCK];
    private final ByteBuffer request = ByteBuffer.allocate(Long.BYTES);
    private final MessageDigest digestOfSent = sha256();
    private final MessageDigest digestOfCame = sha256();
    private long wanted = UNKNOWN;
    private long sent;
    private long came;
    private CloseReason closeReason;

    /**
     * An exchange.
     *
     * @param verified takes digests of everything, and so is slower.
     * @param seed     of contents and sizes.
     */
    Exchange(final boolean verified, final long seed) {
        this.verified = verified;
        random = new SplittableRandom(seed);
        random.nextBytes(piece);
        block.put(0, piece);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** How it ended, or null while it lasts. */
    CloseReason closeReason() {
        return closeReason;
    }

    /** What came and what was sent, request included; {@code exchange.py} says the same the other way round. */
    String report() {
        return "came " + came + " " + hex(digestOfCame) + " sent " + sent + " " + hex(digestOfSent) + " " + closeReason;
    }

    private static String hex(final MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void onConnected(final TcpConnection connection) {
        connection.noDelay(true);
    }

    @Override
    public void onAcknowledged(final TcpConnection connection) {
        send(connection);
    }

    @Override
    public void onReceivable(final TcpConnection connection) {
        receive(connection);
        send(connection);
    }

    @Override
    public void onPeerClosed(final TcpConnection connection) {
        onReceivable(connection);
    }

    @Override
    public void onClosed(final TcpConnection connection, final CloseReason reason) {
        closeReason = reason;
        connection.release();
    }

    private void receive(final TcpConnection connection) {
        if (!verified && wanted != UNKNOWN) {
            came += connection.receivedPosition() - connection.consumedPosition();
            connection.consume(connection.receivedPosition());
            return;
        }
        long position = connection.consumedPosition();
        int length = Math.min(connection.contiguousLength(position), 1 + random.nextInt(BLOCK));
        while (length > 0) {
            received.wrap(connection.receiveAddress(position, length), length);
            received.getBytes(0, piece, 0, length);
            take(length);
            position += length;
            connection.consume(position);
            length = Math.min(connection.contiguousLength(position), 1 + random.nextInt(BLOCK));
        }
    }

    private void take(final int length) {
        came += length;
        digestOfCame.update(piece, 0, length);
        for (int i = 0; i < length && wanted == UNKNOWN; i++) {
            request.put(piece[i]);
            if (!request.hasRemaining()) {
                wanted = request.getLong(0);
            }
        }
    }

    private void send(final TcpConnection connection) {
        int taken = 1;
        while (sent < wanted && taken > 0) {
            final int start = verified ? random.nextInt(BLOCK / 2) : 0;
            final int length = verified ? 1 + random.nextInt(BLOCK / 2) : BLOCK;
            taken = connection.send(BufferUtil.address(block) + start, (int) Math.min(length, wanted - sent));
            if (verified) {
                digestOfSent.update(block.slice(start, taken));
            }
            sent += taken;
        }
        if (sent == wanted) {
            connection.closeSend();
            wanted = Long.MIN_VALUE;
        }
    }
}
