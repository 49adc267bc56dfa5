package org.rds4j.sim.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.sim.clock.VirtualClock;
import org.rds4j.sim.random.SimRandom;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.congestion.Dctcp;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.wire.Ipv4Flyweight;

/** Marks of congestion: in single frames, and through two whole stacks. */
class MarkingTest {
    private static final long GIGABIT = 1_000_000_000L;
    private static final int PORT = 5000;

    private final VirtualClock clock = new VirtualClock();
    private final SimLink link = new SimLink("wire", 3, LinkShape.ETHERNET, clock, new SimRandom(1));

    private static byte[] frame(final int type, final int first, final int second) {
        final byte[] frame = new byte[1514];
        frame[12] = (byte) (type >> 8);
        frame[13] = (byte) type;
        frame[14] = (byte) first;
        frame[15] = (byte) second;
        return frame;
    }

    @Test
    void shouldMarkWhatWaitsBehindALongQueueIfItCanBe() {
        link.conditions(WireConditions.PERFECT.withRate(GIGABIT, 1 << 20).withMarking(3000));
        final PortDriver a = new PortDriver(link.port(Side.A));
        final PortDriver b = new PortDriver(link.port(Side.B));
        for (int i = 0; i < 3; i++) {
            a.send(frame(0x0800, 0x45, 2)); // IPv4, ECT(0)
        }
        a.send(frame(0x0800, 0x45, 0xb8)); // not capable
        a.send(frame(0x86dd, 0x60, 0x10)); // IPv6, ECT(1)
        a.send(frame(0x86dd, 0x6b, 0x80)); // not capable
        a.send(frame(0x0806, 0, 2)); // ARP
        clock.advanceTo(1_000_000);
        final List<byte[]> frames = b.receive();
        assertEquals(List.of(2, 2, 3, 0xb8, 0x30, 0x80, 2), frames.stream().map(f -> f[15] & 0xff).toList());
        assertEquals(2, link.counters(Side.A).get(WireCounter.MARKED));
        assertArrayEquals(frame(0x86dd, 0x60, 0x30), frames.get(4));
    }

    @Test
    void shouldKeepTheChecksumOfIpv4Right() {
        final ByteBuffer memory = ByteBuffer.allocateDirect(64);
        final long address = BufferUtil.address(memory);
        final Random random = new Random(5);
        final Ipv4Flyweight packet = new Ipv4Flyweight();
        for (int i = 0; i < 10_000; i++) {
            for (int j = 0; j < 34; j++) {
                UnsafeApi.putByte(address + j, (byte) random.nextInt());
            }
            UnsafeApi.putByte(address + 12, (byte) 8);
            UnsafeApi.putByte(address + 13, (byte) 0);
            UnsafeApi.putByte(address + 14, (byte) 0x45);
            UnsafeApi.putByte(address + 15, (byte) (random.nextInt(64) << 2 | 1 + random.nextInt(3)));
            packet.wrap(address + 14, 20);
            packet.computeChecksum();
            assertTrue(packet.isChecksumGood());
            assertTrue(CongestionMark.mark(address, 60));
            assertTrue(packet.isChecksumGood(), "packet " + i);
            assertEquals(3, packet.trafficClass() & 3);
        }
    }

    @Test
    void shouldLetDctcpKeepTheQueueShortThroughWholeStacks() {
        link.conditions(WireConditions.PERFECT.withDelayNs(50_000).withRate(GIGABIT, 1 << 20).withMarking(30_000));
        final Stack a = new Stack(link.port(Side.A), "10.0.0.1/24");
        final Stack b = new Stack(link.port(Side.B), "10.0.0.2/24");
        b.engine.listen(PORT, c -> b);
        a.connection = a.engine.connect(0, 0xffff_0a00_0002L, PORT, 0, 46, a, 0);
        for (long nowNs = 0; nowNs < 200_000_000L; nowNs += 2_000) {
            clock.advanceTo(nowNs);
            link.deliverDue(nowNs);
            a.work(nowNs);
            b.work(nowNs);
        }
        assertTrue(a.connection.usesEcn());
        assertTrue(b.counters.get(TcpCounter.ECN_MARKED_IN) > 100);
        assertEquals(link.counters(Side.A).get(WireCounter.MARKED), b.counters.get(TcpCounter.ECN_MARKED_IN), 50);
        assertEquals(0, link.counters(Side.A).get(WireCounter.TAIL_DROPPED));
        assertEquals(0, a.counters.get(TcpCounter.RETRANSMISSIONS));
        final double alpha = ((Dctcp) a.connection.congestionControl()).alpha();
        assertTrue(alpha > 0.01 && alpha < 0.9, "alpha " + alpha);
        final double goodput = a.connection.acknowledgedPosition() * 8 / 0.2;
        assertTrue(goodput > 0.9 * GIGABIT, "goodput " + goodput);
    }

    private static final class Stack implements TcpHandler {
        private final LinkPort port;
        private final TransmitBatch sink;
        private final FrameBurst frames = new FrameBurst(32);
        private final NetworkLayer network;
        private final TcpCounters counters = TcpCounters.inMemory();
        private final TcpEngine engine;
        private final ByteBuffer source = ByteBuffer.allocateDirect(1 << 14);
        private TcpConnection connection;
        private boolean connected;

        Stack(final LinkPort port, final String address) {
            this.port = port;
            sink = new TransmitBatch(port, 32);
            network = new NetworkLayer(
                InterfaceConfiguration.of(port.macAddress(), address, port.capabilities()), new Random(1),
                NetworkCounters.allocate());
            engine = new TcpEngine(
                TcpConfiguration.datacenter().maxConnections(2).build(), network::route, new Random(2), counters);
            network.transport(engine);
        }

        private void work(final long nowNs) {
            while (port.receiveBurst(frames) > 0) {
                network.onBurst(frames, nowNs);
                port.release(frames);
            }
            engine.onTime(nowNs);
            boolean more = true;
            while (more) {
                write();
                more = network.poll(sink, nowNs) > 0 || engine.pollControl(sink, nowNs) > 0 ||
                    (engine.nextFrameLength(0) > 0 && engine.emit(0, sink, nowNs) > 0);
            }
            sink.flush();
        }

        private void write() {
            if (connected && connection != null) {
                connection.send(BufferUtil.address(source), Math.min(connection.sendSpace(), source.capacity()));
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
    }
}
