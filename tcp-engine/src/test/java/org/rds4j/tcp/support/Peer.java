package org.rds4j.tcp.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;

/** One end of a {@link Wire}: an engine and an owner that sends octets of the pattern, checks what it gets, and closes. */
public final class Peer implements TcpHandler {
    public final TcpCounters counters = TcpCounters.inMemory();
    public final TcpEngine engine;
    public final PlainRoute route;
    public TcpConnection connection;
    public TcpListener listener;
    public long toSend;
    public boolean closesWhenSent = true;
    public boolean closed;
    public boolean peerClosed;
    public boolean connected;
    public CloseReason reason;
    public long finalReceived;
    private final Random random;
    private final Octets scratch = new Octets(32_768);
    private long claimed;
    private boolean closing;

    public Peer(final int local, final int remote, final int mtu, final TcpConfiguration configuration, final long seed) {
        route = new PlainRoute(local, remote, mtu);
        random = new Random(seed);
        engine = new TcpEngine(configuration, (high, low) -> route, random, counters);
    }

    public void listen(final int port) {
        listener = engine.listen(port, c -> {
            connection = c;
            return this;
        });
    }

    public void connect(final int remotePort, final int localPort, final long nowNs) {
        connection = engine.connect(0, route.remoteLow(), remotePort, localPort, 0, 0, this, nowNs);
    }

    /** Sends, reads and closes what it feels like now. */
    public void act() {
        if (connection == null || closed || !connected) {
            return;
        }
        write();
        if (!closed) {
            read(random.nextInt(3) > 0);
        }
        if (!closed && !closing && closesWhenSent && claimed == toSend && connection.sendCommitted() == claimed) {
            closing = true;
            connection.closeSend();
        }
    }

    private void write() {
        while (claimed < toSend) {
            final int length = (int) Math.min(toSend - claimed, 1 + random.nextInt(5000));
            if (random.nextBoolean()) {
                Octets.fill(scratch.address(), claimed, length);
                final int taken = connection.send(scratch.address(), length);
                claimed += taken;
                if (taken < length) {
                    return;
                }
            } else {
                final long position = connection.claimSend(length);
                if (position < 0) {
                    return;
                }
                assertEquals(claimed, position);
                Octets.fill(connection.sendAddress(position), position, length);
                connection.commitSend(length);
                claimed += length;
            }
        }
    }

    private void read(final boolean everything) {
        while (connection.consumedPosition() < connection.receivedPosition()) {
            final long position = connection.consumedPosition();
            final int contiguous = connection.contiguousLength(position);
            assertTrue(contiguous > 0);
            final int length = everything ? contiguous : 1 + random.nextInt(contiguous);
            final long address = connection.receiveAddress(position, length);
            assertEquals(-1, Octets.firstWrong(address, position, length), "octets at " + position);
            Octets.fill(address, ~position, length); // as decryption in place would
            connection.consume(position + length);
            if (!everything) {
                return;
            }
        }
    }

    @Override
    public void onConnected(final TcpConnection c) {
        connected = true;
    }

    @Override
    public void onAcknowledged(final TcpConnection c) {
        assertTrue(c.acknowledgedPosition() <= c.sendCommitted());
    }

    @Override
    public void onReceivable(final TcpConnection c) {
        if (random.nextBoolean()) {
            read(random.nextBoolean());
        }
    }

    @Override
    public void onPeerClosed(final TcpConnection c) {
        peerClosed = true;
    }

    @Override
    public void onClosed(final TcpConnection c, final CloseReason why) {
        assertTrue(!closed, "closed once");
        closed = true;
        reason = why;
        read(true);
        finalReceived = c.receivedPosition();
        c.release();
        connection = null;
    }
}
