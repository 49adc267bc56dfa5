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
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.link.SegmentTrain;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkTuning;

/** A whole stack on a port, which sends octets of the pattern in writes of given lengths, and checks what it gets. */
public final class OffloadHost implements TcpHandler {
    public final TcpCounters counters = TcpCounters.inMemory();
    public final NetworkCounters network = NetworkCounters.allocate();
    public final TcpEngine engine;
    public TcpConnection connection;
    public long toSend;
    public int writeLength = 5000;
    public boolean reads = true;
    public boolean endsSegments;
    public boolean closesWhenSent = true;
    /** Null, or where segments with payload go. */
    public PayloadSink payloadSink;
    public boolean connected;
    public boolean closed;
    public CloseReason reason;
    public long received;
    private final LinkPort port;
    private final NetworkLayer layer;
    private final TransmitBatch batch;
    private final FrameBurst frames = new FrameBurst(64);
    private final Octets scratch = new Octets(1 << 16);

    public OffloadHost(
        final LinkPort port, final String address, final TcpConfiguration.Builder tcp, final LinkOffloads offloads,
        final boolean software, final boolean aggregation, final long seed) {
        this.port = port;
        InterfaceConfiguration configuration =
            InterfaceConfiguration.of(port.macAddress(), address, port.capabilities())
                .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).build());
        configuration = software ? configuration.withSoftwareChecksums() : configuration;
        configuration = aggregation ? configuration : configuration.withoutAggregation();
        layer = new NetworkLayer(configuration, new Random(seed), network);
        engine = new TcpEngine(
            tcp.transmitChecksum(!software && port.capabilities().transmitChecksum()).build(), layer::route,
            new Random(seed), counters);
        layer.transport(engine);
        batch = new TransmitBatch(port, 64, offloads);
    }

    public void receive(final long nowNs) {
        port.receiveBurst(frames);
        layer.onBurst(frames, nowNs);
        port.release(frames);
    }

    public void send(final long nowNs) {
        engine.onTime(nowNs);
        write();
        layer.poll(batch, nowNs);
        while (engine.pollControl(batch, nowNs) > 0 || engine.emit(0, batch, nowNs) > 0) {
            batch.hasRoom();
        }
        batch.flush();
    }

    private void write() {
        if (!connected || closed) {
            return;
        }
        int taken = writeLength;
        while (connection.sendCommitted() < toSend && taken == writeLength) {
            final int length = (int) Math.min(writeLength, toSend - connection.sendCommitted());
            Octets.fill(scratch.address(), connection.sendCommitted(), length);
            taken = connection.send(scratch.address(), length);
            if (endsSegments) {
                connection.endSegment();
            }
        }
        if (toSend > 0 && connection.sendCommitted() == toSend && closesWhenSent) {
            connection.closeSend();
        }
    }

    public void close() {
        batch.close();
    }

    /** A sink of one connection, which lets out what it gets by the batch of its host, and has no room every so often. */
    public static final class PayloadSink implements SegmentSink {
        public int segments;
        public int trains;
        public int refusals;
        private final int refusesEvery;
        private TransmitBatch batch;
        private int asked;

        /** One that refuses every so many claims, 0 for none. */
        public PayloadSink(final int refusesEvery) {
            this.refusesEvery = refusesEvery;
        }

        @Override
        public int trainRoom(final int segmentSize, final int wanted) {
            return batch.trainRoom(segmentSize, wanted);
        }

        @Override
        public long claim(final int length) {
            if (refusesEvery > 0 && ++asked % refusesEvery == 0) {
                refusals++;
                return 0;
            }
            return batch.claim(length);
        }

        @Override
        public void commitTrain(final SegmentTrain train) {
            trains++;
            segments += train.count();
            batch.commitTrain(train);
        }

        @Override
        public void commit(final int length, final int flags) {
            throw new AssertionError("payload comes in trains");
        }

        @Override
        public void abort() {
            batch.abort();
        }
    }

    @Override
    public void onConnected(final TcpConnection c) {
        connection = c;
        connected = true;
        if (payloadSink != null) {
            payloadSink.batch = batch;
            assertTrue(connection.payloadSink(payloadSink));
        }
    }

    @Override
    public void onAcknowledged(final TcpConnection c) {
        assertEquals(c, connection);
    }

    @Override
    public void onReceivable(final TcpConnection c) {
        while (reads && c.consumedPosition() < c.receivedPosition()) {
            final long position = c.consumedPosition();
            final int length = c.contiguousLength(position);
            assertEquals(-1, Octets.firstWrong(c.receiveAddress(position, length), position, length));
            c.consume(position + length);
        }
        received = c.receivedPosition();
    }

    @Override
    public void onPeerClosed(final TcpConnection c) {
        if (c.sendCommitted() >= toSend) {
            c.closeSend();
        }
    }

    @Override
    public void onClosed(final TcpConnection c, final CloseReason why) {
        closed = true;
        reason = why;
        c.release();
    }
}
