package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.scenario.NodeHost;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.SimSwitch;
import org.rds4j.sim.world.Simulation;

/** A host of default memory one of whose sockets nobody reads, and many hosts that each send it all that a socket may. */
@Timeout(180)
class UnreadByManyTest {
    private static final int UNREAD_PORT = 5000;
    private static final int STREAM_PORT = 4000;
    private static final int STREAMS = 4;
    private static final int MTU = 9_000;
    private static final int LENGTH = 8_000;
    private static final int POLL_LIMIT = 64;
    private static final int SEND_BUFFER = 1 << 20;
    private static final int CONNECTIONS = 64;
    private static final int OVERFLOW_HEADER = 56;
    /** Longer than what 64 sockets may have on their way takes to arrive. */
    private static final long WARM_UP_NS = 800_000_000L;
    private static final long LONG_WARM_UP_NS = 1_500_000_000L;
    private static final long RUN_NS = 100_000_000L;
    private static final long MEASURE_NS = 100_000L;
    private static final WireConditions CABLE = WireConditions.PERFECT.withDelayNs(20_000).withRate(1_000_000_000L, 1 << 20);
    private static final LinkShape HUB_LINK = new LinkShape(MTU, 1024, 512);
    private static final LinkShape LINK = new LinkShape(MTU, 128, 64);

    /** The host, and those that send to it. */
    private static final class World implements SimHost, AutoCloseable {
        private final Simulation simulation = new Simulation(5);
        private final HistoryChecker readChecker = new HistoryChecker(5);
        private final HistoryChecker unreadChecker = new HistoryChecker(6);
        private final List<SimLink> links = new ArrayList<>();
        private final List<RdsNode> nodes = new ArrayList<>();
        private final List<CheckedSocket> from = new ArrayList<>();
        private final List<CheckedSocket> to = new ArrayList<>();
        private final List<CheckedSocket> pushers = new ArrayList<>();
        private final RdsNode hub;
        private final List<CheckedSocket> sockets = new ArrayList<>();
        private final int pushedLength;
        private long mostOverflow;
        private long nextMeasureNs;

        World(final int senders, final int pushedLength, final UnaryOperator<RdsContext> settings) {
            this.pushedLength = pushedLength;
            hub = launch("10.0.0.200", settings);
            for (int i = 0; i < senders; i++) {
                launch("10.0.0." + (1 + i), World::small);
            }
            simulation.host("switch", new SimSwitch(links.stream().map(link -> link.port(Side.B)).toList()), links);
            for (int i = 0; i < STREAMS; i++) {
                from.add(bound(nodes.get(1 + i), STREAM_PORT, readChecker));
                to.add(bound(hub, STREAM_PORT + i, readChecker));
            }
        }

        /** Sixty-four of them are to fit into one process: nothing here bounds what a socket may send. */
        private static RdsContext small(final RdsContext context) {
            return context.sendPoolLength(16 << 20).maxSockets(4).maxConnections(8).maxPeers(4);
        }

        private RdsNode launch(final String address, final UnaryOperator<RdsContext> settings) {
            final SimLink link = simulation.link(address, nodes.isEmpty() ? HUB_LINK : LINK);
            link.conditions(CABLE);
            links.add(link);
            final RdsContext context = new RdsContext(new Properties()).address(address + "/24").mtu(MTU)
                .security(SecurityMode.PLAINTEXT).threadingMode(ThreadingMode.INVOKER).nanoClock(simulation.clock());
            final RdsNode node = RdsNode.with(settings.apply(context)).link(link.port(Side.A))
                .random(simulation.random().stream(address)).launch();
            simulation.host(address, new NodeHost(node), List.of(link));
            nodes.add(node);
            return node;
        }

        private CheckedSocket bound(final RdsNode node, final int port, final HistoryChecker checker) {
            final RdsSocket socket = node.socket();
            socket.bind(port);
            sockets.add(new CheckedSocket(checker, socket, simulation.clock()::nanoTime));
            return sockets.getLast();
        }

        World withUnreadSocket() {
            bound(hub, UNREAD_PORT, unreadChecker);
            nodes.stream().skip(1).forEach(node -> pushers.add(bound(node, UNREAD_PORT, unreadChecker)));
            return this;
        }

        World begin() {
            simulation.host("applications", this);
            return this;
        }

