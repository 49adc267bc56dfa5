package org.rds4j.tcp.support;

import java.util.Random;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.link.FrameSink;

/** Two engines joined in memory, frame by frame: what TCP itself costs. Allocates nothing once connected. */
public final class Loop {
    private static final int PORT = 5000;

    public TcpConnection a;
    public TcpConnection b;
    public long frames;
    private final TcpEngine engineA;
    private final TcpEngine engineB;
    private final Consumer consumer = new Consumer();
    private final OneFrame frame = new OneFrame(66_000);
    private final Octets scratch = new Octets(16_384);
    private final PlainRoute routeA;
    private final PlainRoute routeB;
    private long nowNs = 1;

    public Loop(final int mtu) {
        this(mtu, TcpConfiguration.datacenter());
    }

    public Loop(final int mtu, final TcpConfiguration.Builder builder) {
        routeA = new PlainRoute(1, 2, mtu);
        routeB = new PlainRoute(2, 1, mtu);
        final TcpConfiguration configuration = builder.maxConnections(2).timeWaitCapacity(2).build();
        engineA = new TcpEngine(configuration, (high, low) -> routeA, new Random(1), TcpCounters.inMemory());
        engineB = new TcpEngine(configuration, (high, low) -> routeB, new Random(2), TcpCounters.inMemory());
        engineB.listen(PORT, c -> {
            b = c;
            return consumer;
        });
        connect();
    }

    private void connect() {
        b = null;
        a = engineA.connect(0, routeA.remoteLow(), PORT, 0, 0, consumer, nowNs);
        while (b == null) {
            turn();
        }
    }

    /** Ends the connection and makes another one. */
    public void connectAgain() {
        a.abort();
        while (engineA.connectionsInUse() > 0 || engineB.connectionsInUse() > 0) {
            turn();
        }
        connect();
    }

    /** Moves octets from a to b, and one for a hundred back. */
    public void stream(final long octets) {
        final long end = a.sendCommitted() + octets;
        while (b.receivedPosition() < end) {
            final int length = (int) Math.min(end - a.sendCommitted(), Math.min(a.sendSpace(), scratch.length()));
            if (length > 0) {
                a.send(scratch.address(), length);
                b.send(scratch.address(), length / 100);
            }
            turn();
        }
    }

    /** Moves so many messages there and back, one at a time. */
    public void pingPong(final int rounds, final int length) {
        for (int i = 0; i < rounds; i++) {
            a.send(scratch.address(), length);
            final long there = b.receivedPosition() + length;
            while (b.receivedPosition() < there) {
                turn();
            }
            b.send(scratch.address(), length);
            final long back = a.receivedPosition() + length;
            while (a.receivedPosition() < back) {
                turn();
            }
        }
    }

    private void turn() {
        nowNs += 1000;
        engineA.onTime(nowNs);
        engineB.onTime(nowNs);
        carry(engineA, engineB, routeB);
        carry(engineB, engineA, routeA);
    }

    private void carry(final TcpEngine from, final TcpEngine to, final PlainRoute route) {
        while (from.pollControl(frame, nowNs) > 0 || (from.nextFrameLength(0) > 0 && from.emit(0, frame, nowNs) > 0)) {
            frames++;
            to.onSegment(
                0, route.remoteLow(), 0, route.localLow(),
                frame.address() + PlainRoute.OVERHEAD, frame.length - PlainRoute.OVERHEAD, 0, false, nowNs);
        }
    }

    private static final class OneFrame implements FrameSink {
        private final Octets octets;
        private int length;

        OneFrame(final int capacity) {
            octets = new Octets(capacity);
        }

        long address() {
            return octets.address();
        }

        @Override
        public long claim(final int most) {
            return octets.address();
        }

        @Override
        public void commit(final int written, final int flags) {
            length = written;
        }

        @Override
        public void abort() {
            length = 0;
        }
    }

    private static final class Consumer implements TcpHandler {
        @Override
        public void onConnected(final TcpConnection c) {
            c.noDelay(true);
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            c.sendSpace();
        }

        @Override
        public void onReceivable(final TcpConnection c) {
            final long position = c.consumedPosition();
            c.receiveAddress(position, c.contiguousLength(position));
            c.consume(c.receivedPosition());
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            c.close();
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason reason) {
            c.release();
        }
    }
}
