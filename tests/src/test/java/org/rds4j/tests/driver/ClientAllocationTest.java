package org.rds4j.tests.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
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
    private final HistoryChecker checker = new HistoryChecker(5);

    private static void pass(final CheckedSocket from, final CheckedSocket to) {
        final long end = from.sent() + WINDOW;
        while (to.received() < end) {
            if (from.sent() < end) {
                from.send(to.address(), from.sent() % LONG_EVERY == 0 ? LONG : 64);
            }
            if (to.poll(64) == 0) {
                YieldingIdleStrategy.INSTANCE.idle();
            }
        }
    }

    private CheckedSocket bound(final RdsClient client) {
        final RdsSocket socket = client.socket();
        socket.bind(0);
        return TwoNodes.checked(checker, socket);
    }

    @Test
    void shouldAllocateNothingPerDatagram() {
        assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocations of threads");
        final Path directory = parent.resolve("driver");
        try (RdsNode node = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first")
                .driverDir(directory)).link(new InMemoryLinkPair(1500, 64, 64).first()).launch();
            RdsClient client = RdsClient.attach(directory);
            CheckedSocket from = bound(client); CheckedSocket to = bound(client)) {
            assertEquals(node.address(), client.address());
            while (from.sent() < WARM_UP) {
                pass(from, to);
            }
            final List<Long> windows = new ArrayList<>();
            for (int i = 0; i < ATTEMPTS && !windows.contains(0L); i++) {
                final long before = THREADS.getCurrentThreadAllocatedBytes();
                pass(from, to);
                windows.add(THREADS.getCurrentThreadAllocatedBytes() - before);
            }
            checker.requireComplete();
            assertEquals(0L, windows.getLast(), () -> "octets of heap in windows of " + WINDOW + " datagrams: " + windows);
        }
    }
}
