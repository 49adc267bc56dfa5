package org.rds4j.tcp.support;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.LongConsumer;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;

/** A host of a {@link Dumbbell} whose only connection always has something to send, and who reads at the far end. */
public final class BulkSender implements TcpHandler {
    private static final int CHUNK = 1 << 16;

    public final TcpCounters counters = TcpCounters.inMemory();
    public final TcpEngine engine;
    public final PlainRoute route;
    public final TcpConnection connection;
    public final BulkReceiver receiver = new BulkReceiver();
    /** Told the time of every data segment that leaves. */
    public LongConsumer departures = time -> { };
    /** End of what there is to send. */
    public long toSend = Long.MAX_VALUE;
    private final Octets source = new Octets(CHUNK);
    private boolean connected;

    BulkSender(
        final PlainRoute route, final int port, final TcpConfiguration configuration, final long seed, final long nowNs) {
        this.route = route;
        engine = new TcpEngine(configuration, (high, low) -> route, new Random(seed), counters);
        engine.onTime(nowNs);
        connection = engine.connect(0, route.remoteLow(), port, 0, 0, this, nowNs);
    }

    void send(final Pipe pipe, final long nowNs) {
        boolean sent = true;
        while (sent) {
            write();
            final long before = connection.bytesInFlight();
            final long window = connection.congestionWindow();
            sent = engine.nextFrameLength(0) > 0 && engine.emit(0, pipe, nowNs) > 0;
            if (connected && connection.bytesInFlight() > before) {
                departures.accept(nowNs);
                assertTrue(
                    connection.bytesInFlight() <= window + connection.maxSegmentSize() || pipe.lost + pipe.dropped > 0,
                    "in flight within the congestion window and a segment");
            }
        }
    }

    private void write() {
        int length = length();
        while (connected && length > 0) {
            connection.send(source.address(), length);
            length = length();
        }
    }

    private int length() {
        return (int) Math.min(Math.min(connection.sendSpace(), CHUNK), toSend - connection.sendCommitted());
    }

    /** Octets that the far end has received. */
    public long received() {
        return receiver.connection == null ? 0 : receiver.connection.receivedPosition();
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
        c.consume(c.receivedPosition());
    }

    @Override
    public void onPeerClosed(final TcpConnection c) {
        c.close();
    }

    @Override
    public void onClosed(final TcpConnection c, final CloseReason reason) {
        throw new IllegalStateException("closed: " + reason);
    }

    /** The far end: reads everything at once, until told to stop. */
    public static final class BulkReceiver implements TcpHandler {
        /** False to leave what arrives where it is. */
        public boolean reads = true;
        public TcpConnection connection;

        void connection(final TcpConnection accepted) {
            connection = accepted;
        }

        @Override
        public void onConnected(final TcpConnection c) {
            c.noDelay(true);
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            assertTrue(c.acknowledgedPosition() <= c.sendCommitted());
        }

        @Override
        public void onReceivable(final TcpConnection c) {
            if (reads) {
                c.consume(c.receivedPosition());
            }
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            c.close();
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason reason) {
            throw new IllegalStateException("closed: " + reason);
        }
    }
}
