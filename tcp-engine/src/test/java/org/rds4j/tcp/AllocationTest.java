package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.support.Loop;

/** Once warm, moving data in both directions, idling and expiring timers allocate nothing on the heap. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(ints = {1500, 9000})
    void shouldNotAllocateWhileDataFlowsBothWays(final int mtu) {
        final Loop loop = new Loop(mtu);
        loop.stream(32L << 20);
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        loop.stream(32L << 20);
        final long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1024, "allocated " + allocated);
        assertEquals(loop.a.sendCommitted(), loop.b.receivedPosition());
    }

    /** Also with bursts that end with a push, which are kept account of connection by connection. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void shouldNotAllocateForAnotherConnection(final int pushedBurst) {
        final Loop loop = new Loop(1500, TcpConfiguration.datacenter().pushedBurst(pushedBurst));
        final Runnable connections = () -> {
            for (int i = 0; i < 1000; i++) {
                loop.connectAgain();
                loop.stream(100_000);
            }
        };
        assertEquals(0, AllocationMeter.leastAllocated(connections, 30));
    }

    @Test
    void shouldNotAllocateInPingPong() {
        final Loop loop = new Loop(1500);
        loop.pingPong(100_000, 64);
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        loop.pingPong(100_000, 64);
        final long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1024, "allocated " + allocated);
    }
}
