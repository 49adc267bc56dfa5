package org.rds4j.tcp.fuzz;

import static org.rds4j.tcp.fuzz.Rules.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.Routes;
import org.rds4j.tcp.TcpAcceptor;
import org.rds4j.tcp.TcpConfiguration;
import org.rds4j.tcp.TcpConnection;
import org.rds4j.tcp.TcpCounters;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.TcpHandler;
import org.rds4j.tcp.TcpListener;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.network.InterfaceConfiguration;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.network.NetworkCounters;
import org.rds4j.tcp.network.NetworkLayer;
import org.rds4j.tcp.network.NetworkTuning;
import org.rds4j.tcp.support.FrameQueue;
import org.rds4j.tcp.support.Octets;

/**
 * One server with small tables, a bystander that streams to it, and a station that sends what costs most. Meant to be run by
 * itself, in a JVM whose heap and direct memory are fixed: whatever is not bounded ends it.
 */
public final class HostileSuite {
    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final long BYSTANDER_MAC = 0x0200_0000_0003L;
    static final long BYSTANDER_IP = 0xffff_c000_0203L;
    private static final int STEPS = 500;
    private static final int FRAMES_PER_STEP = 40;
    private static final int ROUTES = 256;
    static final int BACKLOG = 64;
    static final int REASSEMBLIES = 16;
    private static final int CONNECTIONS = 64;
    private static final double LEAST_SHARE = 0.9;

    private final Random random = new Random(11);
    final Server server = new Server();
    private final Station bystander = new Station(BYSTANDER_MAC, "192.0.2.3/24", TcpConfiguration.datacenter().maxConnections(2));
    final Attacker attacker = new Attacker(random);
    private long nowNs = 1_000 * SECOND;

    private HostileSuite() {
    }

    /**
     * Runs every family and prints what the bystander got of what it gets in peace.
     *
     * @param arguments none.
     */
    public static void main(final String[] arguments) {
        final HostileSuite quiet = new HostileSuite();
        final long peace = quiet.goodput(null);
        Footprint.requireNone(quiet);
        for (final Attack attack : Attack.values()) {
            final HostileSuite suite = new HostileSuite();
            final double share = (double) suite.goodput(attack) / peace;
            System.out.printf("%-16s %5.2f of %d octets, %d hostile frames%n", attack, share, peace, suite.attacker.frames);
            require(share >= LEAST_SHARE, attack + " takes from others: " + share);
            Footprint.requireOf(attack, suite);
            suite.end(attack);
        }
    }

    /** Octets that the bystander brings over while the attack goes on. */
    private long goodput(final Attack attack) {
        bystander.connect(FuzzHost.ADDRESS);
        for (int step = 0; step < STEPS; step++) {
            nowNs += MILLISECOND;
            if (attack != null) {
                for (int i = 0; i < FRAMES_PER_STEP; i++) {
                    attacker.send(attack);
                    server.network.onBurst(attacker.writer.burst(), nowNs);
                    attacker.writer.burst().clear();
                }
            }
            carry();
            server.check();
        }
        require(bystander.connection != null && !bystander.connection.isClosed(), "the bystander's connection ended");
        return bystander.connection.acknowledgedPosition();
    }

    /** A round trip of everybody's frames. */
    private void carry() {
        bystander.work(nowNs);
        while (!bystander.sink.isEmpty()) {
            server.network.onFrame(bystander.sink.headAddress(), bystander.sink.headLength(), 0, nowNs);
            bystander.sink.removeHead();
        }
        server.work(nowNs);
        while (!server.sink.isEmpty()) {
            bystander.network.onFrame(server.sink.headAddress(), server.sink.headLength(), 0, nowNs);
            attacker.hear(server.sink.headAddress());
            server.sink.removeHead();
        }
    }

    /** The attacker falls silent: nothing of it is left but what its connections are owed, and that for a while only. */
    private void end(final Attack attack) {
        bystander.connection.abort();
        carry();
        server.abortAll();
        for (int step = 0; step < 200; step++) {
            nowNs += SECOND;
            carry();
        }
        require(server.engine.connectionsInUse() == 0, attack + " leaves connections");
        require(server.listener.halfOpen() == 0, attack + " leaves handshakes");
        require(server.engine.timeWaitRecords() == 0, attack + " leaves records in TIME-WAIT");
        require(server.engine.streamBuffersInUse() == 0, attack + " leaves rings");
        require(server.engine.sendRecordsLent() == 0, attack + " leaves records of segments");
    }

