package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.DatagramHandler;
import org.rds4j.Errno;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.status.RdsCounter;

/** RDS_CANCEL_SENT_TO, and what closing a socket does to what it sent. */
class CancelTest {
    private final TestNetwork network = new TestNetwork(31);
    private final TestNode one = network.node("10.0.0.1");
    private final TestNode two = network.node("10.0.0.2");
    private final RdsSocket from = one.socket(4000);
    private final RdsSocket to = two.socket(4001);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));
    private final List<Integer> received = new ArrayList<>();
    private final DatagramHandler collect = (data, offset, length, info) -> received.add(data.getInt(offset));

    private void send(final RdsSocket target, final int value, final int length) {
        buffer.putInt(0, value);
        assertTrue(from.offer(target.localAddress(), buffer, 0, length) > 0);
    }

    private void receive(final RdsSocket socket, final int count) {
        network.until(() -> {
            socket.poll(collect, 16);
            return received.size() >= count;
        });
        network.steps(100);
        socket.poll(collect, 16);
    }

    private static Errno errnoOf(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    /** So that datagrams stay in the log, unsent. */
    private void connectAndStop() {
        send(to, 0, 8);
        receive(to, 1);
        network.until(() -> from.unacknowledgedLength() == 0);
        network.maxTransfer = 0;
        network.maxInFlight = 1;
    }

    @Test
    void shouldRefuseByTheRulesOfLinux() {
        final RdsSocket unbound = RdsSocket.open(one.context, one.engine.proxy(), network::step, 0xffff);
        assertEquals(Errno.ENOTCONN, errnoOf(() -> unbound.cancelSentTo(null)));
        assertEquals(Errno.ENOTCONN, errnoOf(() -> unbound.cancelSentTo(to.localAddress())));
        assertEquals(Errno.EINVAL, errnoOf(() -> from.cancelSentTo(null)));
        from.cancelSentTo(to.localAddress());
        from.close();
        assertEquals(Errno.EBADF, errnoOf(() -> from.cancelSentTo(to.localAddress())));
    }

    @Test
    void shouldGiveUpWhatIsInTheLogAndInTheRingAndNothingElse() {
        final RdsSocket other = two.socket(4002);
        network.isRefusing = true;
        send(to, 1, 100);
        send(other, 2, 200);
        network.steps(10);
        send(to, 3, 300);
        send(other, 4, 400);
        assertEquals(1_000, from.unacknowledgedLength());
        from.cancelSentTo(to.localAddress());
        assertEquals(600, from.unacknowledgedLength(), "free at once");
        send(to, 5, 500);
        network.isRefusing = false;
        receive(to, 1);
        receive(other, 3);
        assertEquals(List.of(5, 2, 4), received);
        assertEquals(2, one.count(RdsCounter.SEND_CANCELLED));
        network.until(() -> from.unacknowledgedLength() == 0 && one.engine.isAllAcknowledged());
    }

    @Test
    void shouldLeaveDatagramsOfOtherSocketsAlone() {
        final RdsSocket neighbour = one.socket(4003);
        network.isRefusing = true;
        send(to, 1, 8);
        buffer.putInt(0, 2);
        neighbour.offer(to.localAddress(), buffer, 0, 8);
        network.steps(10);
        from.cancelSentTo(to.localAddress());
        assertEquals(8, neighbour.unacknowledgedLength());
        network.isRefusing = false;
        receive(to, 1);
        assertEquals(List.of(2), received);
    }

    /** On every lane: the option names address and port only. */
    @Test
    void shouldCancelOnEveryLane() {
        network.isRefusing = true;
        for (int level = 0; level < 16; level += 4) {
            assertTrue(from.offer(to.localAddress(), buffer, 0, 8, level) > 0);
        }
        network.steps(10);
        from.cancelSentTo(to.localAddress());
        assertEquals(0, from.unacknowledgedLength());
        assertTrue(one.engine.isAllAcknowledged());
    }

    @Test
    void shouldDeliverWhatTcpHasAndCompleteWhatHasBegun() {
        connectAndStop();
        send(to, 1, 8);
        network.steps(5);
        send(to, 2, 100_000);
        network.steps(5);
        from.cancelSentTo(to.localAddress());
        assertEquals(0, from.unacknowledgedLength());
        send(to, 3, 8);
        network.maxTransfer = 1 << 20;
        receive(to, 3);
        assertEquals(0, received.get(0));
        assertEquals(1, received.get(1), "a carrier had it");
        assertEquals(3, received.get(received.size() - 1));
        assertEquals(0, one.count(RdsCounter.CONN_RESET), "the stream is framed as ever");
    }

    @Test
    void shouldNotSendAgainAfterABreakWhatWasCancelled() {
        connectAndStop();
        send(to, 1, 8);
        send(to, 2, 50_000);
        network.steps(5);
        from.cancelSentTo(to.localAddress());
        send(to, 3, 8);
        network.lastLink().dialed.cut();
        network.maxTransfer = 1 << 20;
        receive(to, 2);
        assertEquals(List.of(0, 3), received);
        network.until(() -> from.unacknowledgedLength() == 0 && one.engine.isAllAcknowledged());
    }

    @Test
    void shouldSendWhatWasAcceptedBeforeCloseAlsoAfterABreak() {
        connectAndStop();
        send(to, 1, 8);
        network.steps(5);
        send(to, 2, 8);
        from.close();
        network.lastLink().dialed.cut();
        network.maxTransfer = 1 << 20;
        receive(to, 3);
        assertEquals(List.of(0, 1, 2), received);
    }

    @Test
    void shouldGiveUpEverythingAtCloseAsLinuxDoes() {
        final TestNode exact = network.node(network.context("10.0.0.3/24").linuxExact(true));
        final RdsSocket socket = exact.socket(4000);
        network.isRefusing = true;
        socket.offer(to.localAddress(), buffer, 0, 8);
        network.steps(10);
        assertFalse(exact.engine.isAllAcknowledged());
        socket.offer(to.localAddress(), buffer, 0, 8);
        socket.close();
        assertTrue(exact.engine.isAllAcknowledged());
        assertEquals(1, exact.count(RdsCounter.SEND_CANCELLED));
        network.isRefusing = false;
        network.steps(3_000);
        assertEquals(0, to.poll(collect, 10));
    }

    @Test
    void shouldGiveTheBlocksOfCancelledLongDatagramsBack() {
        network.isRefusing = true;
        for (int i = 0; i < 50; i++) {
            send(to, i, 60_000);
            from.cancelSentTo(to.localAddress());
        }
        assertEquals(0, from.unacknowledgedLength());
    }
}
