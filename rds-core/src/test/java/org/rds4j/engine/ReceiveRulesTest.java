package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.DatagramInfo;
import org.rds4j.Errno;
import org.rds4j.MessageFlags;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;

/** Rules of receiving, and the order of what a receive finds. */
class ReceiveRulesTest extends SocketFixture {
    private static final ByteBuffer[] NOWHERE = {};

    private final RdsSocket from = one.socket(4000);
    private final RdsSocket to = two.socket(4001);

    private void send(final int... lengths) {
        for (final int length : lengths) {
            buffer.setMemory(0, length, (byte) length);
            assertTrue(from.offer(peer, buffer, 0, length) > 0);
        }
        network.until(() -> from.unacknowledgedLength() == 0);
        network.steps(2_000);
    }

    private DatagramInfo receive(final int room, final int flags) {
        return to.receive(new ByteBuffer[] {ByteBuffer.allocate(room)}, flags);
    }

    @Test
    void nothingThereIsEagainOrEtimedoutAfterSoRcvtimeo() {
        assertEquals(Errno.EAGAIN, errnoOf(() -> receive(1, MessageFlags.DONTWAIT)));
        to.setOption(RdsOption.SO_RCVTIMEO, 2_000_000L);
        final long startNs = network.nowNs();
        assertEquals(Errno.ETIMEDOUT, errnoOf(() -> receive(1, 0)));
        assertTrue(Math.abs(network.nowNs() - startNs - 2_000_000) < 10_000);
    }

    @Test
    void anUnboundSocketHasNothing() {
        assertEquals(Errno.EAGAIN, errnoOf(() -> open().receive(NOWHERE, MessageFlags.DONTWAIT)));
    }

    @Test
    void oneDatagramPerCallWithItsSource() {
        send(3, 0, 4);
        assertEquals(3, receive(99, 0).result());
        final DatagramInfo info = receive(99, 0);
        assertEquals(0, info.result());
        assertEquals(from.localAddress(), info.source());
        assertEquals(4, receive(99, 0).result());
    }

    @Test
    void whatDoesNotFitIsDiscardedAndToldAndTheResultIsWhatWasCopied() {
        send(10, 5);
        final DatagramInfo info = receive(4, 0);
        assertTrue(info.isTruncated());
        assertEquals(4, info.result());
        assertEquals(10, info.length());
        final DatagramInfo next = receive(5, 0);
        assertFalse(next.isTruncated());
        assertEquals(5, next.length(), "the rest of the first is gone");
    }

    @Test
    void withTruncTheResultIsTheFullLength() {
        send(10, 10);
        final DatagramInfo info = receive(4, MessageFlags.TRUNC);
        assertEquals(10, info.result());
        assertTrue(info.isTruncated());
        assertEquals(10, receive(99, 0).result());
    }

    @Test
    void peekLeavesTheDatagramAndItsPlaceInTheAccount() {
        to.receiveBufferLength(1 << 20);
        send(300_000, 20);
        for (int i = 0; i < 3; i++) {
            assertEquals(300_000, receive(300_000, MessageFlags.PEEK | MessageFlags.DONTWAIT).result());
        }
        to.receiveBufferLength(600_000);
        send(300_000);
        assertEquals(RdsSocket.CONGESTED, from.offer(peer, buffer, 0, 1), "three datagrams count");
        assertEquals(300_000, receive(300_000, 0).result());
        assertEquals(20, receive(99, MessageFlags.PEEK).result());
        assertEquals(20, receive(99, 0).result());
    }

    @Test
    void theLengthIsProbedByAnEmptyBufferPeekAndTrunc() {
        send(77);
        final DatagramInfo info = to.receive(NOWHERE, MessageFlags.PEEK | MessageFlags.TRUNC | MessageFlags.DONTWAIT);
        assertEquals(77, info.result());
        assertTrue(info.isTruncated());
        assertEquals(77, receive(77, 0).result());
    }

