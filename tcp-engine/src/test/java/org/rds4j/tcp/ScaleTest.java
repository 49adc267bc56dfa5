package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.support.FrameQueue;
import org.rds4j.tcp.support.Octets;
import org.rds4j.tcp.support.PlainRoute;

/** Many connections on one engine: what an idle one costs in memory and time, and that short ones leave nothing behind. */
class ScaleTest {
    private static final int SERVER = 0x0a000001;
    private static final int CLIENT = 0x0a000002;
    private static final int PORT = 7000;
    private static final long SECOND = 1_000_000_000L;
    private static final int REQUEST = 100;
    private static final int ROUNDS = 4_001;
    private static final int POLLS = 2_000;

    private final PlainRoute toClient = new PlainRoute(SERVER, CLIENT, 1500);
    private final PlainRoute toServer = new PlainRoute(CLIENT, SERVER, 1500);
    private final FrameQueue sink = new FrameQueue(1, 2048);
    private final Octets octets = new Octets(REQUEST);
    private long nowNs = 1_000 * SECOND;
    private TcpEngine client;
    private TcpEngine server;
    private final List<TcpConnection> accepted = new ArrayList<>();

    private void engines(final TcpConfiguration configuration) {
        client = new TcpEngine(configuration, (high, low) -> toServer, new Random(1), TcpCounters.inMemory());
        server = new TcpEngine(configuration, (high, low) -> toClient, new Random(2), TcpCounters.inMemory());
        final Owner owner = new Owner(true);
        server.listen(PORT, c -> {
            accepted.add(c);
            return owner;
        });
        turn();
    }

    /** Moves frames both ways until none is left. */
    private void turn() {
        client.onTime(nowNs);
        server.onTime(nowNs);
        int moved = 1;
        while (moved > 0) {
            moved = carry(client, server, toClient) + carry(server, client, toServer);
        }
    }

    private int carry(final TcpEngine from, final TcpEngine to, final PlainRoute back) {
        int moved = 0;
        while (from.pollControl(sink, nowNs) > 0 || (from.nextFrameLength(0) > 0 && from.emit(0, sink, nowNs) > 0)) {
            moved++;
            to.onSegment(
                0, back.remoteLow(), 0, back.localLow(), sink.headAddress() + PlainRoute.OVERHEAD,
                sink.headLength() - PlainRoute.OVERHEAD, 0, true, nowNs);
            sink.removeHead();
        }
        return moved;
    }

    private static TcpConfiguration sized(final int connections) {
        return TcpConfiguration.datacenter().maxConnections(connections).timeWaitCapacity(1 << 16).backlog(64).build();
    }

    @Test
    void shouldKeepTenThousandIdleConnectionsInTwoKibibytesEach() {
        final int connections = 10_000;
        // one engine for nothing first, so that classes and tables that do not grow are not counted
        final long smallHeap = AllocationMeter.allocated(() -> server = engineOf(1));
        final long largeHeap = AllocationMeter.allocated(() -> server = engineOf(connections));
        engines(sized(connections));
        final Owner owner = new Owner(false);
        for (int i = 0; i < connections; i++) {
            final TcpConnection dialled = client.connect(0, toServer.remoteLow(), PORT, 0, 0, owner, nowNs);
            turn();
            dialled.send(octets.address(), REQUEST); // each has held octets once
            turn();
        }
        assertEquals(connections, server.connectionsInUse());
        assertEquals(0, server.streamBuffersInUse(), "idle connections hold no ring to receive");
        assertEquals(0, client.streamBuffersInUse(), "nor to send");
        assertTrue(server.streamOctetsReserved() <= 2L * (256 * 1024 + 20_000), "rings were used one after another");
        final long each = (largeHeap - smallHeap) / (connections - 1) + server.streamOctetsReserved() / connections;
        System.out.println("octets per idle connection, heap and native, rings in use not counted: " + each);
        assertTrue(each <= 2048, "octets per idle connection: " + each);
    }

