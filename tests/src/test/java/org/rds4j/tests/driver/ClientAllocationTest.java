package org.rds4j.tests.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.DatagramHandler;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.TwoNodes;

/**
 * In steady state a datagram costs an application that is attached to a driver not one octet of heap, whether it lies in the
 * ring or in a block. The just-in-time compiler may move allocations about for a while: one of a few windows must be clean.
 */
@Timeout(120)
class ClientAllocationTest {
    private static final int WARM_UP = 40_000;
    private static final int WINDOW = 40_000;
    private static final int ATTEMPTS = 8;
    private static final int LONG_EVERY = 64;
    private static final int LONG = 200_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path parent;
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[LONG]);
    private final DatagramHandler counter = this::count;
    private long sent;
    private long received;

    private void count(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        received++;
    }

    private void pass(final RdsSocket from, final RdsSocket to, final RdsAddress destination) {
        final long end = sent + WINDOW;
        while (received < end) {
            if (sent < end && from.offer(destination, payload, 0, sent % LONG_EVERY == 0 ? LONG : 64) > 0) {
                sent++;
            }
            if (to.poll(counter, 64) == 0) {
                YieldingIdleStrategy.INSTANCE.idle();
            }
        }
    }

    @Test
    void shouldAllocateNothingPerDatagram() {
        assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocations of threads");
        final Path directory = parent.resolve("driver");
        try (RdsNode node = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first")
                .driverDir(directory)).link(new InMemoryLinkPair(1500, 64, 64).first()).launch();
            RdsClient client = RdsClient.attach(directory); RdsSocket from = client.socket(); RdsSocket to = client.socket()) {
            from.bind(0);
            final RdsAddress destination = node.address().withPort(to.bind(0));
            while (sent < WARM_UP) {
                pass(from, to, destination);
            }
            final List<Long> windows = new ArrayList<>();
            for (int i = 0; i < ATTEMPTS && !windows.contains(0L); i++) {
                final long before = THREADS.getCurrentThreadAllocatedBytes();
                pass(from, to, destination);
                windows.add(THREADS.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0L, windows.getLast(), () -> "octets of heap in windows of " + WINDOW + " datagrams: " + windows);
        }
    }
}
