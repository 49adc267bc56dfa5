package org.rds4j.tcp.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.support.Octets;

/** Several engines on a device of several queues, against a host with one: connections live wherever frames arrive. */
class SteeringTest {
    private static final int PORT = 7000;
    private static final int BUCKETS = 128;
    private static final int LENGTH = 30_000;
    private static final long HOST = 0xffff_0a00_0001L;
    private static final long PEER = 0xffff_0a00_0002L;
    private static final byte[] KEY = key();

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 2048, 1024);
    private final Random random = new Random(5);
    private final List<Flow> flows = new ArrayList<>();
    private MultiQueueNic nic;
    private Steering steering;
    private Engine[] engines;
    private Engine peer;
    private int[] deviceTable;
    private long nowNs = 1_000_000_000L;

    private static byte[] key() {
        final byte[] key = new byte[40];
        new Random(11).nextBytes(key);
        return key;
    }

    private void open(final int queues, final ToIntFunction<byte[]> placement) {
        deviceTable = SteeringTable.evenly(BUCKETS, queues);
        nic = new MultiQueueNic(link.first(), queues, placement);
        steering = new Steering(
            nic.queues, new SteeringTable(new ToeplitzHash(KEY), deviceTable, queues), 256, 64);
        engines = new Engine[queues];
        for (int i = 0; i < queues; i++) {
            final SteeredPort port = steering.port(i);
            engines[i] = new Engine(port, "10.0.0.1/24", i);
            engines[i].tcp.flowOwner(port);
            port.flows(engines[i].tcp);
        }
        peer = new Engine(link.second(), "10.0.0.2/24", 99);
    }

    /** What the device does: RSS over the tuple as it arrives, worked out bit by bit, and everything else to queue 0. */
    private int byRss(final byte[] frame) {
        if (frame[12] != 8 || frame[13] != 0 || frame[23] != 6) {
            return 0;
        }
        return deviceTable[ToeplitzHashTest.bitByBit(KEY, Arrays.copyOfRange(frame, 26, 38)) & (BUCKETS - 1)];
    }

    private void turn() {
        nowNs += 50_000;
        nic.poll();
        for (final Engine engine : engines) {
            engine.work();
        }
        peer.work();
    }

    private void finish() {
        for (int i = 0; i < 20_000 && !flows.stream().allMatch(flow -> flow.closed); i++) {
            turn();
        }
        for (final Flow flow : flows) {
            assertTrue(flow.closed, "a connection hangs");
            assertEquals(CloseReason.NORMAL, flow.reason);
            assertEquals(LENGTH, flow.received);
        }
    }

    /** Every engine opens connections, and the peer opens others to whichever engine its tuple belongs to. */
    private void connectBothWays(final int perEngine) {
        for (final Engine engine : engines) {
            for (int i = 0; i < perEngine; i++) {
                flows.add(engine.connect(PEER));
            }
        }
        for (int i = 0; i < 3 * perEngine; i++) {
            flows.add(peer.connect(HOST));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void shouldForwardNothingWhenTheDevicePlacesAsTheMirrorSays(final int queues) {
        open(queues, this::byRss);
        connectBothWays(10);
        finish();
        // nothing but the answers of neighbours, which concern everybody
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.port().framesTakenOver() <= 2L * queues));
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.port().framesForwarded() == 0));
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.accepted > 0), "every engine has taken connections");
        close();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7})
    void shouldReachTheOwnerWhereverFramesArrive(final int queues) {
        open(queues, frame -> random.nextInt(queues));
        connectBothWays(10);
        finish();
        assertTrue(Arrays.stream(engines).allMatch(engine -> engine.port().framesForwarded() > 20));
        assertEquals(0, Arrays.stream(engines).mapToLong(engine -> engine.port().framesDropped()).sum());
        close();
    }

    private void close() {
        for (final Engine engine : engines) {
            assertEquals(0, engine.counters.get(TcpCounter.DROP_NO_CONNECTION), "a frame came to the wrong engine");
            engine.close();
        }
        assertEquals(0, peer.counters.get(TcpCounter.RESETS_IN));
        peer.close();
        assertTrue(nic.isPoolFull());
    }

    @Test
    void shouldKeepConnectionsWhenTheTableIsRewrittenUnderLoad() {
        final int queues = 7;
        open(queues, this::byRss);
        connectBothWays(10);
        for (int round = 0; round < 30; round++) {
            turn();
            if (round % 5 == 4) {
                for (int i = 0; i < BUCKETS; i++) {
                    deviceTable[i] = random.nextInt(queues);
                }
                // the mirror follows the device a little later: frames arrive by one table and are judged by the other
                final int[] table = deviceTable.clone();
                turn();
                steering.table().rewrite(table);
                connectBothWays(2);
            }
        }
        finish();
        assertTrue(Arrays.stream(engines).mapToLong(engine -> engine.port().framesForwarded()).sum() > 100);
        assertTrue(isAnyFormer());
        for (int i = 0; i < 100; i++) {
            turn(); // what is still under way
        }
        nowNs += 120_000_000_000L;
        turn();
        turn();
        for (final Engine engine : engines) {
            engine.port().sweep();
        }
        assertTrue(!isAnyFormer(), "buckets are given up once nothing is left in them");
        close();
    }

    private boolean isAnyFormer() {
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (steering.table().formerOwners(bucket) != 0) {
                return true;
            }
        }
        return false;
    }

    @Test
    void shouldNotGiveUpABucketThatStillHasAConnection() {
        open(2, this::byRss);
        final Flow flow = engines[1].connect(PEER);
        turn();
        turn();
        final int[] toZero = new int[BUCKETS];
        deviceTable = toZero;
        steering.table().rewrite(toZero);
        engines[0].port().sweep();
        engines[1].port().sweep();
        assertTrue(isAnyFormer());
        flows.add(flow);
        finish();
        close();
    }

    /** An ICMP error has no ports of its own: the packet that it quotes says whose it is. */
    @Test
    void shouldSteerIcmpErrorsByTheTupleTheyQuote() {
        open(7, this::byRss);
        connectBothWays(1);
        finish();
        for (final Engine engine : engines) {
            final Flow flow = engine.connect(PEER);
            engine.work();
            nic.deliver(random.nextInt(7), unreachable(nic.lastSent));
            for (int i = 0; i < 3; i++) {
                Arrays.stream(engines).forEach(Engine::work);
            }
            assertEquals(CloseReason.UNREACHABLE, flow.reason);
        }
        assertEquals(0, Arrays.stream(engines).mapToLong(engine -> engine.counters.get(TcpCounter.DROP_ICMP)).sum());
    }

    /** From the peer: administratively prohibited, quoting the SYN. */
    private static byte[] unreachable(final byte[] syn) {
        final ByteBuffer frame = ByteBuffer.wrap(new byte[14 + 20 + 8 + 28]);
        frame.put(0, syn, 6, 6).put(6, syn, 0, 6).putShort(12, (short) 0x0800);
        frame.putInt(14, 0x4500_0038).putInt(18, 0).putInt(22, 0x4001_0000);
        frame.put(26, syn, 30, 4).put(30, syn, 26, 4);
        frame.putShort(24, (short) ~sum(frame, 14, 20));
        frame.putInt(34, 0x030d_0000).putInt(38, 0).put(42, syn, 14, 28);
        frame.putShort(36, (short) ~sum(frame, 34, 36));
        return frame.array();
    }

    private static int sum(final ByteBuffer frame, final int from, final int length) {
        int sum = 0;
        for (int i = from; i < from + length; i += 2) {
            sum += frame.getShort(i) & 0xffff;
        }
        return (sum & 0xffff) + (sum >>> 16);
    }

    @Test
    void shouldLoseNothingButTheFrameWhenARingIsFull() {
        open(2, frame -> 0);
        final FrameBurst frames = new FrameBurst(64);
        final byte[] frame = new byte[60];
        frame[12] = 8;
        frame[14] = 0x45;
        frame[23] = 6;
        while (steering.table().owner(steering.table().bucket(0, 0xffff_0000_0000L, 0, 0xffff_0000_0000L, 0, frame[37])) != 1) {
            frame[37]++;
        }
        for (int i = 0; i < 300; i++) {
            nic.deliver(0, frame);
        }
        for (int i = 0; i < 20; i++) {
            steering.port(0).receiveBurst(frames);
            assertEquals(0, frames.count());
        }
        assertEquals(256, steering.port(0).framesForwarded());
        assertEquals(44, steering.port(0).framesDropped());
        steering.port(1).close();
        assertTrue(nic.isPoolFull());
    }

    @Test
    void shouldRefuseTablesThatDoNotFit() {
        final ToeplitzHash hash = new ToeplitzHash(KEY);
        assertThrows(IllegalArgumentException.class, () -> new SteeringTable(hash, new int[100], 2));
        assertThrows(IllegalArgumentException.class, () -> new SteeringTable(hash, new int[] {0, 2}, 2));
        assertThrows(IllegalArgumentException.class, () -> new SteeringTable(hash, new int[2], 65));
        final SteeringTable table = new SteeringTable(hash, new int[2], 2);
        assertThrows(IllegalArgumentException.class, () -> table.rewrite(new int[4]));
    }

    /** A stack on one port. */
    private final class Engine {
        private final TcpCounters counters = TcpCounters.inMemory();
        private final LinkPort port;
        private final NetworkLayer network;
        private final TcpEngine tcp;
        private final TransmitBatch batch;
        private final FrameBurst frames = new FrameBurst(64);
        private int accepted;

        Engine(final LinkPort port, final String address, final long seed) {
            this.port = port;
            network = new NetworkLayer(
                InterfaceConfiguration.of(port.macAddress(), address, port.capabilities()), new Random(seed),
                NetworkCounters.allocate());
            tcp = new TcpEngine(TcpConfiguration.datacenter().maxConnections(400).sendBufferLength(1 << 16)
                .receiveBufferLength(1 << 16).build(), network::route, new Random(seed), counters);
            network.transport(tcp);
            batch = new TransmitBatch(port, 64, LinkOffloads.ALL);
            tcp.listen(PORT, c -> {
                accepted++;
                final Flow flow = new Flow();
                flows.add(flow);
                return flow;
            });
        }

        SteeredPort port() {
            return (SteeredPort) port;
        }

        Flow connect(final long to) {
            final Flow flow = new Flow();
            assertNotNull(tcp.connect(0, to, PORT, 0, 0, flow, nowNs));
            return flow;
        }

        void work() {
            port.receiveBurst(frames);
            network.onBurst(frames, nowNs);
            port.release(frames);
            tcp.onTime(nowNs);
            network.poll(batch, nowNs);
            while (tcp.pollControl(batch, nowNs) > 0 || tcp.emit(0, batch, nowNs) > 0) {
                batch.hasRoom();
            }
            batch.flush();
        }

        void close() {
            batch.close();
            port.close();
        }
    }

    /** Sends octets of the pattern both ways, then closes. */
    private static final class Flow implements TcpHandler {
        private final Octets scratch = new Octets(LENGTH);
        private CloseReason reason;
        private boolean closed;
        private long received;

        @Override
        public void onConnected(final TcpConnection c) {
            Octets.fill(scratch.address(), 0, LENGTH);
            assertEquals(LENGTH, c.send(scratch.address(), LENGTH));
            c.closeSend();
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            assertTrue(c.acknowledgedPosition() <= LENGTH);
        }

        @Override
        public void onReceivable(final TcpConnection c) {
            while (c.consumedPosition() < c.receivedPosition()) {
                final long position = c.consumedPosition();
                final int length = c.contiguousLength(position);
                assertEquals(-1, Octets.firstWrong(c.receiveAddress(position, length), position, length));
                c.consume(position + length);
            }
            received = c.receivedPosition();
        }

        @Override
        public void onPeerClosed(final TcpConnection c) {
            assertEquals(LENGTH, c.receivedPosition());
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason why) {
            closed = true;
            reason = why;
            c.release();
        }
    }
}