    @Test
    void peekFindsTheFirstDatagramBehindTheEndOfTheRing() {
        for (int i = 0; i < 200; i++) {
            send(1_000 + i);
            assertEquals(1_000 + i, receive(9_000, MessageFlags.PEEK | MessageFlags.DONTWAIT).result());
            assertEquals(1_000 + i, receive(9_000, MessageFlags.DONTWAIT).result());
        }
    }

    @Test
    void payloadIsScatteredInOrder() {
        buffer.putStringWithoutLengthAscii(0, "hello world");
        from.offer(peer, buffer, 0, 11);
        final ByteBuffer[] places = {ByteBuffer.allocate(2), ByteBuffer.allocate(0), ByteBuffer.allocateDirect(4),
            ByteBuffer.allocate(9)};
        assertEquals(11, to.receive(places, 0).result());
        assertEquals('h', places[0].get(0));
        assertEquals('l', places[2].get(0));
        assertEquals('w', places[3].get(0));
        assertEquals(5, places[3].position());
    }

    @Test
    void oobIsNothingAtOnce() {
        send(5);
        final DatagramInfo info = receive(99, MessageFlags.OOB);
        assertEquals(0, info.result());
        assertEquals(0, info.sourceHigh() | info.sourceLow() | info.sourcePort());
        assertEquals(5, receive(99, 0).result());
    }

    @Test
    void errqueueIsEagain() {
        send(5);
        assertEquals(Errno.EAGAIN, errnoOf(() -> receive(99, MessageFlags.ERRQUEUE)));
    }

    @Test
    void otherFlagsMeanNothing() {
        send(5);
        assertEquals(5, receive(99, 0x4000 | MessageFlags.DONTWAIT).result());
    }

    @Test
    void orderOobBeforeErrqueueAndBeforeNothingThere() {
        assertEquals(0, receive(99, MessageFlags.OOB | MessageFlags.ERRQUEUE).result());
        assertEquals(0, receive(99, MessageFlags.OOB | MessageFlags.DONTWAIT).result());
    }

    @Test
    void orderErrqueueBeforeTheCongestionMonitor() {
        final RdsSocket monitored = monitored();
        assertEquals(Errno.EAGAIN, errnoOf(() -> monitored.receive(NOWHERE, MessageFlags.ERRQUEUE)));
        assertNotEquals(0, monitored.receive(NOWHERE, 0).congestedPorts());
    }

    /** A socket of the first node that has both to be told of an end of congestion and a datagram. */
    private RdsSocket monitored() {
        final RdsSocket monitored = one.socket(4005).setOption(RdsOption.RDS_CONG_MONITOR, true);
        final RdsSocket slow = congest(monitored, 4006);
        to.offer(monitored.localAddress(), buffer, 0, 9);
        network.steps(2_000);
        slow.poll((data, offset, length, info) -> { }, 99);
        network.steps(2_000);
        return monitored;
    }

    @Test
    void orderTheCongestionMonitorBeforeADatagramAndAlone() {
        final RdsSocket monitored = monitored();
        final DatagramInfo info = monitored.receive(new ByteBuffer[] {ByteBuffer.allocate(99)}, 0);
        assertEquals(1L << 4006 % 64, info.congestedPorts());
        assertEquals(0, info.result());
        assertEquals(0, info.sourcePort());
        final DatagramInfo next = monitored.receive(new ByteBuffer[] {ByteBuffer.allocate(99)}, 0);
        assertEquals(9, next.result());
        assertEquals(0, next.congestedPorts());
    }

    @Test
    void orderADatagramBeforeClosed() {
        send(5);
        to.close();
        assertEquals(Errno.EBADF, errnoOf(() -> {
            while (receive(99, MessageFlags.DONTWAIT).result() == 5) {
                assertTrue(to.isClosed());
            }
        }));
    }
}
