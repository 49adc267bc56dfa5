package org.rds4j.tests.multiqueue;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpHandler;

/**
 * One connection's application: sends octets that no other connection sends at the same place, and checks every octet that comes.
 * Used by its engine's thread.
 */
final class Conversation implements TcpHandler {
    private static final int PERIOD = 251;
    private static final int WRITE_LENGTH = PERIOD * 64;
    /** Of one that never ends: full most of the time, so that what is in flight does not go on growing now and then. */
    private static final int STEADY_WINDOW = 1 << 16;
    private static final ByteBuffer PATTERN = pattern();
    private static final long SOURCE = BufferUtil.address(PATTERN);

    private final MemberEngine engine;
    private final boolean isDialer;
    private final long toSend;
    private int seed;
    private boolean isClosed;

    /** One that sends a number of octets and then closes. */
    Conversation(final MemberEngine engine, final boolean isDialer, final long toSend) {
        this.engine = engine;
        this.isDialer = isDialer;
        this.toSend = toSend;
    }

    private static ByteBuffer pattern() {
        final ByteBuffer pattern = ByteBuffer.allocateDirect(WRITE_LENGTH + PERIOD);
        for (int i = 0; i < pattern.capacity(); i++) {
            pattern.put(i, (byte) (i % PERIOD));
        }
        return pattern;
    }

    @Override
    public void onConnected(final TcpConnection c) {
        seed = (isDialer ? c.localPort() : c.remotePort()) * 7;
        engine.onConnected(c);
        if (toSend == Long.MAX_VALUE) {
            c.receiveLimit(STEADY_WINDOW);
        }
        send(c);
    }

    private void send(final TcpConnection c) {
        final int own = seed + (isDialer ? 0 : 100);
        int taken = 1;
        while (taken > 0 && c.sendCommitted() < toSend) {
            final int phase = (int) ((c.sendCommitted() + own) % PERIOD);
            taken = c.send(SOURCE + phase, (int) Math.min(WRITE_LENGTH, toSend - c.sendCommitted()));
        }
        if (c.sendCommitted() == toSend) {
            c.closeSend();
        }
    }

    @Override
    public void onAcknowledged(final TcpConnection c) {
        engine.confinement.check("an acknowledgement");
        send(c);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    public void onReceivable(final TcpConnection c) {
        engine.confinement.check("data");
        final int theirs = seed + (isDialer ? 100 : 0);
        while (c.consumedPosition() < c.receivedPosition()) {
            final long position = c.consumedPosition();
            final int length = c.contiguousLength(position);
            final long address = c.receiveAddress(position, length);
            for (int i = 0; i < length; i++) {
                if (UnsafeApi.getByte(address + i) != (byte) ((position + i + theirs) % PERIOD)) {
                    engine.wrongOctets++;
                }
            }
            c.consume(position + length);
            engine.octets += length;
        }
    }

    @Override
    public void onPeerClosed(final TcpConnection c) {
        engine.confinement.check("the peer's end");
    }

    @Override
    public void onClosed(final TcpConnection c, final CloseReason reason) {
        if (isClosed || reason != CloseReason.NORMAL || c.receivedPosition() != toSend) {
            engine.badEnds++;
        }
        isClosed = true;
        engine.onClosed();
        c.release();
    }
}
