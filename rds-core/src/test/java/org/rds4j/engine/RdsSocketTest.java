package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.DirectBufferVector;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.RdsTimeoutException;
import org.rds4j.RdsWouldBlockException;
import org.rds4j.check.CheckedSocket;

class RdsSocketTest {
    private final TestNetwork network = new TestNetwork(3);
    private final TestNode one = network.node("10.0.0.1");
    private final TestNode two = network.node("10.0.0.2");
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(2 << 20));

    private RdsSocket open() {
        return RdsSocket.open(one.context, one.engine.proxy(), network::step, 0xffff);
    }

    private static Errno errnoOf(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    @Test
    void shouldBindByTheRulesOfLinux() {
        final RdsSocket socket = open();
        assertNull(socket.localAddress());
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.bind(1)));
        assertEquals(Errno.EADDRNOTAVAIL, errnoOf(() -> socket.bind(RdsAddress.parse("10.0.0.9:4000"))));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.bind(RdsAddress.parse("0.0.0.0:4000"))));
        assertEquals(4000, socket.bind(4000));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.bind(4001)));
        assertEquals(RdsAddress.parse("10.0.0.1:4000"), socket.localAddress());
        final RdsSocket other = open();
        assertEquals(Errno.EADDRINUSE, errnoOf(() -> other.bind(4000)));
        final int chosen = other.bind(0);
        assertTrue(chosen >= 2 && chosen != 4000);
        socket.close();
        assertEquals(4000, open().bind(4000), "a closed socket gives its port back");
    }

    @Test
    void shouldRefuseSendsByTheRulesOfLinux() {
        final RdsSocket socket = open();
        final RdsAddress peer = two.address.withPort(4001);
        assertEquals(RdsSocket.NOT_BOUND, socket.offer(peer, buffer, 0, 1));
        socket.bind(4000);
        assertEquals(RdsSocket.NO_DESTINATION, socket.offer(buffer, 0, 1));
        assertEquals(RdsSocket.TOO_LONG, socket.offer(peer, buffer, 0, (1 << 20) + 1));
        assertEquals(RdsSocket.NOT_UNICAST, socket.offer(RdsAddress.parse("224.0.0.1:9"), buffer, 0, 1));
        assertEquals(RdsSocket.FAMILY_MISMATCH, socket.offer(RdsAddress.parse("[fd00::1]:9"), buffer, 0, 1));
        assertEquals(RdsSocket.BAD_SERVICE_LEVEL, socket.offer(peer, buffer, 0, 1, 16));
        assertEquals(RdsSocket.BAD_SERVICE_LEVEL, socket.offer(peer, buffer, 0, 1, -1));
        assertEquals(Errno.ENOTCONN, errnoOf(() -> socket.send(null, ByteBuffer.allocate(1), 0)));
        assertEquals(Errno.EMSGSIZE, errnoOf(() -> socket.send(peer, ByteBuffer.allocate((1 << 20) + 1), 0)));
        assertEquals(Errno.EDESTADDRREQ, errnoOf(() -> socket.connect(RdsAddress.parse("0.0.0.0:1"))));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.connect(RdsAddress.parse("255.255.255.255:1"))));
        socket.connect(peer);
        assertEquals(49, socket.offer(buffer, 0, 1));
        socket.close();
        assertEquals(RdsSocket.CLOSED, socket.offer(peer, buffer, 0, 1));
        assertEquals(Errno.EBADF, errnoOf(() -> socket.receive(ByteBuffer.allocate(1), 1)));
        assertEquals(Errno.EBADF, errnoOf(() -> socket.bind(4000)));
        socket.close();
    }

    @Test
    void shouldLetTheLastDatagramOvershootTheSendBuffer() {
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        final RdsAddress peer = two.address.withPort(4001);
        socket.sendBufferLength(20_000);
        assertEquals(RdsSocket.TOO_LONG, socket.offer(peer, buffer, 0, 20_001));
        assertTrue(socket.offer(peer, buffer, 0, 19_999) > 0);
        assertTrue(socket.offer(peer, buffer, 0, 20_000) > 0);
        assertEquals(39_999, socket.unacknowledgedLength());
        assertEquals(RdsSocket.BACK_PRESSURED, socket.offer(peer, buffer, 0, 0), "even an empty one waits");
        assertEquals(Errno.EAGAIN, RdsSocket.errnoOf(RdsSocket.BACK_PRESSURED));
        assertThrows(RdsWouldBlockException.class, () -> socket.send(peer, ByteBuffer.allocate(1), 0));
        network.isRefusing = false;
        network.until(() -> socket.unacknowledgedLength() == 0);
        assertTrue(socket.offer(peer, buffer, 0, 0) > 0);
    }

    @Test
    void shouldTimeOutInTheTimeOfTheContext() {
        network.isRefusing = true;
        final RdsSocket socket = one.socket(4000);
        final RdsAddress peer = two.address.withPort(4001);
        final long startNs = network.nowNs();
        assertThrows(RdsTimeoutException.class, () -> socket.receive(ByteBuffer.allocate(1), 3_000_000));
        assertTrue(Math.abs(network.nowNs() - startNs - 3_000_000) < 10_000);
        assertThrows(RdsWouldBlockException.class, () -> socket.receive(ByteBuffer.allocate(1), 0));
        socket.sendBufferLength(1);
        socket.send(peer, ByteBuffer.allocate(1), 0);
        final long sendNs = network.nowNs();
        assertThrows(RdsTimeoutException.class, () -> socket.send(peer, ByteBuffer.allocate(1), 2_000_000));
        assertTrue(Math.abs(network.nowNs() - sendNs - 2_000_000) < 10_000);
    }

    @Test
    void shouldTimeOutWhenTheEngineIsDead() {
        final RdsSocket socket = RdsSocket.open(one.context, one.engine.proxy(), network::step, 0xffff);
        network.kill(one);
        assertEquals(Errno.ETIMEDOUT, errnoOf(() -> socket.bind(4000)));
    }

    @Test
    void shouldGiveItsSlotBackWhenOpeningIsInterrupted() {
        for (int i = 0; i < 2 * one.context.maxSockets(); i++) {
            Thread.currentThread().interrupt();
            assertEquals(Errno.EINTR, errnoOf(this::open));
            assertTrue(Thread.interrupted());
            network.step();
        }
        assertFalse(open().isClosed());
    }

    @Test
    void shouldEndAWaitByInterrupt() {
        final RdsSocket socket = one.socket(4000);
        Thread.currentThread().interrupt();
        assertEquals(Errno.EINTR, errnoOf(() -> socket.receive(ByteBuffer.allocate(1), RdsSocket.FOREVER)));
        assertTrue(Thread.interrupted());
    }

    @Test
    void shouldReportTruncationAndDiscardTheRest() {
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        from.connect(to.localAddress());
        from.send(null, ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), 0);
        from.send(null, ByteBuffer.wrap(new byte[] {6}), 0);
        final ByteBuffer target = ByteBuffer.allocate(3);
        final var info = to.receive(target, 1_000_000_000L);
        assertTrue(info.isTruncated());
        assertEquals(5, info.length());
        assertEquals(from.localAddress(), info.source());
        assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), target.flip());
        assertFalse(to.receive(target.clear(), 1_000_000_000L).isTruncated());
        assertEquals(6, target.get(0));
    }

    @Test
    void shouldGatherShortAndLongDatagrams() {
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        for (final int size : new int[] {30, 300_000}) {
            final DirectBufferVector[] pieces = {
                new DirectBufferVector(buffer, 0, size / 3), new DirectBufferVector(buffer, 5, 0),
                new DirectBufferVector(buffer, size / 3, size - size / 3)};
            assertEquals(size + 48, from.send(to.address(), 0, buffer, 0, size, () -> from.socket().offer(to.address(), pieces)));
            assertEquals(size, to.receive(ByteBuffer.allocate(size), 1_000_000_000L).length());
        }
        network.history.requireComplete();
    }

    @Test
    void shouldPassLongDatagramsThroughBlocksAndGiveThemBack() {
        final CheckedSocket from = one.checked(4000);
        final CheckedSocket to = two.checked(4001);
        while (to.received() < 40) {
            if (from.sent() < 40) {
                from.send(to.address(), 200_000 + (int) from.sent());
            }
            network.step();
            to.poll(1);
        }
        network.history.requireComplete();
    }

    @Test
    void shouldBoundTheNumberOfSockets() {
        final RdsSocket[] sockets = new RdsSocket[64];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = open();
        }
        assertEquals(Errno.ENOMEM, errnoOf(this::open));
        sockets[10].close();
        open().close();
    }

    @Test
    void shouldStillSendWhatWasSubmittedBeforeClose() {
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        buffer.putInt(0, 77);
        from.offer(to.localAddress(), buffer, 0, 4);
        from.close();
        final ByteBuffer target = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
        to.receive(target, 1_000_000_000L);
        assertEquals(77, target.getInt(0));
    }

    @Test
    void shouldNotCreditTheNextSocketInTheSlot() {
        network.maxTransfer = 0;
        final RdsSocket from = one.socket(4000);
        from.offer(two.address.withPort(4001), buffer, 0, 1000);
        network.steps(10);
        from.close();
        final RdsSocket next = one.socket(4000);
        network.maxTransfer = 1 << 20;
        network.until(one.engine::isAllAcknowledged);
        assertEquals(0, next.unacknowledgedLength());
    }

    @Test
    void shouldTellEveryRefusalApart() {
        assertNotEquals(RdsSocket.errnoOf(RdsSocket.TOO_LONG), RdsSocket.errnoOf(RdsSocket.NOT_BOUND));
        assertThrows(IllegalArgumentException.class, () -> RdsSocket.errnoOf(1));
        for (final Errno errno : Errno.values()) {
            assertEquals(errno, RdsException.of(errno, "x").errno());
            assertEquals(errno, Errno.ofNumber(errno.number()));
        }
    }
}
