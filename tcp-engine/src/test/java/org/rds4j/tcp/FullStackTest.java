package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.VlanTags;
import org.rds4j.tcp.support.Octets;

/** Two whole stacks, from TCP down to Ethernet frames, over the in-memory link: address resolution first, then a megabyte. */
class FullStackTest {
    private static final int PORT = 16_385;
    private static final int LENGTH = 1 << 20;

    @ParameterizedTest
    @ValueSource(ints = {576, 1500, 9000})
    void shouldCarryAMegabyteFromStackToStack(final int mtu) {
        carryAMegabyte(mtu, "10.0.0.1/24", "10.0.0.2/24", VlanTags.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1280, 1500, 9000})
    void shouldCarryAMegabyteOverIpv6(final int mtu) {
        carryAMegabyte(mtu, "2001:db8::1/64", "2001:db8::2/64", VlanTags.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1/24 10.0.0.2/24", "2001:db8::1/64 2001:db8::2/64"})
    void shouldCarryAMegabyteBehindTags(final String addresses) {
        final String[] both = addresses.split(" ", -1);
        carryAMegabyte(1500, both[0], both[1], VlanTags.of(7));
        carryAMegabyte(1500, both[0], both[1], new VlanTags(5, 7));
    }

    private static void carryAMegabyte(final int mtu, final String first, final String second, final VlanTags tags) {
        final InMemoryLinkPair link = new InMemoryLinkPair(mtu, 256, 128);
        final Stack a = new Stack(link.first(), first, tags, 1);
        final Stack b = new Stack(link.second(), second, tags, 2);
        b.engine.listen(PORT, c -> {
            b.connection = c;
            return b;
        });
        a.connection = a.engine.connect(
            IpAddress.parse(second.split("/", 2)[0]).high(), IpAddress.parse(second.split("/", 2)[0]).low(), PORT, 3, 46, a, 0);
        long nowNs = 0;
        while (!(a.closed && b.closed)) {
            nowNs += 10_000;
            a.work(nowNs);
            b.work(nowNs);
            assertTrue(nowNs < 10_000_000_000L, "still not closed");
        }
        assertEquals(CloseReason.NORMAL, a.reason);
        assertEquals(CloseReason.NORMAL, b.reason);
        assertEquals(LENGTH, b.received);
        assertEquals(0, a.counters.get(TcpCounter.RETRANSMISSIONS));
        assertTrue(a.framesOut > LENGTH / mtu, "frames of a: " + a.framesOut);
        assertEquals(0, a.counters.get(TcpCounter.DROP_CHECKSUM) + b.counters.get(TcpCounter.DROP_CHECKSUM));
        a.close();
        b.close();
        assertTrue(link.isPoolFull());
    }

    private static final class Stack implements TcpHandler {
        private final LinkPort port;
        private final TransmitBatch sink;
        private final FrameBurst frames = new FrameBurst(32);
        private final NetworkLayer network;
        private final TcpCounters counters = TcpCounters.inMemory();
        private final TcpEngine engine;
        private final Octets scratch = new Octets(8192);
        private TcpConnection connection;
        private CloseReason reason;
        private boolean closed;
        private boolean connected;
        private long framesOut;
        private long received;

        Stack(final LinkPort port, final String address, final VlanTags tags, final long seed) {
            this.port = port;
            sink = new TransmitBatch(port, 32);
            network = new NetworkLayer(
                InterfaceConfiguration.of(port.macAddress(), address, port.capabilities())
                    .withVlan(tags).withMtu(port.capabilities().mtu() - (tags.length() > 4 ? 4 : 0)), new Random(seed),
                NetworkCounters.allocate());
            engine = new TcpEngine(
                TcpConfiguration.datacenter().maxConnections(2).build(), Routes.of(network), new Random(seed), counters);
            network.transport(engine);
        }

        private void work(final long nowNs) {
            port.receiveBurst(frames);
            for (int i = 0; i < frames.count(); i++) {
                network.onFrame(frames.address(i), frames.length(i), frames.flags(i), nowNs);
            }
            port.release(frames);
            engine.onTime(nowNs);
            write();
            while (network.poll(sink, nowNs) > 0 || engine.pollControl(sink, nowNs) > 0) {
                framesOut++;
            }
            for (int lane = 0; lane < TcpEngine.LANES; lane++) {
                while (engine.nextFrameLength(lane) > 0 && engine.emit(lane, sink, nowNs) > 0) {
                    framesOut++;
                }
            }
            sink.flush();
        }

        private void write() {
            if (!connected || closed || connection.lane() != 3) {
                return;
            }
            while (connection.sendCommitted() < LENGTH) {
                final int length = (int) Math.min(LENGTH - connection.sendCommitted(), scratch.length());
                Octets.fill(scratch.address(), connection.sendCommitted(), length);
                if (connection.send(scratch.address(), length) < length) {
                    return;
                }
            }
            connection.closeSend();
        }

        private void close() {
            sink.close();
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
            while (c.consumedPosition() < c.receivedPosition()) {
                final long position = c.consumedPosition();
                final int length = c.contiguousLength(position);
                assertEquals(-1, Octets.firstWrong(c.receiveAddress(position, length), position, length));
                c.consume(position + length);
            }
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            received = c.receivedPosition();
            c.close();
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason why) {
            closed = true;
            reason = why;
            c.release();
        }
    }
}
