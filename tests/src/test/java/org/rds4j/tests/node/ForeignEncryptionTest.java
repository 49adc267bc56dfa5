package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.offload.ModelPort;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.TwoNodes;

/** A node that encrypts on a thread of the application's, which lives on when the node closes. */
@Timeout(60)
class ForeignEncryptionTest {
    private static final String THREAD = "encryption of the application";

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 2048, 512);
    private final EncryptionAgent agent = new EncryptionAgent(THREAD, CryptoCounters.allocate());
    private final HistoryChecker checker = new HistoryChecker(3);
    private final CountDownLatch isInJob = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private volatile boolean isDeviceClosed;

    /** A handshake asks whether a certificate is valid now, and the answer takes its time. */
    private EpochClock slowClock() {
        return () -> {
            if (THREAD.equals(Thread.currentThread().getName())) {
                isInJob.countDown();
                awaitLatch();
            }
            return SystemEpochClock.INSTANCE.time();
        };
    }

    private void awaitLatch() {
        try {
            mayGoOn.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private InlineTls device(final OffloadDevice model) {
        return new InlineTls((OffloadDevice) Proxy.newProxyInstance(
            OffloadDevice.class.getClassLoader(), new Class<?>[] {OffloadDevice.class}, (proxy, method, arguments) -> {
                isDeviceClosed |= "close".equals(method.getName());
                return method.invoke(model, arguments);
            }), OffloadPolicy.DEFAULT, 1_000);
    }

    /** A node that is a driver; what its clients have lent is read where it lies. */
    @Test
    void shouldKeepTheMemoryOfApplicationsWhileTheThreadIsInAJob(@TempDir final Path parent) throws IOException {
        final Set<String> before = socketMemory();
        try (DemoIdentities identities = new DemoIdentities(List.of("first", "second"));
            AgentRunner runner = new AgentRunner(YieldingIdleStrategy.INSTANCE, Throwable::printStackTrace, null, agent);
            TwoNodes nodes = new TwoNodes(
                RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, identities, "first")
                    .driverDir(parent.resolve("driver")))
                    .link(link.first()).encryption(agent).epochClock(slowClock()).launch(),
                RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, identities, "second"))
                    .link(link.second()).launch(), ThreadingMode.DEDICATED);
            RdsClient client = RdsClient.attach(parent.resolve("driver")); RdsSocket socket = client.socket()) {
            AgentRunner.startOnThread(runner);
            final Set<String> mapped = socketMemory();
            mapped.removeAll(before);
            assertEquals(2, mapped.size(), "the driver's and the client's: " + mapped);
            socket.bind(4000);
            socket.offer(TwoNodes.at(nodes.second(), 4000), new UnsafeBuffer(new byte[9]), 0, 9);
            nodes.await("the job", () -> isInJob.getCount() == 0);
            nodes.first().close();
            assertTrue(socketMemory().containsAll(mapped), () -> "unmapped under the thread: " + mapped);
            mayGoOn.countDown();
        }
    }

    private static Set<String> socketMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains("memfd:rds-socket"))
            .map(line -> line.split(" ", 2)[0]).collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void shouldNotTakeTheDeviceAwayWhileTheThreadIsInAJob() throws InterruptedException {
        final ModelPort nic = new ModelPort(link.first(), ModelMode.STRICT);
        try (DemoIdentities identities = new DemoIdentities(List.of("first", "second"));
            AgentRunner runner = new AgentRunner(YieldingIdleStrategy.INSTANCE, Throwable::printStackTrace, null, agent);
            TwoNodes nodes = new TwoNodes(
                RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.INVOKER, identities, "first"))
                    .link(nic).encryption(agent).inlineTls(device(nic.model())).epochClock(slowClock()).launch(),
                RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.INVOKER, identities, "second"))
                    .link(link.second()).launch(), ThreadingMode.INVOKER)) {
            AgentRunner.startOnThread(runner);
            try (CheckedSocket near = TwoNodes.checked(checker, nodes.first(), 4000)) {
                near.send(TwoNodes.at(nodes.second(), 4000), 100);
                nodes.await("the job", () -> isInJob.getCount() == 0);
                final boolean[] wasClosed = new boolean[1];
                final Thread slow = Thread.ofPlatform().start(() -> {
                    pause();
                    wasClosed[0] = isDeviceClosed;
                    mayGoOn.countDown();
                });
                nodes.first().close();
                slow.join();
                assertFalse(wasClosed[0], "while the thread was in the job");
                assertTrue(isDeviceClosed, "it was kept");
            }
        }
    }

    /** Longer than a node takes to close that has nothing to wait for. */
    private static void pause() {
        try {
            Thread.sleep(2_000);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
