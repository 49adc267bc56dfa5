package org.rds4j.tcp.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounter;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.network.VlanTags;
import org.rds4j.tcp.support.Octets;

/** Several engines on a device of several queues, and a host with one at the other end of the wire. */
abstract class SteeringFixture {
    static final int PORT = 7000;
    static final int BUCKETS = 128;
    static final int LENGTH = 30_000;
    static final byte[] KEY = key();

    final InMemoryLinkPair link = new InMemoryLinkPair(1500, 2048, 1024);
    final Random random = new Random(5);
    final List<Flow> flows = new ArrayList<>();
    MultiQueueNic nic;
    Steering steering;
    Engine[] engines;
    Engine peer;
    int[] deviceTable;
    long nowNs = 1_000_000_000L;
    VlanTags tags = VlanTags.NONE;
    String hostAddress = "10.0.0.1";
    String peerAddress = "10.0.0.2";
    int backlog = 1024;
    int mtu = 1500;
    int firstPort = 32_768;
    int lastPort = 60_999;

    private static byte[] key() {
        final byte[] key = new byte[40];
        new Random(11).nextBytes(key);
        return key;
    }

    void open(final int queues, final ToIntFunction<byte[]> placement) {
        deviceTable = SteeringTable.evenly(BUCKETS, queues);
        nic = new MultiQueueNic(link.first(), queues, placement);
        steering = new Steering(
            nic.queues, new SteeringTable(new ToeplitzHash(KEY), deviceTable, queues), 256, 64, random);
        engines = new Engine[queues];
        for (int i = 0; i < queues; i++) {
            final SteeredPort port = steering.port(i);
            engines[i] = new Engine(port, hostAddress, i);
            engines[i].tcp.flowOwner(port);
            port.flows(engines[i].tcp);
        }
        peer = new Engine(link.second(), peerAddress, 99);
    }

    /** What the device does: RSS over the innermost tuple as it arrives, worked out bit by bit; everything else to queue 0. */
    int byRss(final byte[] frame) {
        int type = 12;
        while (u16(frame, type) == 0x8100 || u16(frame, type) == 0x88a8) {
            type += 4;
        }
        final int packet = type + 2;
        final boolean isV4 = u16(frame, type) == 0x0800 && frame[packet + 9] == 6;
        if (!isV4 && (u16(frame, type) != 0x86dd || frame[packet + 6] != 6)) {
            return 0;
        }
        final byte[] tuple = isV4
            ? Arrays.copyOfRange(frame, packet + 12, packet + 24) : Arrays.copyOfRange(frame, packet + 8, packet + 44);
        return deviceTable[ToeplitzHashTest.bitByBit(KEY, tuple) & (BUCKETS - 1)];
    }

    static int u16(final byte[] frame, final int offset) {
        return ((frame[offset] & 0xff) << 8) | (frame[offset + 1] & 0xff);
    }

    void turn() {
        nowNs += 50_000;
        nic.poll();
        for (final Engine engine : engines) {
            engine.work();
        }
        peer.work();
    }

    void finish() {
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
    void connectBothWays(final int perEngine) {
        for (final Engine engine : engines) {
            for (int i = 0; i < perEngine; i++) {
                flows.add(engine.connect(peerAddress));
            }
        }
        for (int i = 0; i < 3 * perEngine; i++) {
            flows.add(peer.connect(hostAddress));
        }
    }

    /** Gives every bucket to another engine, in the device and in its mirror. */
    void moveEveryBucket() {
        deviceTable = Arrays.stream(deviceTable).map(owner -> (owner + 1) % engines.length).toArray();
        steering.table().rewrite(deviceTable);
    }

    void sweep() {
        for (final Engine engine : engines) {
            engine.port().sweep(nowNs);
        }
    }

    boolean isAnyFormer() {
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (steering.table().formerOwners(bucket) != 0) {
                return true;
            }
        }
        return false;
    }

    long total(final SteeringCounter counter) {
        return Arrays.stream(engines).mapToLong(engine -> engine.count(counter)).sum();
    }

    void close() {
        for (final Engine engine : engines) {
            assertEquals(0, engine.counters.get(TcpCounter.DROP_NO_CONNECTION), "a frame came to the wrong engine");
            engine.close();
        }
        assertEquals(0, peer.counters.get(TcpCounter.RESETS_IN));
        peer.close();
        assertTrue(nic.isPoolFull());
    }

    /** A stack on one port. */
    final class Engine {
        final TcpCounters counters = TcpCounters.inMemory();
        final TcpEngine tcp;
        TcpListener listener;
        int accepted;
        private final LinkPort port;
        private final NetworkLayer network;
        private final TransmitBatch batch;
        private final FrameBurst frames = new FrameBurst(64);

        Engine(final LinkPort port, final String address, final long seed) {
            this.port = port;
            final String cidr = address + (address.contains(":") ? "/64" : "/24");
            network = new NetworkLayer(
                InterfaceConfiguration.of(port.macAddress(), cidr, port.capabilities()).withVlan(tags).withMtu(mtu)
                    .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).build()),
                new Random(seed), NetworkCounters.allocate());
            tcp = new TcpEngine(TcpConfiguration.datacenter().maxConnections(400).sendBufferLength(1 << 16)
                .receiveBufferLength(1 << 16).backlog(backlog)
                .firstPort(firstPort).lastPort(lastPort).build(), network::route, new Random(seed), counters);
            network.transport(tcp);
            batch = new TransmitBatch(port, 64, LinkOffloads.ALL);
            listen();
        }

        final void listen() {
            listener = tcp.listen(PORT, c -> {
                accepted++;
                final Flow flow = new Flow();
                flows.add(flow);
                return flow;
            });
        }

        SteeredPort port() {
            return (SteeredPort) port;
        }

        long count(final SteeringCounter counter) {
            return port().counters().get(counter);
        }

        Flow connect(final String to) {
            final Flow flow = new Flow();
            final IpAddress address = IpAddress.parse(to);
            assertNotNull(tcp.connect(address.high(), address.low(), PORT, 0, 0, flow, nowNs));
            return flow;
        }

        /** From a given port; the peer closes first. Null if the engine may not have it. */
        Flow connectFrom(final int localPort) {
            return connectFrom(localPort, peerAddress);
        }

        Flow connectFrom(final int localPort, final String address) {
            final Flow flow = new Flow();
            flow.closesFirst = false;
            final IpAddress to = IpAddress.parse(address);
            flow.connection = tcp.connect(to.high(), to.low(), PORT, localPort, 0, 0, flow, nowNs);
            return flow.connection == null ? null : flow;
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

    /** Sends octets of the pattern both ways, then closes, or does so when the peer has. */
    static final class Flow implements TcpHandler {
        boolean closesFirst = true;
        boolean connected;
        boolean closed;
        CloseReason reason;
        TcpConnection connection;
        private final Octets scratch = new Octets(LENGTH);
        private long received;

        @Override
        public void onConnected(final TcpConnection c) {
            connected = true;
            Octets.fill(scratch.address(), 0, LENGTH);
            assertEquals(LENGTH, c.send(scratch.address(), LENGTH));
            if (closesFirst) {
                c.closeSend();
            }
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
            if (!closesFirst) {
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
}
