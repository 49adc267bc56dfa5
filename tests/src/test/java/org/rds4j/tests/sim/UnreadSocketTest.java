package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.scenario.NodePair;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;

/** A socket that nobody reads, to which many send, beside sockets that share its connection and are read. */
@Timeout(120)
class UnreadSocketTest {
    private static final int UNREAD_PORT = 5000;
    private static final int SENDERS = 16;
    private static final int LENGTH = 1_000;
    private static final int POLL_LIMIT = 64;
    private static final int RECEIVE_BUFFER = 64 << 10;
    /** Whatever there is room for: what is in sixteen submit rings, eight logs and their carriers. */
    private static final long MOST_OVERFLOW = 9L << 20;
    private static final long DELAY_NS = 100_000;
    private static final long ROUND_TRIP_NS = 2 * DELAY_NS;
    /** Of the frames of a congestion map, and of those that a link takes at once. */
    private static final long ON_THE_WIRE_NS = 150_000;
    /** Longer than what is on its way to the unread socket takes to arrive. */
    private static final long RUN_NS = 150_000_000L;
    private static final long WARM_UP_NS = 20_000_000L;
    private static final long MEASURE_NS = 100_000L;
    private static final WireConditions WIRE = WireConditions.PERFECT.withDelayNs(DELAY_NS).withRate(1_000_000_000L, 1 << 20);

    /** One world: four sockets that stream to four others, and perhaps the unread one with its senders. */
    private static final class World implements SimHost, AutoCloseable {
        private final Simulation simulation = new Simulation(3);
        private final HistoryChecker readChecker = new HistoryChecker(3);
        private final HistoryChecker unreadChecker = new HistoryChecker(4);
        private final NodePair nodes;
        private final List<CheckedSocket> from = new ArrayList<>();
        private final List<CheckedSocket> to = new ArrayList<>();
        private final List<CheckedSocket> pushers = new ArrayList<>();
        private CheckedSocket unread;
        private boolean isRead;
        private long mostOverflow;
        private long mostSendPool;
        private long excessNs = Long.MAX_VALUE;
        private long refusedNs = Long.MAX_VALUE;
        private long nextMeasureNs;

        World(final UnaryOperator<RdsContext> settings) {
            nodes = new NodePair(simulation, WIRE, settings);
        }

        private CheckedSocket bound(final RdsNode node, final int port, final HistoryChecker checker) {
            final RdsSocket socket = node.socket();
            socket.bind(port);
            return new CheckedSocket(checker, socket, simulation.clock()::nanoTime);
        }

        World withStreams() {
            for (int i = 0; i < 4; i++) {
                from.add(bound(nodes.first(), 4000 + i, readChecker));
                to.add(bound(nodes.second(), 4000 + i, readChecker));
            }
            return this;
        }

        World withUnreadSocket() {
            unread = bound(nodes.second(), UNREAD_PORT, unreadChecker);
            unread.socket().receiveBufferLength(RECEIVE_BUFFER);
            for (int i = 0; i < SENDERS; i++) {
                pushers.add(bound(nodes.first(), 6000 + i, unreadChecker));
            }
            return this;
        }

        World begin() {
            simulation.host("applications", this);
            return this;
        }

        @Override
        public int doWork(final long nowNs) {
            int work = 0;
            for (int i = 0; i < from.size(); i++) {
                while (from.get(i).send(RdsAddress.parse("10.0.0.2:" + (4000 + i)), LENGTH) > 0) {
                    work++;
                }
                work += to.get(i).poll(POLL_LIMIT);
            }
            for (int i = 0; i < pushers.size() && (nowNs >= WARM_UP_NS || unreadChecker.sent() == 0); i++) {
                work += push(pushers.get(i), nowNs);
            }
            if (isRead) {
                work += unread.poll(POLL_LIMIT);
            }
            measure(nowNs);
            return work;
        }

        private int push(final CheckedSocket pusher, final long nowNs) {
            final int result = pusher.send(RdsAddress.parse("10.0.0.2:" + UNREAD_PORT), LENGTH);
            if (result == RdsSocket.CONGESTED) {
                refusedNs = Math.min(refusedNs, nowNs);
            }
            return result > 0 ? 1 : 0;
        }

        private void measure(final long nowNs) {
            if (from.isEmpty() && excessNs == Long.MAX_VALUE
                && AllToAll.counter(nodes.second(), "recv_delivered") * LENGTH > RECEIVE_BUFFER) {
                excessNs = nowNs;
            }
            if (nowNs >= nextMeasureNs) {
                nextMeasureNs = nowNs + MEASURE_NS;
                mostOverflow = Math.max(mostOverflow, AllToAll.counter(nodes.second(), "receive-overflow-in-use"));
                mostSendPool = Math.max(mostSendPool, AllToAll.counter(nodes.first(), "send-pool-in-use"));
            }
        }

