package org.rds4j.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Properties;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.PathKey;
import org.rds4j.congestion.Congestion;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.DirectMemory;
import org.rds4j.frame.ReassemblyPool;
import org.rds4j.message.LogPool;
import org.rds4j.status.RdsCounters;

/** What a path costs on which nothing is sent: memory only, and little of it (888 octets of heap, 96 beside it). */
class IdlePathTest {
    private static final int PATHS = 1_000;
    private static final int MOST_HEAP = 2_000;
    private static final int MOST_DIRECT = 128;

    @Test
    void shouldCostLittleMemory() {
        final RdsContext context = new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT)
            .conclude();
        final LogPool logs = new LogPool(context.sendPoolLength(), LogPool.BLOCK_LENGTH, context.maxMessageLength(),
            context.sendLogLength());
        final PathServices services = new PathServices(
            context, new Probe(1, 1, RdsCounters.inMemory()), 0, null, new ConnectBudget(1), null, new PathSchedule(),
            (path, header, payload, length) -> true, (owner, length) -> { },
            new ReassemblyPool(1 << 20, DirectMemory.ofProcess()),
            new ArrivalTimes(() -> 0), logs,
            new Congestion(context, 1, RdsCounters.inMemory()), new SplittableRandom(1), RdsCounters.inMemory());
        final Peer peer = new Peer(services, 0, 1);
        final PeerPath[] paths = new PeerPath[PATHS];
        paths[0] = new PeerPath(services, peer, new PathKey(0, 1, 0, 0), 0);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long direct = directLength();
        final long heap = threads.getCurrentThreadAllocatedBytes();
        for (int i = 1; i < PATHS; i++) {
            paths[i] = new PeerPath(services, peer, new PathKey(0, 1 + i, 0, 0), 0);
        }
        final long heapEach = (threads.getCurrentThreadAllocatedBytes() - heap) / (PATHS - 1);
        final long directEach = (directLength() - direct) / (PATHS - 1);
        assertTrue(heapEach <= MOST_HEAP, heapEach + " octets of heap");
        assertTrue(directEach <= MOST_DIRECT, directEach + " octets beside the heap");
        for (final PeerPath path : paths) {
            assertEquals(0, path.log().heldLength());
        }
        assertEquals(logs.length(), logs.freeLength());
    }

    private static long directLength() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getTotalCapacity).sum();
    }
}
