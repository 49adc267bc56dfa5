package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.Errno;
import org.rds4j.MessageFlags;
import org.rds4j.RdsOption;
import org.rds4j.RdsSocket;

/** What sockets do differently when everything shall be as on Linux. */
@Timeout(60)
class LinuxExactSocketTest extends SocketFixture {
    private final TestNode exact = linuxExact("10.0.0.3");
    private final RdsSocket socket = exact.socket(4000);

    @Test
    void buffersBeginWithTheValuesOfLinux() {
        assertEquals(212_992, socket.getOption(RdsOption.SO_SNDBUF));
        assertEquals(212_992, socket.getOption(RdsOption.SO_RCVBUF));
        assertEquals(Errno.EMSGSIZE, errnoOf(() -> socket.send(peer, payload(106_497), 0)));
        assertEquals(106_496, socket.send(peer, payload(106_496), 0));
    }

    @Test
    void buffersAreBoundedAsOnLinux() {
        socket.setOption(RdsOption.SO_SNDBUF, 1 << 20).setOption(RdsOption.SO_RCVBUF, 1 << 20);
        assertEquals(425_984, socket.getOption(RdsOption.SO_SNDBUF));
        assertEquals(425_984, socket.getOption(RdsOption.SO_RCVBUF));
    }

    /** The slow one reads long after SO_SNDTIMEO. */
    @Test
    void aSendToACongestedPortWaitsWithoutEnd() {
        final RdsSocket slow = congest(socket, 4001);
        socket.setOption(RdsOption.SO_SNDTIMEO, 1_000_000L);
        final long startNs = network.nowNs();
        final RdsSocket sender = socket;
        network.at(startNs + 50_000_000L, () -> slow.poll((data, offset, length, info) -> { }, 99));
        assertEquals(1, sender.send(peer, payload(1), 0));
        assertTrue(network.nowNs() - startNs >= 50_000_000L);
    }

    @Test
    void afterTheEndOfCongestionThereIsAllOfSoSndtimeoForTheSendBuffer() {
        final RdsSocket slow = congest(socket, 4001);
        fill(socket);
        socket.setOption(RdsOption.SO_SNDTIMEO, 10_000_000L);
        final long startNs = network.nowNs();
        network.at(startNs + 50_000_000L, () -> slow.poll((data, offset, length, info) -> { }, 99));
        assertEquals(Errno.ETIMEDOUT, errnoOf(() -> socket.send(peer, payload(1), 0)));
        final long waitedNs = network.nowNs() - startNs;
        assertTrue(waitedNs >= 60_000_000L && waitedNs < 65_000_000L, waitedNs + " ns");
    }

    @Test
    void aSendToACongestedPortThatDoesNotWaitIsEnobufs() {
        congest(socket, 4001);
        assertEquals(Errno.ENOBUFS, errnoOf(() -> socket.send(peer, payload(1), MessageFlags.DONTWAIT)));
    }

    @Test
    void aFullSendBufferIsEtimedoutAllTheSame() {
        socket.setOption(RdsOption.SO_SNDTIMEO, 1_000_000L);
        fill(socket);
        final long startNs = network.nowNs();
        assertEquals(Errno.ETIMEDOUT, errnoOf(() -> socket.send(ELSEWHERE, payload(1), 0)));
        assertTrue(Math.abs(network.nowNs() - startNs - 1_000_000) < 10_000);
    }

    @Test
    void closingGivesUpWhatWasNotSent() {
        network.isRefusing = true;
        socket.send(peer, payload(10), 0);
        network.steps(10);
        socket.close();
        assertTrue(exact.engine.isAllAcknowledged());
    }

    @Test
    void anInterruptEndsTheWaitForCongestion() {
        congest(socket, 4001);
        Thread.currentThread().interrupt();
        assertEquals(Errno.EINTR, errnoOf(() -> socket.send(peer, payload(1), 0)));
        assertTrue(Thread.interrupted());
    }
}
