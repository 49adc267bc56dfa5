package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.DatagramInfo;
import org.rds4j.Errno;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.status.RdsCounter;

/** SO_RDS_MSG_RXPATH_LATENCY and SO_TIMESTAMP: asked for, measured, told. */
class ArrivalTest extends SocketFixture {
    private static final long STEP_NS = 1_000;

    private final RdsSocket from = one.socket(4000);
    private final RdsSocket to = two.socket(4001);

    private DatagramInfo receive() {
        return to.receive(ByteBuffer.allocate(500_000), SECOND_NS);
    }

    private void watch(final int... positions) {
        to.setOption(RdsOption.SO_RDS_MSG_RXPATH_LATENCY, positions);
    }

    /** Warms the path up, so that nothing of its opening is in the times. */
    private void open(final int octetsPerStep) {
        from.offer(peer, buffer, 0, 1);
        receive();
        network.until(() -> from.unacknowledgedLength() == 0);
        network.maxTransfer = octetsPerStep;
    }

    @Test
    void nothingIsToldUnlessAsked() {
        open(1 << 20);
        from.offer(peer, buffer, 0, 5);
        final DatagramInfo info = receive();
        assertEquals(0, info.latencyCount());
        assertEquals(0, info.arrivalNs());
    }

    private static void assertNear(final long expected, final long actual, final long tolerance) {
        assertTrue(Math.abs(actual - expected) <= tolerance, actual + " is not near " + expected);
    }

    /** Header and payload in small pieces, one in a step; then 50 steps in the queue. */
    @ParameterizedTest
    @ValueSource(ints = {10, 500})
    void eachPartOfTheWayIsMeasured(final int octetsPerStep) {
        open(octetsPerStep);
        watch(0, 1, 2);
        final int length = 100 * octetsPerStep;
        from.offer(peer, buffer, 0, length);
        network.until(() -> two.count(RdsCounter.RECV_DELIVERED) == 2);
        network.steps(50);
        final DatagramInfo info = receive();
        assertEquals(3, info.latencyCount());
        assertNear(48 / octetsPerStep * STEP_NS, info.latencyNs(0), STEP_NS);
        assertNear(100 * STEP_NS, info.latencyNs(1), 3 * STEP_NS);
        assertNear(50 * STEP_NS, info.latencyNs(2), 2 * STEP_NS);
    }

    @Test
    void positionsAreToldInTheOrderAskedFor() {
        open(1_000);
        watch(2, 1);
        from.offer(peer, buffer, 0, 20_000);
        network.until(() -> two.count(RdsCounter.RECV_DELIVERED) == 2);
        network.steps(500);
        final DatagramInfo info = receive();
        assertEquals(2, info.latencyCount());
        assertTrue(info.latencyNs(0) >= 499 * STEP_NS, "queue to user: " + info.latencyNs(0));
        assertTrue(info.latencyNs(1) < 50 * STEP_NS, "reassembly: " + info.latencyNs(1));
    }

    @Test
    void whatWaitedBehindAFullRingKeepsItsTimes() {
        open(0);
        watch(2);
        for (int i = 0; i < 40; i++) {
            assertTrue(from.offer(peer, buffer, 0, 3_000) > 0);
            network.step();
        }
        network.maxTransfer = 2_000;
        network.until(() -> from.unacknowledgedLength() == 0);
        assertTrue(two.count(RdsCounter.RECV_OVERFLOW) > 0);
        network.steps(3_000);
        long before = 0;
        for (int i = 0; i < 40; i++) {
            final long latencyNs = receive().latencyNs(0);
            final long arrival = network.nowNs() - latencyNs;
            assertTrue(i == 0 || arrival > before, "datagram " + i + " came at " + arrival + ", after " + before);
            before = arrival;
        }
    }

    @Test
    void longDatagramsHaveTimesToo() {
        open(1 << 20);
        watch(2);
        to.receiveBufferLength(1 << 20);
        buffer.putInt(299_996, 77);
        from.offer(peer, buffer, 0, 300_000);
        final ByteBuffer target = ByteBuffer.allocate(300_000).order(ByteOrder.nativeOrder());
        assertEquals(1, to.receive(target, SECOND_NS).latencyCount());
        assertEquals(77, target.getInt(299_996));
    }

    @Test
    void fromThisHostOnlyTheQueueTakesTime() {
        watch(0, 1, 2);
        final RdsSocket here = two.socket(4002);
        here.offer(peer, buffer, 0, 5);
        network.steps(100);
        final DatagramInfo info = receive();
        assertEquals(0, info.latencyNs(0));
        assertEquals(0, info.latencyNs(1));
        assertNear(100 * STEP_NS, info.latencyNs(2), 2 * STEP_NS);
    }

    @Test
    void thePayloadOfEachDatagramIsWholeWithAndWithoutTimes() {
        open(1 << 20);
        final CheckedSocket sender = one.checked(from);
        final CheckedSocket receiver = two.checked(to);
        for (int i = 0; i < 300; i++) {
            to.setOption(RdsOption.SO_TIMESTAMP, i % 3 == 0);
            final int length = i * 37 % 8_100;
            assertTrue(sender.send(peer, length) > 0);
            assertEquals(length, receiver.receive(ByteBuffer.allocate(9_000), SECOND_NS).result());
        }
        network.history.requireComplete();
    }

    @Test
    void theArrivalIsToldByTheCalendar() {
        open(1 << 20);
        to.setOption(RdsOption.SO_TIMESTAMP, true);
        assertTrue(to.getOption(RdsOption.SO_TIMESTAMP));
        from.offer(peer, buffer, 0, 5);
        network.until(() -> two.count(RdsCounter.RECV_DELIVERED) == 2);
        network.steps(2_000);
        final long before = System.currentTimeMillis();
        final long arrivalMs = receive().arrivalNs() / 1_000_000;
        assertTrue(arrivalMs >= before - 4 && arrivalMs <= System.currentTimeMillis() - 2, "two milliseconds in the queue");
        to.setOption(RdsOption.SO_TIMESTAMP, false);
        from.offer(peer, buffer, 0, 5);
        assertEquals(0, receive().arrivalNs());
    }

    @Test
    void moreThanThreePositionsAreEfaultAndChangeNothing() {
        watch(1);
        assertEquals(Errno.EFAULT, errnoOf(() -> watch(0, 1, 2, 0)));
        open(1 << 20);
        from.offer(peer, buffer, 0, 5);
        assertEquals(1, receive().latencyCount());
    }

    @Test
    void aPositionThatIsNotIsEfaultAndEndsWhatWasAsked() {
        watch(1);
        assertEquals(Errno.EFAULT, errnoOf(() -> watch(0, 3)));
        assertEquals(Errno.EFAULT, errnoOf(() -> watch(-1)));
        open(1 << 20);
        from.offer(peer, buffer, 0, 5);
        assertEquals(0, receive().latencyCount());
        assertEquals(Errno.ENOPROTOOPT, errnoOf(() -> to.getOption(RdsOption.SO_RDS_MSG_RXPATH_LATENCY)));
    }

    @Test
    void aSocketThatClosesAsksNoMore() {
        watch(0);
        to.close();
        final RdsSocket next = two.socket(4001);
        from.offer(peer, buffer, 0, 5);
        final DatagramInfo info = next.receive(ByteBuffer.allocate(9), SECOND_NS);
        assertEquals(0, info.latencyCount());
    }
}