        @Override
        public long nextDeadlineNs() {
            return simulation.clock().nanoTime() < WARM_UP_NS ? WARM_UP_NS : Long.MAX_VALUE;
        }

        /** Datagrams that the sockets that are read got in a while, once everything has got going. */
        long rate() {
            simulation.runUntil(simulation.clock().nanoTime() + RUN_NS);
            final long before = readChecker.delivered();
            simulation.runUntil(simulation.clock().nanoTime() + RUN_NS);
            return readChecker.delivered() - before;
        }

        @Override
        public void close() {
            CloseHelper.closeAll(from);
            CloseHelper.closeAll(to);
            CloseHelper.closeAll(pushers);
            CloseHelper.close(unread);
            nodes.close();
        }
    }

    private static RdsContext settings(final RdsContext context, final int paths, final DemoIdentities identities) {
        final RdsContext plain = context.paths(paths).maxConnections(64).maxMessageLength(64 << 10)
            .receiveBufferLength(RECEIVE_BUFFER * 2);
        return identities == null ? plain : identities.apply(plain, "node");
    }

    @ParameterizedTest
    @CsvSource({"1,false", "8,false", "1,true", "8,true"})
    void shouldStopItsSendersWithinARoundTrip(final int paths, final boolean isEncrypted) {
        try (DemoIdentities identities = isEncrypted ? new DemoIdentities(List.of("node")) : null;
            World world = new World(context -> settings(context, paths, identities)).withUnreadSocket().begin()) {
            world.simulation.runUntil(RUN_NS);
            final long tookNs = world.refusedNs - world.excessNs;
            assertTrue(tookNs > 0 && tookNs <= ROUND_TRIP_NS + ON_THE_WIRE_NS, tookNs + " ns");
            for (final CheckedSocket pusher : world.pushers) {
                assertEquals(RdsSocket.CONGESTED, pusher.send(RdsAddress.parse("10.0.0.2:" + UNREAD_PORT), LENGTH));
            }
            requireBounds(world);
        }
    }

    /**
     * Measured against the same world without the unread socket; also where the memory behind rings is much less than what
     * sixteen sockets may have queued: they keep the rest until the unread socket is read.
     */
    @ParameterizedTest
    @CsvSource({"1,false,64", "8,false,64", "1,true,64", "8,true,64", "1,false,4", "8,false,4", "1,true,4", "8,true,4"})
    void shouldLeaveOthersTheirRateAndKeepWithinItsMemory(final int paths, final boolean isEncrypted, final int mebibytes) {
        final long overflow = (long) mebibytes << 20;
        try (DemoIdentities identities = isEncrypted ? new DemoIdentities(List.of("node")) : null;
            World without = new World(context -> settings(context, paths, identities)).withStreams().begin();
            World with = new World(context -> settings(context, paths, identities).receiveOverflowLength(overflow))
                .withStreams().withUnreadSocket().begin()) {
            requireOthersRateAndRelief(without, with);
            assertTrue(with.mostOverflow <= Math.min(overflow * 3 / 4, MOST_OVERFLOW),
                with.mostOverflow + " octets behind the ring");
            requireBounds(with);
        }
    }

    private static void requireOthersRateAndRelief(final World without, final World with) {
        final long alone = without.rate();
        final long beside = with.rate();
        final long bitsPerSecond = alone * (LENGTH + 48) * 8 * 1_000_000_000L / RUN_NS;
        assertTrue(bitsPerSecond > 900_000_000L, "the streams must fill the link: " + bitsPerSecond);
        assertTrue(beside >= alone * 95 / 100, beside + " of " + alone + ", " + with.mostOverflow + " octets behind the ring");
        assertTrue(with.refusedNs < RUN_NS);
        with.from.forEach(CheckedSocket::close);
        with.from.clear();
        with.isRead = true;
        final long sent = with.unreadChecker.sent();
        with.simulation.runUntil(() -> with.unreadChecker.delivered() > 2 * sent, 60 * RUN_NS);
        assertTrue(with.unreadChecker.delivered() > 2 * sent, "the senders must go on");
        assertTrue(with.readChecker.violation().isEmpty() && with.unreadChecker.violation().isEmpty());
    }

    private static void requireBounds(final World world) {
        assertTrue(world.mostSendPool <= 32 << 20, world.mostSendPool + " octets in logs");
        assertEquals(0, AllToAll.counter(world.nodes.second(), "recv_blocked"));
    }
}
