package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rds4j.DatagramHandler;
import org.rds4j.Errno;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.status.RdsCounter;

/** RDS_CANCEL_SENT_TO, and what closing a socket does to what it sent. */
class CancelTest {
    private final TestNetwork network = new TestNetwork(31);
    private final TestNode one = network.node("10.0.0.1");
    private final TestNode two = network.node("10.0.0.2");
    private final CheckedSocket from = one.checked(4000);
    private final List<Integer> received = new ArrayList<>();
    private final DatagramHandler collect = (data, offset, length, info) -> received.add(length);
    private final CheckedSocket to = two.checked(4001).listener(collect);

    private void send(final CheckedSocket target, final int length) {
        assertTrue(from.send(target.address(), length) > 0);
    }

    private void receive(final CheckedSocket socket, final int count) {
        network.until(() -> socket.poll(16) >= 0 && received.size() >= count);
        network.steps(100);
        socket.poll(16);
    }

    @AfterEach
    void nothingElseIsMissing() {
        network.history.requireComplete();
    }

    private static Errno errnoOf(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    /** So that datagrams stay in the log, unsent. */
    private void connectAndStop() {
        send(to, 8);
        receive(to, 1);
        network.until(() -> from.socket().unacknowledgedLength() == 0);
        network.maxTransfer = 0;
        network.maxInFlight = 1;
    }

    @Test
    void shouldRefuseByTheRulesOfLinux() {
        final RdsSocket unbound = RdsSocket.open(one.context, one.engine.proxy(), network::step, 0xffff);
        assertEquals(Errno.ENOTCONN, errnoOf(() -> unbound.cancelSentTo(null)));
        assertEquals(Errno.ENOTCONN, errnoOf(() -> unbound.cancelSentTo(to.address())));
        assertEquals(Errno.EINVAL, errnoOf(() -> from.cancel(null)));
        from.cancel(to.address());
        from.close();
        assertEquals(Errno.EBADF, errnoOf(() -> from.cancel(to.address())));
    }

    @Test
    void shouldGiveUpWhatIsInTheLogAndInTheRingAndNothingElse() {
        final CheckedSocket other = two.checked(4002).listener(collect);
        network.isRefusing = true;
        send(to, 100);
        send(other, 200);
        network.steps(10);
        send(to, 300);
        send(other, 400);
        assertEquals(1_000, from.socket().unacknowledgedLength());
        from.cancel(to.address());
        assertEquals(600, from.socket().unacknowledgedLength(), "free at once");
        send(to, 500);
        network.isRefusing = false;
        receive(to, 1);
        receive(other, 3);
        assertEquals(List.of(500, 200, 400), received);
        assertEquals(2, one.count(RdsCounter.SEND_CANCELLED));
        network.until(() -> from.socket().unacknowledgedLength() == 0 && one.engine.isAllAcknowledged());
    }

    @Test
    void shouldLeaveDatagramsOfOtherSocketsAlone() {
        final CheckedSocket neighbour = one.checked(4003);
        network.isRefusing = true;
        send(to, 9);
        neighbour.send(to.address(), 8);
        network.steps(10);
        from.cancel(to.address());
        assertEquals(8, neighbour.socket().unacknowledgedLength());
        network.isRefusing = false;
        receive(to, 1);
        assertEquals(List.of(8), received);
    }

    /** On every lane: the option names address and port only. */
    @Test
    void shouldCancelOnEveryLane() {
        network.isRefusing = true;
        for (int level = 0; level < 16; level += 4) {
            assertTrue(from.send(to.address(), 8, level) > 0);
        }
        network.steps(10);
        from.cancel(to.address());
        assertEquals(0, from.socket().unacknowledgedLength());
        assertTrue(one.engine.isAllAcknowledged());
    }

    @Test
    void shouldDeliverWhatTcpHasAndCompleteWhatHasBegun() {
        connectAndStop();
        send(to, 9);
        network.steps(5);
        send(to, 100_000);
        network.steps(5);
        from.cancel(to.address());
        assertEquals(0, from.socket().unacknowledgedLength());
        send(to, 10);
        network.maxTransfer = 1 << 20;
        receive(to, 3);
        assertEquals(8, received.get(0));
        assertEquals(9, received.get(1), "a carrier had it");
        assertEquals(10, received.get(received.size() - 1));
        assertEquals(0, one.count(RdsCounter.CONN_RESET), "the stream is framed as ever");
    }

    @Test
    void shouldNotSendAgainAfterABreakWhatWasCancelled() {
        connectAndStop();
        send(to, 9);
        send(to, 50_000);
        network.steps(5);
        from.cancel(to.address());
        send(to, 10);
        network.lastLink().dialed.cut();
        network.maxTransfer = 1 << 20;
        receive(to, 2);
        assertEquals(List.of(8, 10), received);
        network.until(() -> from.socket().unacknowledgedLength() == 0 && one.engine.isAllAcknowledged());
    }

    @Test
    void shouldSendWhatWasAcceptedBeforeCloseAlsoAfterABreak() {
        connectAndStop();
        send(to, 9);
        network.steps(5);
        send(to, 10);
        from.close();
        network.lastLink().dialed.cut();
        network.maxTransfer = 1 << 20;
        receive(to, 3);
        assertEquals(List.of(8, 9, 10), received);
    }

    @Test
    void shouldGiveUpEverythingAtCloseAsLinuxDoes() {
        final TestNode exact = network.node(network.context("10.0.0.3/24").linuxExact(true));
        final CheckedSocket socket = exact.checked(4000);
        network.isRefusing = true;
        socket.send(to.address(), 8);
        network.steps(10);
        assertFalse(exact.engine.isAllAcknowledged());
        socket.send(to.address(), 8);
        socket.close();
        assertTrue(exact.engine.isAllAcknowledged());
        assertEquals(1, exact.count(RdsCounter.SEND_CANCELLED));
        network.isRefusing = false;
        network.steps(3_000);
        assertEquals(0, to.poll(10));
    }

    @Test
    void shouldGiveTheBlocksOfCancelledLongDatagramsBack() {
        network.isRefusing = true;
        for (int i = 0; i < 50; i++) {
            send(to, 60_000 + i);
            from.cancel(to.address());
        }
        assertEquals(0, from.socket().unacknowledgedLength());
    }
}
