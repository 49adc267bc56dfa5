package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.DatagramHandler;
import org.rds4j.RdsSocket;

/** Offer, engine and poll allocate nothing on the Java heap once warm. */
class AllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int ROUNDS = 20_000;

    private final TestNetwork network = new TestNetwork(11);
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64 << 10));
    private long received;
    private long sent;
    private final DatagramHandler count = (data, offset, length, info) -> received++;

    @Test
    void shouldAllocateNothingInSteadyState() {
        final TestNode one = network.node("10.0.0.1");
        final TestNode two = network.node("10.0.0.2");
        final RdsSocket from = one.socket(4000);
        final RdsSocket to = two.socket(4001);
        from.connect(to.localAddress());
        from.offer(buffer, 0, 8);
        network.until(() -> to.poll(count, 1) == 1);
        run(one, two, from, to, WARM_UP);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long before = threads.getCurrentThreadAllocatedBytes();
        final long measuring = threads.getCurrentThreadAllocatedBytes() - before;
        final long start = threads.getCurrentThreadAllocatedBytes();
        run(one, two, from, to, ROUNDS);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - start - measuring;
        assertTrue(received > ROUNDS, "received " + received);
        // the JVM may charge a stray object of its own, but nothing per datagram
        assertTrue(allocated < ROUNDS / 10, allocated + " octets allocated over " + ROUNDS + " rounds");
        assertTrue(sent - received < 200, sent + " sent");
    }

    private void run(
        final TestNode one, final TestNode two, final RdsSocket from, final RdsSocket to, final int rounds) {
        final TestNetwork.Link link = network.lastLink();
        for (int i = 0; i < rounds; i++) {
            if (from.offer(buffer, 0, (i & 15) == 0 ? 20_000 : 64) > 0) {
                sent++;
            }
            one.engine.poll(network.nowNs());
            link.dialed.transfer(10_000);
            two.engine.poll(network.nowNs());
            link.dialed.acknowledge();
            to.poll(count, 8);
        }
    }
}
