package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.Errno;
import org.rds4j.LentMemory;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsPoller;
import org.rds4j.RdsSocket;
import org.rds4j.socket.ReadySets;
import org.rds4j.status.RdsCounter;

/** What a poller tells of the sockets of a node, when, and how often. */
class RdsPollerTest {
    private static final int ALL = RdsPoller.READABLE | RdsPoller.WRITABLE | RdsPoller.CONGESTION | RdsPoller.COMPLETION;

    private final TestNetwork network = new TestNetwork(5);
    private final TestNode node = network.node(network.context("10.0.0.1/24").sendBufferLength(1000));
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64 << 10));
    private final RdsPoller poller = RdsPoller.open(node.context, node.engine.proxy(), network::step);
    private final Map<RdsSocket, Integer> told = new HashMap<>();

    private int poll(final long timeoutNs) {
        told.clear();
        return poller.poll(told::put, 100, timeoutNs);
    }

    private static int read(final RdsSocket socket, final int limit) {
        return socket.poll((data, offset, length, info) -> { }, limit);
    }

    private void assertError(final Errno errno, final Runnable action) {
        assertEquals(errno, assertThrows(RdsException.class, action::run).errno());
    }

    @Test
    void shouldTellOfADatagramUntilItIsRead() {
        final RdsSocket from = node.socket(4000);
        final RdsSocket to = node.socket(4001);
        poller.register(to, RdsPoller.READABLE);
        assertEquals(0, poll(0));
        from.offer(to.localAddress(), buffer, 0, 10);
        from.offer(to.localAddress(), buffer, 0, 10);
        network.step();
        for (int i = 0; i < 3; i++) {
            assertEquals(1, poll(0));
            assertEquals(Map.of(to, RdsPoller.READABLE), told);
        }
        assertEquals(1, read(to, 1));
        assertEquals(1, poll(0));
        assertEquals(1, read(to, 1));
        assertEquals(0, poll(0));
        from.offer(to.localAddress(), buffer, 0, 10);
        network.step();
        assertEquals(1, poll(0), "and again");
    }

    @Test
    void shouldTellOfWhatHadArrivedBefore() {
        final RdsSocket from = node.socket(4000);
        final RdsSocket to = node.socket(4001);
        from.offer(to.localAddress(), buffer, 0, 10);
        network.step();
        poller.register(to, RdsPoller.READABLE);
        assertEquals(1, poll(0));
    }

    @Test
    void shouldWaitForADatagramFromAPeer() {
        final TestNode other = network.node("10.0.0.2");
        final RdsSocket from = other.socket(4000);
        final RdsSocket to = node.socket(4001);
        poller.register(to, RdsPoller.READABLE);
        from.offer(to.localAddress(), buffer, 0, 10);
        assertEquals(1, poll(RdsSocket.FOREVER));
        read(to, 1);
        final long startNs = network.nowNs();
        assertEquals(0, poll(300_000));
        assertTrue(network.nowNs() - startNs >= 300_000);
    }

    @Test
    void shouldTellThatThereIsRoomToSend() {
        final RdsSocket from = node.socket(4000);
        final RdsAddress to = RdsAddress.parse("10.0.0.2:4001");
        poller.register(from, RdsPoller.WRITABLE);
        assertEquals(1, poll(0));
        assertEquals(1, poll(0), "as long as there is");
        from.offer(to, buffer, 0, 900);
        assertEquals(1, poll(0), "the last datagram may overshoot");
        from.offer(to, buffer, 0, 900);
        assertEquals(0, poll(0));
        network.steps(100);
        assertEquals(0, poll(0), "nobody is there");
        final TestNode other = network.node("10.0.0.2");
        final RdsSocket receiver = other.socket(4001);
        network.skip(100_000_000_000L);
        assertEquals(1, poll(RdsSocket.FOREVER));
        assertEquals(Map.of(from, RdsPoller.WRITABLE), told);
        assertEquals(2, read(receiver, 10));
    }

    @Test
    void shouldNotCallASocketWritableWhoseRingIsFull() {
        final RdsSocket from = node.socket(4000);
        from.sendBufferLength(1 << 20);
        poller.register(from, RdsPoller.WRITABLE);
        while (from.offer(from.localAddress(), buffer, 0, 8_000) > 0) {
            assertTrue(from.unacknowledgedLength() < 1 << 20);
        }
        assertEquals(0, poll(0));
        network.step();
        assertEquals(1, poll(0));
    }

    @Test
    void shouldTellOfCancelledDatagramsAsRoom() {
        final RdsSocket from = node.socket(4000);
        final RdsAddress to = RdsAddress.parse("10.0.0.2:4001");
        poller.register(from, RdsPoller.WRITABLE);
        from.offer(to, buffer, 0, 1000);
        assertEquals(0, poll(0));
        from.cancelSentTo(to);
        assertEquals(1, poll(0));
    }

    @Test
    void shouldTellOfTheCongestionMonitorOnceAMapHasCome() {
        final TestNode other = network.node("10.0.0.2");
        final RdsSocket from = node.socket(4000);
        final RdsSocket slow = other.socket(4001);
        slow.receiveBufferLength(100);
        poller.register(from, RdsPoller.CONGESTION);
        from.congestionMonitor(true);
        for (int i = 0; i < 3; i++) {
            from.offer(slow.localAddress(), buffer, 0, 60);
        }
        network.until(() -> from.offer(slow.localAddress(), buffer, 0, 60) == RdsSocket.CONGESTED);
        network.steps(2_000);
        assertEquals(0, poll(0), "no map has come since");
        while (read(slow, 1) > 0) {
            network.step();
        }
        assertEquals(1, poll(RdsSocket.FOREVER));
        assertEquals(Map.of(from, RdsPoller.CONGESTION), told);
        assertEquals(1L << (4001 & 63), from.pollCongestion());
        assertEquals(0, poll(0));
        assertTrue(from.offer(slow.localAddress(), buffer, 0, 60) > 0);
    }

    @Test
    void shouldTellThatALentPayloadIsTheApplicationsAgain() {
        final RdsSocket from = node.socket(4000);
        poller.register(from, RdsPoller.COMPLETION);
        final LentMemory memory = from.lend();
        assertTrue(from.offer(from.localAddress(), memory, 0, 64, 0, 7) > 0);
        assertEquals(0, poll(0));
        network.step();
        assertEquals(1, poll(0));
        assertEquals(Map.of(from, RdsPoller.COMPLETION), told);
        assertEquals(1, from.pollCompletions(cookie -> assertEquals(7, cookie), 10));
        assertEquals(0, poll(0));
    }

    @Test
    void shouldTellOfSocketsThatAreClosed() {
        final RdsSocket one = node.socket(4000);
        final RdsSocket two = node.socket(4001);
        poller.register(one, 0);
        poller.register(two, RdsPoller.READABLE);
        assertEquals(0, poll(0));
        one.close();
        assertEquals(1, poll(0));
        assertEquals(Map.of(one, RdsPoller.CLOSED), told);
        poller.deregister(one);
        assertEquals(0, poll(0));
        node.engine.close(network.nowNs());
        assertEquals(1, poll(0));
        assertEquals(Map.of(two, RdsPoller.CLOSED), told);
    }

    @Test
    void shouldTakeTheSlotOfASocketThatWasClosed() {
        final RdsSocket one = node.socket(4000);
        poller.register(one, RdsPoller.READABLE);
        one.close();
        final RdsSocket two = node.socket(4000);
        poller.register(two, RdsPoller.READABLE);
        assertEquals(0, poll(0));
        assertError(Errno.EINVAL, () -> poller.deregister(one));
        two.offer(two.localAddress(), buffer, 0, 1);
        network.step();
        assertEquals(1, poll(0));
        assertEquals(Map.of(two, RdsPoller.READABLE), told);
    }

    @Test
    void shouldTellOnlyWhatIsAskedFor() {
        final RdsSocket socket = node.socket(4000);
        poller.register(socket, ALL);
        poll(0);
        assertEquals(Map.of(socket, RdsPoller.WRITABLE), told);
        poller.modify(socket, RdsPoller.READABLE);
        assertEquals(0, poll(0));
        socket.offer(socket.localAddress(), buffer, 0, 1);
        network.step();
        assertEquals(1, poll(0));
        poller.modify(socket, RdsPoller.READABLE | RdsPoller.WRITABLE);
        poll(0);
        assertEquals(Map.of(socket, RdsPoller.READABLE | RdsPoller.WRITABLE), told);
        poller.modify(socket, 0);
        assertEquals(0, poll(0));
        poller.modify(socket, RdsPoller.READABLE);
        assertEquals(1, poll(0), "it is still there");
    }

    @Test
    void shouldServeEverySocketInTurn() {
        final List<RdsSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            sockets.add(node.socket(4000 + i));
            poller.register(sockets.get(i), RdsPoller.WRITABLE);
        }
        final HashSet<RdsSocket> seen = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            assertEquals(10, poller.poll((socket, events) -> assertTrue(seen.add(socket)), 10, 0));
        }
        assertEquals(40, seen.size());
    }

    @Test
    void shouldLetTheHandlerChangeRegistrationsAndThrow() {
        final List<RdsSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sockets.add(node.socket(4000 + i));
            poller.register(sockets.get(i), RdsPoller.WRITABLE);
        }
        assertEquals(10, poller.poll((socket, events) -> {
            final int partner = socket.localAddress().port() - 4000 ^ 1;
            poller.deregister(sockets.get(partner));
            poller.modify(socket, RdsPoller.READABLE);
        }, 100, 0));
        assertEquals(0, poll(0));
        final RdsSocket first = sockets.get(0);
        poller.modify(first, RdsPoller.WRITABLE);
        assertThrows(IllegalStateException.class, () -> poller.poll((socket, events) -> {
            throw new IllegalStateException("the application's own");
        }, 1, 0));
        assertEquals(1, poll(0), "and the socket is not forgotten");
        for (int round = 0; round < 100; round++) {
            poller.deregister(first);
            poller.register(first, RdsPoller.WRITABLE);
        }
        assertEquals(1, poll(0));
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        final RdsSocket socket = node.socket(4000);
        assertError(Errno.EINVAL, () -> poller.modify(socket, 0));
        assertError(Errno.EINVAL, () -> poller.deregister(socket));
        assertError(Errno.EINVAL, () -> poller.register(socket, 1 << 20));
        final RdsSocket stranger = network.node("10.0.0.2").socket(4000);
        assertError(Errno.EINVAL, () -> poller.register(stranger, 0));
        poller.register(socket, 0);
        final RdsPoller second = RdsPoller.open(node.context, node.engine.proxy(), network::step);
        assertError(Errno.EADDRINUSE, () -> second.register(socket, 0));
        poller.close();
        assertError(Errno.EBADF, () -> poll(0));
        second.register(socket, RdsPoller.WRITABLE);
        assertEquals(1, second.poll((ready, events) -> assertEquals(socket, ready), 1, 0));
        second.deregister(socket);
        socket.close();
        assertError(Errno.EBADF, () -> second.register(socket, 0));
        for (int i = 1; i < ReadySets.MAX_SETS; i++) {
            RdsPoller.open(node.context, node.engine.proxy(), network::step);
        }
        assertError(Errno.ENOMEM, () -> RdsPoller.open(node.context, node.engine.proxy(), network::step));
    }

    @Test
    void shouldEndAWaitByAnInterrupt() {
        Thread.currentThread().interrupt();
        assertError(Errno.EINTR, () -> poll(RdsSocket.FOREVER));
        assertTrue(Thread.interrupted());
    }

    /** One socket, a thousand peers: each is written to when there is room, and its answer read when it is there. */
    @Test
    void shouldServeAThousandPeersByOnePoller() {
        final EchoHost host = new EchoHost(16 << 10);
        try (RdsPoller one = RdsPoller.open(host.context(), host.proxy(), host::poll)) {
            final RdsSocket socket = host.socket(4000);
            one.register(socket, RdsPoller.READABLE | RdsPoller.WRITABLE);
            final int peers = 1_000;
            final int[] answers = new int[peers];
            final int[] sent = {0};
            final int[] received = {0};
            while (received[0] < 10 * peers) {
                one.poll((ready, events) -> {
                    if ((events & RdsPoller.READABLE) != 0) {
                        received[0] += ready.poll((data, offset, length, info) -> {
                            final int peer = (int) info.sourceLow() & 0xffff;
                            assertEquals(answers[peer]++, data.getInt(offset));
                        }, 64);
                    }
                    while ((events & RdsPoller.WRITABLE) != 0 && sent[0] < 10 * peers) {
                        buffer.putInt(0, sent[0] / peers);
                        if (ready.offer(EchoHost.peer(sent[0] % peers), buffer, 0, 64) < 0) {
                            break;
                        }
                        sent[0]++;
                    }
                    if (sent[0] == 10 * peers) {
                        one.modify(ready, RdsPoller.READABLE);
                    }
                }, 1, RdsSocket.FOREVER);
            }
            assertEquals(peers, host.count(RdsCounter.CONN_UP), "one carrier each");
            assertEquals(0, one.poll((ready, events) -> { }, 1, 0));
        }
    }
}
