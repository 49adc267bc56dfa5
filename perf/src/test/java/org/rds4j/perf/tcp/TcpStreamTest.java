package org.rds4j.perf.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkOffloads;

/** What {@code rds perf --scenario tcp} measures, over a link in memory. */
class TcpStreamTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ATTEMPTS = 400;
    private static final int TURNS = 500;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldMoveSegmentsWithoutAllocating(final boolean isOffloaded) {
        final InMemoryLinkPair link = new InMemoryLinkPair(1500, 2048, 1024);
        try (TcpStream stream = new TcpStream("test", link.first(), link.second(), () -> { }, SystemNanoClock.INSTANCE,
            isOffloaded ? LinkOffloads.ALL : LinkOffloads.NONE, isOffloaded)) {
            assertEquals(1448, stream.segmentSize());
            long least = Long.MAX_VALUE;
            for (int i = 0; i < ATTEMPTS && least > 0; i++) {
                least = Math.min(least, allocated(stream));
            }
            assertEquals(0, least, "octets allocated in " + TURNS + " turns");
            assertTrue(stream.delivered() > 1_000_000, "delivered " + stream.delivered());
        }
        assertTrue(link.isPoolFull());
    }

    private static long allocated(final TcpStream stream) {
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TURNS; i++) {
            stream.turn();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void shouldMeasureTheBareRingWithTheSameCopies() {
        final InMemoryLinkPair link = new InMemoryLinkPair(1500, 256, 128);
        try (BareRing ring = new BareRing(link.first(), link.second(), () -> { }, 66, 1448)) {
            ring.turn();
            assertEquals(TcpStation.BURST * 1448L, ring.delivered());
            for (int i = 0; i < 100; i++) {
                ring.turn();
            }
            assertEquals(101L * TcpStation.BURST * 1448, ring.delivered());
        }
        assertTrue(link.isPoolFull());
    }
}
