package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.status.RdsCounter;

/** Sockets that send to dead peers and to living ones, while the pool of the send logs is full. */
class DeadPeerTest {
    private static final RdsAddress DEAD = RdsAddress.parse("10.0.0.66:4000");

    private final TestNetwork network = new TestNetwork(21);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));

    private RdsContext context(final String cidr) {
        return network.context(cidr).maxMessageLength(64 << 10).sendLogLength(256 << 10).sendPoolLength(2 << 20)
            .reconnectMinDelayNs(1_000).reconnectMaxDelayNs(50_000);
    }

    /** Until the path to the dead peer takes nothing more and the socket's ring is half full of what waits for it. */
    private void fill(final TestNode node, final CheckedSocket socket, final int length, final int more) {
        final long before = node.count(RdsCounter.SEND_QUEUE_FULL);
        int waiting = 0;
        while (waiting < more && socket.send(DEAD, length) > 0) {
            network.step();
            waiting += node.count(RdsCounter.SEND_QUEUE_FULL) > before ? 1 : 0;
        }
        assertEquals(more, waiting);
    }

    @Test
    void shouldLetDatagramsToLivingPeersOvertakeThoseToADeadOne() {
        final TestNode one = network.node(context("10.0.0.1/24"));
        final CheckedSocket to = network.node("10.0.0.2").checked(4001);
        final CheckedSocket from = one.checked(4000);
        fill(one, from, 1_000, 10);
        for (int i = 0; i < 5; i++) {
            assertTrue(from.send(to.address(), 500) > 0);
        }
        network.until(() -> to.poll(10) >= 0 && to.received() == 5);
    }

    /** The ring is 64 KiB: sixty-four times as much passes what waits in it. */
    @Test
    void shouldUseTheRingAgainBehindWhatWaits() {
        final TestNode one = network.node(context("10.0.0.1/24"));
        final CheckedSocket to = network.node("10.0.0.2").checked(4001);
        final CheckedSocket from = one.checked(4000);
        fill(one, from, 1_000, 20);
        for (int i = 0; to.received() < 8_000; i++) {
            assertTrue(i < 100_000, "stuck after " + to.received());
            from.send(to.address(), 8 + network.random.nextInt(1_000));
            network.step();
            to.poll(100);
        }
        final CheckedSocket reborn = network.node("10.0.0.66").checked(4000);
        network.complete(List.of(reborn, to));
        network.until(() -> from.socket().unacknowledgedLength() == 0 && one.engine.isAllAcknowledged());
    }

    @Test
    void shouldNotHoldUpASocketForWhatOthersSentToADeadPeer() {
        final TestNode one = network.node(context("10.0.0.1/24"));
        final CheckedSocket to = network.node("10.0.0.2").checked(4001);
        final CheckedSocket hog = one.checked(4000);
        final CheckedSocket from = one.checked(4002);
        fill(one, hog, 1_000, 40);
        assertTrue(from.send(DEAD, 1_000) > 0, "accepted, and waits");
        for (int i = 0; i < 2_000; i++) {
            assertTrue(from.send(to.address(), 100) > 0, "after " + i);
            network.step();
            to.poll(100);
        }
        assertEquals(0, hog.socket().unacknowledgedLength() % 1_000);
        assertTrue(from.socket().unacknowledgedLength() >= 1_000);
    }

    /** Nobody reads at the dead peers, and they hold all they may: the longest message to a living one still gets through. */
    @Test
    void shouldReachAPeerNeverHeardOfWhenDeadOnesHoldTheirShares() {
        final TestNode one = network.node(context("10.0.0.1/24"));
        final List<RdsSocket> hogs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            final RdsSocket hog = one.socket(5_000 + i);
            hogs.add(hog);
            final RdsAddress dead = RdsAddress.parse("10.0.1." + (1 + i) + ":1000");
            while (hog.offer(dead, buffer, 0, 8_000) > 0) {
                network.step();
            }
        }
        final CheckedSocket to = network.node(network.context("10.0.0.2/24").receiveBufferLength(1 << 20)).checked(4001);
        final CheckedSocket from = one.checked(4000);
        for (int i = 0; i < 20; i++) {
            assertTrue(from.send(to.address(), 64 << 10) > 0);
            final int count = i + 1;
            network.until(() -> to.poll(10) >= 0 && to.received() == count);
        }
        for (final RdsSocket hog : hogs) {
            assertTrue(hog.unacknowledgedLength() > 0);
        }
    }

    @Test
    void shouldCountAllDestinationsAgainstTheSendBuffer() {
        final TestNode one = network.node(context("10.0.0.1/24"));
        final CheckedSocket to = network.node("10.0.0.2").checked(4001);
        final CheckedSocket from = one.checked(4000);
        from.socket().sendBufferLength(10_000);
        for (int i = 0; i < 10; i++) {
            assertTrue(from.send(DEAD, 1_000) > 0);
        }
        network.steps(100);
        assertEquals(RdsSocket.BACK_PRESSURED, from.send(to.address(), 1));
        from.cancel(DEAD);
        assertEquals(0, from.socket().unacknowledgedLength());
        assertTrue(from.send(to.address(), 1_000) > 0);
    }

    /** Living and dead peers that change places, carriers that break, and sockets that give up; the seed is the argument. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldLoseDoubleAndReorderNothingAmongPeersThatComeAndGo(final long seed) {
        final TestNetwork shaky = new TestNetwork(seed);
        final List<CheckedSocket> sockets = new ArrayList<>();
        final List<TestNode> nodes = new ArrayList<>();
        for (int node = 1; node <= 4; node++) {
            final TestNode made = shaky.node(shaky.context("10.0.0." + node + "/24").maxMessageLength(32 << 10)
                .sendLogLength(64 << 10).sendPoolLength(640 << 10).reconnectMinDelayNs(1_000).reconnectMaxDelayNs(50_000)
                .reconnectResetAfterNs(0).connectBudget(1_000_000));
            nodes.add(made);
            sockets.add(made.checked(4000));
            sockets.add(made.checked(4001));
        }
        int cuts = 0;
        int cancels = 0;
        for (int round = 0; round < 40_000; round++) {
            final CheckedSocket from = sockets.get(shaky.random.nextInt(sockets.size()));
            final RdsAddress to = sockets.get(shaky.random.nextInt(sockets.size())).address();
            from.send(to, 8 + shaky.random.nextInt(shaky.random.nextInt(8) == 0 ? 30_000 : 500));
            shaky.isRefusing = round / 2_000 % 2 == 1;
            shaky.maxTransfer = 1 + shaky.random.nextInt(20_000);
            shaky.step();
            sockets.get(shaky.random.nextInt(sockets.size())).poll(20);
            cuts += shaky.random.nextInt(shaky.isRefusing ? 100 : 300) == 0 && shaky.cutOne() ? 1 : 0;
            if (shaky.random.nextInt(200) == 0) {
                from.cancel(to);
                cancels++;
            }
        }
        shaky.isRefusing = false;
        shaky.maxTransfer = 1 << 20;
        shaky.complete(sockets);
        shaky.until(() -> {
            sockets.forEach(socket -> socket.poll(100));
            return nodes.stream().allMatch(node -> node.engine.isAllAcknowledged());
        });
        assertTrue(cuts > 50 && cancels > 100, cuts + " cuts, " + cancels + " cancels");
        for (final TestNode node : nodes) {
            assertTrue(node.count(RdsCounter.SEND_QUEUE_FULL) > 100, "the pool must have been short");
            assertTrue(node.count(RdsCounter.SEND_CANCELLED) > 10);
        }
        sockets.forEach(socket -> assertEquals(0, socket.socket().unacknowledgedLength()));
    }
}
