package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.rds4j.node.RdsNode;

/**
 * What a process with a fleet holds while nothing happens.
 *
 * @param heap   octets, after garbage collection.
 * @param direct octets of memory outside the heap.
 */
record Footprint(long heap, long direct) {
    private static final List<String> NAMES = List.of("connections-in-use", "stream-rings-in-use", "send-records-in-use",
        "send-pool-in-use", "reassembly-in-use", "receive-overflow-in-use", "paths");
    private static final int COLLECTIONS = 5;
    private static final long CLEANER_NS = 50_000_000L;

    /** What nodes lend and hand out, all peers' together. */
    static Map<String, Long> gauges(final Fleet fleet) {
        final Map<String, Long> gauges = new TreeMap<>();
        for (final String name : NAMES) {
            gauges.put("hub " + name, AllToAll.counter(fleet.hub().node(), name));
            gauges.put("peers " + name, fleet.sum((RdsNode node) -> AllToAll.counter(node, name)));
        }
        return gauges;
    }

    static Footprint now() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            LockSupport.parkNanos(CLEANER_NS);
        }
        return new Footprint(
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> "direct".equals(pool.getName())).mapToLong(BufferPoolMXBean::getMemoryUsed).sum());
    }

    void requireNoMoreThan(final Footprint before) {
        assertTrue(heap <= before.heap + before.heap / 20, () -> before + " grew to " + this);
        assertTrue(direct <= before.direct + before.direct / 20, () -> before + " grew to " + this);
    }
}