        @Override
        public int doWork(final long nowNs) {
            int work = 0;
            for (int i = 0; i < STREAMS; i++) {
                work += sendAll(from.get(i), STREAM_PORT + i);
            }
            final int pushing = pushers.size();
            pushers.removeIf(this::isRefused);
            work += pushing - pushers.size();
            for (final CheckedSocket socket : to) {
                work += socket.poll(POLL_LIMIT);
            }
            if (nowNs >= nextMeasureNs) {
                nextMeasureNs = nowNs + MEASURE_NS;
                mostOverflow = Math.max(mostOverflow, AllToAll.counter(hub, "receive-overflow-in-use"));
            }
            return work;
        }

        /** Sends what a socket may, until it is told that nobody reads it. */
        private boolean isRefused(final CheckedSocket pusher) {
            while (pusher.socket().unacknowledgedLength() < SEND_BUFFER) {
                final int result = pusher.send(hub.address().withPort(UNREAD_PORT), pushedLength);
                if (result <= 0) {
                    return result == RdsSocket.CONGESTED;
                }
            }
            return false;
        }

        private int sendAll(final CheckedSocket socket, final int port) {
            int sent = 0;
            while (socket.socket().unacknowledgedLength() < SEND_BUFFER
                && socket.send(hub.address().withPort(port), LENGTH) > 0) {
                sent++;
            }
            return sent;
        }

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        /** Datagrams that the sockets that are read get in a while, once everything has got going. */
        long rate(final long warmUpNs) {
            simulation.runUntil(warmUpNs);
            final long before = readChecker.delivered();
            simulation.runUntil(warmUpNs + RUN_NS);
            return readChecker.delivered() - before;
        }

        @Override
        public void close() {
            CloseHelper.closeAll(sockets);
            CloseHelper.closeAll(nodes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64})
    void shouldLeaveOthersTheirRateWithDefaultMemory(final int senders) {
        try (World without = new World(senders, LENGTH, context -> context).begin();
            World with = new World(senders, LENGTH, context -> context).withUnreadSocket().begin()) {
            final long alone = without.rate(WARM_UP_NS);
            final long beside = with.rate(WARM_UP_NS);
            assertTrue(beside >= alone * 95 / 100, beside + " of " + alone + ", " + with.mostOverflow + " octets wait");
            assertEquals(0, AllToAll.counter(with.hub, "recv_blocked"));
            assertTrue(with.mostOverflow <= AllToAll.counter(with.hub, "receive-overflow-limit") * 3 / 4);
            final long perSender = with.mostOverflow / senders;
            assertTrue(perSender > SEND_BUFFER * 9 / 10 && perSender < SEND_BUFFER * 11 / 10, perSender + " octets per sender");
        }
    }

    /**
     * Each connection brings all that a socket may have on its way, of any length from that of a header, and the default for so
     * many connections is enough; what waits takes that length and a header for each datagram.
     */
    @ParameterizedTest
    @ValueSource(ints = {64, 32 << 10, 64 << 10, 700_000, 1 << 20})
    void shouldHaveRoomForDatagramsOfAnyLengthOfAllConnections(final int length) {
        try (World without = new World(CONNECTIONS, length, UnreadByManyTest::filled).begin();
            World with = new World(CONNECTIONS, length, UnreadByManyTest::filled).withUnreadSocket().begin()) {
            final long alone = without.rate(LONG_WARM_UP_NS);
            final long beside = with.rate(LONG_WARM_UP_NS);
            assertTrue(beside >= alone * 95 / 100, beside + " of " + alone + ", " + with.mostOverflow + " octets wait");
            assertEquals(0, AllToAll.counter(with.hub, "recv_blocked"));
            final long each = (SEND_BUFFER + length - 1) / length * (long) (length + OVERFLOW_HEADER + Long.BYTES);
            final long most = CONNECTIONS * each * 1001 / 1000 + (64 << 10);
            assertTrue(with.mostOverflow <= most, with.mostOverflow + " octets wait, of " + most);
            assertTrue(with.mostOverflow > most * 85 / 100, with.mostOverflow + " octets wait, of " + most);
        }
    }

    private static RdsContext filled(final RdsContext context) {
        return context.maxConnections(CONNECTIONS);
    }
}
