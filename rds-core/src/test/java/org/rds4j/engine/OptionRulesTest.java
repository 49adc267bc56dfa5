package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;

/** The options of a socket, one rule of their table at a time. */
class OptionRulesTest extends SocketFixture {
    private final RdsSocket socket = open();

    private <T> Errno refusal(final RdsOption<T> option, final T value) {
        return errnoOf(() -> socket.setOption(option, value));
    }

    @Test
    void buffersReadBackDoubledAndLimitByTheValueSet() {
        socket.setOption(RdsOption.SO_SNDBUF, 20_000).setOption(RdsOption.SO_RCVBUF, 30_000);
        assertEquals(40_000, socket.getOption(RdsOption.SO_SNDBUF));
        assertEquals(60_000, socket.getOption(RdsOption.SO_RCVBUF));
        socket.bind(4000);
        assertEquals(RdsSocket.TOO_LONG, socket.offer(peer, buffer, 0, 20_001));
        assertTrue(socket.offer(peer, buffer, 0, 20_000) > 0);
    }

    @Test
    void buffersHaveFloors() {
        socket.setOption(RdsOption.SO_SNDBUF, 1).setOption(RdsOption.SO_RCVBUF, 1);
        assertEquals(4608, socket.getOption(RdsOption.SO_SNDBUF));
        assertEquals(2304, socket.getOption(RdsOption.SO_RCVBUF));
        socket.bind(4000);
        assertEquals(RdsSocket.TOO_LONG, socket.offer(peer, buffer, 0, 2_305));
        assertTrue(socket.offer(peer, buffer, 0, 2_304) > 0);
    }

    @Test
    void buffersAreBoundedByTheNode() {
        final RdsSocket bounded =
            open(network.node(network.context("10.0.0.3/24").maxSendBufferLength(50_000).maxReceiveBufferLength(60_000)));
        bounded.setOption(RdsOption.SO_SNDBUF, 50_001).setOption(RdsOption.SO_RCVBUF, 1 << 30);
        assertEquals(100_000, bounded.getOption(RdsOption.SO_SNDBUF));
        assertEquals(120_000, bounded.getOption(RdsOption.SO_RCVBUF));
        bounded.setOption(RdsOption.SO_SNDBUF, -1);
        assertEquals(100_000, bounded.getOption(RdsOption.SO_SNDBUF), "the value is unsigned");
    }

    @Test
    void aReceiveBufferIsExceededBeforeThePortIsCongestedAndADatagramBeyondItIsTaken() {
        final RdsSocket to = two.socket(4001).setOption(RdsOption.SO_RCVBUF, 10_000);
        socket.bind(4000);
        for (int i = 0; i < 11; i++) {
            assertTrue(socket.offer(peer, buffer, 0, 1_000) > 0, "datagram " + i);
            network.steps(60);
        }
        assertEquals(RdsSocket.CONGESTED, socket.offer(peer, buffer, 0, 1_000));
        network.until(() -> to.poll((data, offset, length, info) -> { }, 20) == 0);
        network.until(() -> socket.offer(peer, buffer, 0, 300_000) > 0);
        assertEquals(300_000, to.receive(ByteBuffer.allocate(300_000), SECOND_NS).result());
    }

    @Test
    void timeOutsAreKeptAndNotBelowZero() {
        assertEquals(0L, socket.getOption(RdsOption.SO_SNDTIMEO), "no end");
        assertEquals(0L, socket.getOption(RdsOption.SO_RCVTIMEO));
        socket.setOption(RdsOption.SO_SNDTIMEO, 5L).setOption(RdsOption.SO_RCVTIMEO, 6L);
        assertEquals(5L, socket.getOption(RdsOption.SO_SNDTIMEO));
        assertEquals(6L, socket.getOption(RdsOption.SO_RCVTIMEO));
        assertEquals(Errno.EINVAL, refusal(RdsOption.SO_SNDTIMEO, -1L));
    }

    @Test
    void cancelSentToNeedsABoundSocketAndAnAddress() {
        assertEquals(Errno.ENOTCONN, refusal(RdsOption.RDS_CANCEL_SENT_TO, peer));
        socket.bind(4000);
        assertEquals(Errno.EINVAL, refusal(RdsOption.RDS_CANCEL_SENT_TO, null));
        assertEquals(Errno.ENOPROTOOPT, errnoOf(() -> socket.getOption(RdsOption.RDS_CANCEL_SENT_TO)));
    }

    @Test
    void cancelSentToFreesTheSendBufferAtOnce() {
        network.isRefusing = true;
        socket.bind(4000);
        socket.offer(peer, buffer, 0, 700);
        socket.offer(ELSEWHERE, buffer, 0, 11);
        socket.setOption(RdsOption.RDS_CANCEL_SENT_TO, peer);
        assertEquals(11, socket.unacknowledgedLength());
        socket.setOption(RdsOption.RDS_CANCEL_SENT_TO, ELSEWHERE.withPort(9));
        assertEquals(11, socket.unacknowledgedLength(), "another port");
    }

    @Test
    void thereIsNoMemoryForRdma() {
        assertEquals(Errno.EOPNOTSUPP, refusal(RdsOption.RDS_GET_MR, 0L));
        assertEquals(Errno.EOPNOTSUPP, refusal(RdsOption.RDS_GET_MR_FOR_DEST, 0L));
        assertEquals(Errno.EINVAL, refusal(RdsOption.RDS_FREE_MR, 0L));
    }