    private TcpEngine engineOf(final int connections) {
        return new TcpEngine(sized(connections), (high, low) -> toClient, new Random(2), TcpCounters.inMemory());
    }

    @Test
    void shouldPollAsFastWithTenThousandIdleConnectionsAsWithAHundred() {
        final ScaleTest few = new ScaleTest();
        final ScaleTest many = new ScaleTest();
        few.fill(100);
        many.fill(10_000);
        for (int i = 0; i < 20; i++) {
            few.poll(100_000);
            many.poll(100_000);
        }
        final long[] ofFew = new long[ROUNDS];
        final long[] ofMany = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) { // in turns and so short that most are not interrupted, whatever else the machine does
            ofFew[i] = few.poll(POLLS);
            ofMany[i] = many.poll(POLLS);
        }
        final double ratio = (double) lowerQuartile(ofMany) / lowerQuartile(ofFew);
        System.out.println("cost of a poll, 10 000 idle connections to 100: " + ratio);
        assertTrue(ratio < 1.1, "ratio " + ratio);
    }

    private static long lowerQuartile(final long[] times) {
        Arrays.sort(times);
        return times[times.length / 4];
    }

    private void fill(final int connections) {
        engines(sized(10_000));
        final Owner owner = new Owner(false);
        for (int i = 0; i < connections; i++) {
            client.connect(0, toServer.remoteLow(), PORT, 0, 0, owner, nowNs);
            turn();
        }
        nowNs += 10 * SECOND;
        turn();
        assertEquals(connections, server.connectionsInUse());
    }

    /** What a duty cycle does when nothing arrives; returns nanoseconds. */
    private long poll(final int cycles) {
        final long from = System.nanoTime();
        for (int i = 0; i < cycles; i++) {
            nowNs += 1_000;
            server.onTime(nowNs);
            server.pollControl(sink, nowNs);
            for (int lane = 0; lane < TcpEngine.LANES; lane++) {
                server.nextFrameLength(lane);
            }
            server.nextDeadlineNs();
        }
        return System.nanoTime() - from;
    }

    @Test
    void shouldLeaveNothingBehindAfterTwoHundredThousandShortConnections() {
        engines(TcpConfiguration.datacenter().maxConnections(64).timeWaitCapacity(1 << 16).build());
        final Owner owner = new Owner(false);
        for (int i = 0; i < 200_000; i++) {
            final TcpConnection dialled = client.connect(0, toServer.remoteLow(), PORT, 0, 0, owner, nowNs);
            turn();
            dialled.send(octets.address(), REQUEST);
            turn();
            if (i % 2 == 0) {
                dialled.close();
                turn();
                accepted.getFirst().close();
            } else {
                accepted.getFirst().close();
                turn();
                dialled.close();
            }
            turn();
            accepted.clear();
            nowNs += 2_600_000;
        }
        assertEquals(200_000, owner.closed);
        nowNs += 61 * SECOND;
        turn();
        for (final TcpEngine engine : List.of(client, server)) {
            assertEquals(0, engine.connectionsInUse());
            assertEquals(0, engine.timeWaitRecords());
            assertEquals(0, engine.streamBuffersInUse());
            assertEquals(0, engine.sendRecordsLent());
            assertEquals(Long.MAX_VALUE, engine.nextDeadlineNs(), "no timer is left");
        }
    }

    /** Reads what comes, and lets go of what has ended. */
    private static final class Owner implements TcpHandler {
        private final boolean isServer;
        private int closed;

        private Owner(final boolean isServer) {
            this.isServer = isServer;
        }

        @Override
        public void onConnected(final TcpConnection c) {
            assertEquals(isServer ? PORT : c.localPort(), c.localPort());
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
            c.receivedPosition();
        }

        @Override
        public void onClosed(final TcpConnection c, final CloseReason reason) {
            assertEquals(CloseReason.NORMAL, reason);
            closed++;
            c.release();
        }
    }
}