    /** What the hostile station sends. */
    enum Attack {
        SYN_FLOOD, OVERLAPS, CRUMBS_OUT_OF_ORDER, TINY_WINDOW, CLOSED_WINDOW, SLOW_READER, SACK, FRAGMENTS, FRAGMENTS_IPV6,
        ICMP_ECHO, ICMP_ERRORS, ARP_FLOOD, ND_FLOOD, RESETS, STRAYS
    }

    /** A station of this suite with an application that has something to send. */
    static class Station implements TcpHandler {
        private static final Octets SOURCE = new Octets(16_384);
        final FrameQueue sink = new FrameQueue(512, 2048);
        final TcpCounters counters = TcpCounters.inMemory();
        final NetworkCounters networkCounters = NetworkCounters.allocate();
        final NetworkLayer network;
        final TcpEngine engine;
        TcpConnection connection;
        boolean isConnected;
        private long workedNs = 1_000 * SECOND;

        Station(final long mac, final String addresses, final TcpConfiguration.Builder configuration) {
            network = new NetworkLayer(
                InterfaceConfiguration.of(mac, addresses, LinkCapabilities.plain(FuzzHost.MTU, 32))
                    .withGateway("192.0.2.254").withTables(64, ROUTES)
                    .withTuning(NetworkTuning.builder().duplicateAddressProbes(0).reassemblyContexts(REASSEMBLIES).build()),
                new Random(mac), networkCounters);
            engine = new TcpEngine(
                configuration.sendBufferLength(1 << 16).receiveBufferLength(1 << 16).build(), Routes.of(network), new Random(mac),
                counters);
            network.transport(engine);
        }

        void connect(final IpAddress remote) {
            engine.onTime(workedNs);
            connection = engine.connect(remote.high(), remote.low(), FuzzHost.PORT, 0, 0, this, workedNs);
        }

        void work(final long nowNs) {
            workedNs = nowNs;
            engine.onTime(nowNs);
            if (connection != null && isConnected) {
                fill(connection);
            }
            int octets = 1;
            while (octets > 0 && sink.size() < 400) {
                octets = network.poll(sink, nowNs) + engine.pollControl(sink, nowNs) + engine.emit(0, sink, nowNs);
            }
        }

        static void fill(final TcpConnection c) {
            while (c.state().maySend() && c.sendSpace() > 0) {
                c.send(SOURCE.address(), Math.min(c.sendSpace(), SOURCE.length()));
            }
        }

        @Override
        public void onConnected(final TcpConnection c) {
            isConnected = true;
        }

        @Override
        public void onAcknowledged(final TcpConnection c) {
            c.sendSpace();
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
            c.release();
        }
    }

    /** Reads what it gets, and sends without end to everybody but the bystander. */
    static final class Server extends Station implements TcpAcceptor {
        private static final Octets GREETING = new Octets(100);
        private final List<TcpConnection> accepted = new ArrayList<>();
        private final TcpListener listener;
        int mostHalfOpen;
        int mostRecords;

        Server() {
            super(FuzzHost.MAC, FuzzHost.ADDRESS + "/24," + FuzzHost.ADDRESS6 + "/64", TcpConfiguration.datacenter()
                .maxConnections(CONNECTIONS).backlog(BACKLOG).timeWaitCapacity(64).maxSendRecords(2048));
            listener = engine.listen(FuzzHost.PORT, this);
        }

        @Override
        public TcpHandler onAccept(final TcpConnection c) {
            accepted.add(c);
            return this;
        }

        @Override
        void work(final long nowNs) {
            mostHalfOpen = Math.max(mostHalfOpen, listener.halfOpen());
            for (final TcpConnection c : accepted) {
                if (c.remoteLow() == FuzzHost.PEER.low()) {
                    fill(c);
                } else if (c.sendSpace() > 0) {
                    c.send(GREETING.address(), GREETING.length()); // so that something is in flight that an error could quote
                }
            }
            super.work(nowNs);
            mostRecords = Math.max(mostRecords, engine.sendRecordsLent());
        }

        Stream<TcpConnection> ofAttacker() {
            return accepted.stream().filter(c -> c.remoteLow() == FuzzHost.PEER.low());
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason reason) {
            accepted.remove(c);
            c.release();
        }

        void abortAll() {
            List.copyOf(accepted).forEach(TcpConnection::abort);
        }

        void check() {
            require(engine.connectionsInUse() <= CONNECTIONS && listener.halfOpen() <= BACKLOG, "connections and handshakes");
            require(engine.timeWaitRecords() <= 64 && engine.sendRecordsLent() <= 2048 + 16 * CONNECTIONS, "records");
            require(engine.streamBuffersInUse() <= 2 * engine.connectionsInUse(), "rings");
        }
    }
}