    @Test
    void recverrIsKept() {
        assertFalse(socket.getOption(RdsOption.RDS_RECVERR));
        socket.setOption(RdsOption.RDS_RECVERR, true);
        assertTrue(socket.getOption(RdsOption.RDS_RECVERR));
    }

    @Test
    void zeroCopyIsKept() {
        assertFalse(socket.getOption(RdsOption.SO_ZEROCOPY));
        socket.setOption(RdsOption.SO_ZEROCOPY, true);
        assertTrue(socket.getOption(RdsOption.SO_ZEROCOPY));
        assertSame(RdsOption.SO_ZEROCOPY, RdsOption.of(1, 60));
        assertEquals(Errno.ENOPROTOOPT, errnoOf(() -> RdsOption.of(276, 60)));
    }

    @Test
    void theCongestionMonitorCanOnlyBeSet() {
        socket.setOption(RdsOption.RDS_CONG_MONITOR, true).setOption(RdsOption.RDS_CONG_MONITOR, false);
        assertEquals(Errno.ENOPROTOOPT, errnoOf(() -> socket.getOption(RdsOption.RDS_CONG_MONITOR)));
    }

    @Test
    void theTransportIsTcpAndChosenOnce() {
        assertEquals(RdsOption.TRANSPORT_NONE, socket.getOption(RdsOption.SO_RDS_TRANSPORT));
        assertEquals(Errno.ENOPROTOOPT, refusal(RdsOption.SO_RDS_TRANSPORT, 0));
        assertEquals(Errno.ENOPROTOOPT, refusal(RdsOption.SO_RDS_TRANSPORT, 1));
        assertEquals(Errno.EINVAL, refusal(RdsOption.SO_RDS_TRANSPORT, 3));
        assertEquals(Errno.EINVAL, refusal(RdsOption.SO_RDS_TRANSPORT, -1));
        socket.setOption(RdsOption.SO_RDS_TRANSPORT, RdsOption.TRANSPORT_TCP);
        assertEquals(RdsOption.TRANSPORT_TCP, socket.getOption(RdsOption.SO_RDS_TRANSPORT));
        assertEquals(Errno.EOPNOTSUPP, refusal(RdsOption.SO_RDS_TRANSPORT, RdsOption.TRANSPORT_TCP));
    }

    @Test
    void aBoundSocketHasItsTransport() {
        socket.bind(4000);
        assertEquals(RdsOption.TRANSPORT_TCP, socket.getOption(RdsOption.SO_RDS_TRANSPORT));
    }

    @Test
    void orderTheTransportIsChosenBeforeItsNumber() {
        socket.bind(4000);
        assertEquals(Errno.EOPNOTSUPP, refusal(RdsOption.SO_RDS_TRANSPORT, 99));
    }

    @Test
    void orderNotBoundBeforeNoAddressWhenCancelling() {
        assertEquals(Errno.ENOTCONN, errnoOf(() -> socket.cancelSentTo(null)));
    }

    @Test
    void optionsHaveTheNumbersOfLinux() {
        assertSame(RdsOption.SO_SNDBUF, RdsOption.of(1, 7));
        assertSame(RdsOption.SO_RCVBUF, RdsOption.of(1, 8));
        assertSame(RdsOption.RDS_CANCEL_SENT_TO, RdsOption.of(276, 1));
        assertSame(RdsOption.SO_RDS_MSG_RXPATH_LATENCY, RdsOption.of(276, 10));
        assertSame(RdsOption.SO_TIMESTAMP, RdsOption.of(276, 29));
        assertSame(RdsOption.SO_TIMESTAMP, RdsOption.of(1, 63));
    }

    @Test
    void otherOptionsAndLevelsAreEnoprotoopt() {
        for (final int[] numbers : new int[][] {{276, 4}, {276, 9}, {276, 10_000}, {1, 2}, {6, 1}, {0, 7}}) {
            assertEquals(Errno.ENOPROTOOPT, errnoOf(() -> RdsOption.of(numbers[0], numbers[1])));
        }
    }

    @Test
    void aClosedSocketHasNoOptions() {
        socket.close();
        assertEquals(Errno.EBADF, refusal(RdsOption.SO_SNDBUF, 1));
        assertEquals(Errno.EBADF, errnoOf(() -> socket.getOption(RdsOption.SO_SNDBUF)));
    }

    @Test
    void theServiceLevelIsOneThatThereIs() {
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.serviceLevel(16)));
        assertEquals(Errno.EINVAL, errnoOf(() -> socket.serviceLevel(-1)));
        socket.serviceLevel(15);
        assertEquals(15, socket.serviceLevel());
        final RdsSocket restricted = RdsSocket.open(one.context, one.engine.proxy(), network::step, 0x7fff);
        assertEquals(Errno.EPERM, errnoOf(() -> restricted.serviceLevel(15)));
    }

    @Test
    void aServiceLevelTravelsInALaneOfItsOwn() {
        final RdsSocket to = two.socket(4001);
        socket.bind(4000);
        socket.serviceLevel(12);
        final RdsAddress destination = to.localAddress();
        socket.send(destination, payload(3), 0);
        assertEquals(3, to.receive(ByteBuffer.allocate(9), SECOND_NS).lane(), "levels 12 to 15");
    }
}
