package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.qos.schedule.EgressArbiter;
import org.rds4j.qos.status.QosCounters;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpState;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.SegmentSink;
import org.rds4j.tcp.link.SegmentTrain;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkTuning;

/** Connections of one lane, some of which have a queue of their own that is full. */
class EgressTest {
    private static final int PORT = 7;
    private static final int OCTETS = 1000;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 512, 256);
    private final Host near = new Host(link.first(), "10.0.0.1/24");
    private final Host far = new Host(link.second(), "10.0.0.2/24");
    private long nowNs;

    @AfterEach
    void close() {
        near.close();
        far.close();
    }

    @Test
    void shouldSendForOthersOfALaneInTheCycleInWhichAQueueIsFull() {
        final List<TcpConnection> connections = connect(4);
        connections.get(0).payloadSink(new FullQueue());
        connections.get(1).payloadSink(new FullQueue());
        connections.forEach(EgressTest::write);
        near.egress.poll(nowNs);
        far.receive(nowNs);
        assertEquals(List.of(0L, 0L, (long) OCTETS, (long) OCTETS), far.receivedOctets());
    }

    @Test
    void shouldEndTheCycleWhenEveryQueueOfALaneIsFull() {
        final List<TcpConnection> connections = connect(20);
        final FullQueue queue = new FullQueue();
        connections.forEach(connection -> connection.payloadSink(queue));
        connections.forEach(EgressTest::write);
        near.egress.poll(nowNs);
        final int asked = queue.asked;
        assertTrue(asked > 1 && asked < 64, asked + " vain attempts");
        connections.get(19).payloadSink(null);
        near.egress.poll(nowNs);
        near.egress.poll(nowNs);
        far.receive(nowNs);
        assertEquals(OCTETS, far.receivedOctets().get(19), "turns go on where the last cycle ended");
    }

    private List<TcpConnection> connect(final int count) {
        far.tcp.listen(PORT, connection -> {
            far.connections.add(connection);
            return far;
        });
        for (int i = 0; i < count; i++) {
            near.connections.add(near.tcp.connect(0, 0xffff_0a00_0002L, PORT, 0, 0, near, nowNs));
            settle();
        }
        assertTrue(near.connections.stream().allMatch(connection -> connection.state() == TcpState.ESTABLISHED));
        return near.connections;
    }

    private void settle() {
        for (int i = 0; i < 20; i++) {
            nowNs += 1_000_000;
            near.work(nowNs);
            far.work(nowNs);
        }
    }

    private static void write(final TcpConnection connection) {
        final ByteBuffer octets = ByteBuffer.allocateDirect(OCTETS);
        assertEquals(OCTETS, connection.send(BufferUtil.address(octets), OCTETS));
    }

    /** A device that takes nothing. */
    private static final class FullQueue implements SegmentSink {
        private int asked;

        @Override
        public int trainRoom(final int segmentSize, final int wanted) {
            return 0;
        }

        @Override
        public long claim(final int length) {
            asked++;
            return 0;
        }

        @Override
        public void commitTrain(final SegmentTrain train) {
            throw new AssertionError();
        }

        @Override
        public void commit(final int length, final int flags) {
            throw new AssertionError();
        }

        @Override
        public void abort() {
            // nothing was claimed
        }
    }

    private static final class Host implements TcpHandler {
        private final List<TcpConnection> connections = new ArrayList<>();
        private final FrameBurst frames = new FrameBurst(64);
        private final LinkPort port;
        private final NetworkLayer network;
        private final TcpEngine tcp;
        private final Egress egress;

        Host(final LinkPort port, final String address) {
            this.port = port;
            network = new NetworkLayer(
                InterfaceConfiguration.of(port.macAddress(), address, port.capabilities())
                    .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).build()),
                new Random(1), NetworkCounters.allocate());
            tcp = new TcpEngine(
                TcpConfiguration.datacenter().maxConnections(32).build(), Routes.of(network), new Random(1),
                TcpCounters.inMemory());
            network.transport(tcp);
            final QosConfiguration qos = QosConfiguration.defaults();
            egress = new Egress(
                network, tcp, new EgressArbiter(qos, 1514, QosCounters.allocate(qos.laneCount())), port, LinkOffloads.NONE,
                new NodeCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(NodeCounters.LENGTH)), 0));
        }

        void work(final long nowNs) {
            receive(nowNs);
            tcp.onTime(nowNs);
            egress.poll(nowNs);
        }

        void receive(final long nowNs) {
            if (port.receiveBurst(frames) > 0) {
                network.onBurst(frames, nowNs);
                port.release(frames);
            }
        }

        List<Long> receivedOctets() {
            return connections.stream().map(TcpConnection::receivedPosition).toList();
        }

        void close() {
            egress.close();
            port.close();
        }

        @Override
        public void onConnected(final TcpConnection connection) {
            connection.noDelay(true);
        }

        @Override
        public void onAcknowledged(final TcpConnection connection) {
            // not looked at
        }

        @Override
        public void onReceivable(final TcpConnection connection) {
            // stays in the stream
        }

        @Override
        public void onPeerClosed(final TcpConnection connection) {
            throw new AssertionError();
        }

        @Override
        public void onClosed(final TcpConnection connection, final CloseReason reason) {
            throw new AssertionError();
        }
    }
}
