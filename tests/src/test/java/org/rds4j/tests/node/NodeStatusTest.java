package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.status.CarrierStatus;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.PathStatus;
import org.rds4j.status.SecurityStatus;
import org.rds4j.status.StatusDirectory;
import org.rds4j.status.StatusException;
import org.rds4j.status.StatusTable;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.TwoNodes;

/** What tools see of a node that runs. */
@Timeout(60)
class NodeStatusTest {
    private static final int READINGS = 1_000;
    /** Over the list of counters, as long as it is not compiled. */
    private static final int ITERATOR_OCTETS = 64;

    @TempDir
    private Path parent;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final HistoryChecker checker = new HistoryChecker(8);

    private RdsNode node(final String address, final DemoIdentities identities, final String name, final Path directory) {
        final RdsContext context = TwoNodes.context(address, ThreadingMode.DEDICATED, identities, name).nodeName(name);
        if (directory != null) {
            context.statusDir(directory);
        }
        return RdsNode.with(context).link(name.equals("first") ? link.first() : link.second()).launch();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldShowBothEndsOfAConnection(final boolean isEncrypted) {
        final Path directory = parent.resolve("status");
        final DemoIdentities identities = isEncrypted ? new DemoIdentities(List.of("first", "second")) : null;
        try (TwoNodes nodes = new TwoNodes(node(TwoNodes.FIRST, identities, "first", directory),
                node(TwoNodes.SECOND, identities, "second", directory), ThreadingMode.DEDICATED);
            CheckedSocket from = TwoNodes.checked(checker, nodes.first(), 4000);
            CheckedSocket to = TwoNodes.checked(checker, nodes.second(), 4001)) {
            for (int i = 0; i < 10; i++) {
                from.send(to.address(), 500, 0, TwoNodes.PATIENCE_NS);
            }
            nodes.await("acknowledgement", () -> from.socket().unacknowledgedLength() == 0);
            nodes.await("delivery", () -> TwoNodes.counter(nodes.second(), "recv_delivered") == 10);
            final List<NodeStatus> seen = StatusDirectory.at(directory).nodes();
            assertEquals(List.of("first", "second"), seen.stream().map(NodeStatus::name).toList());
            check(seen.getFirst(), seen.getLast(), isEncrypted);
            checkSecurity(seen.getFirst(), isEncrypted, true, "second");
            checkSecurity(seen.getLast(), isEncrypted, false, "first");
            assertEquals(10, to.poll(100));
            checker.requireComplete();
            seen.forEach(NodeStatus::close);
        } finally {
            if (identities != null) {
                identities.close();
            }
        }
        assertEquals(List.of(), StatusDirectory.at(directory).nodes());
    }

    private static void check(final NodeStatus first, final NodeStatus second, final boolean isEncrypted) {
        final PathStatus path = first.paths().getFirst();
        assertEquals(PathStatus.State.UP, path.state());
        assertEquals(path.nextSendSequence(), second.paths().getFirst().nextReceiveSequence());
        assertEquals(RdsAddress.parse("10.0.0.2"), path.remote());
        final CarrierStatus near = first.carriers().getFirst();
        final CarrierStatus far = second.carriers().getFirst();
        assertEquals(near.local(), far.remote());
        assertEquals(near.remote(), far.local());
        assertEquals(isEncrypted, near.isSecure());
        assertEquals(48, near.headerRemaining());
        assertEquals(0, near.dataRemaining());
        assertTrue(near.sentPosition() >= 10 * 548, near.toString());
        assertTrue(near.smoothedRttNs() > 0, near.toString());
        assertEquals(10, second.messages(StatusTable.RECEIVE).size());
        assertEquals(List.of(), first.messages(StatusTable.RETRANSMIT));
        assertEquals(10, counter(first, "send_queued"));
        assertEquals(10, counter(second, "recv_delivered"));
        assertEquals(RdsAddress.parse("10.0.0.2:4001"), second.sockets().getFirst().bound());
    }

    private static void checkSecurity(
        final NodeStatus node, final boolean isEncrypted, final boolean isDialed, final String peer) {
        final SecurityStatus path = node.security().getFirst();
        assertEquals(node.carriers().getFirst().remote(), path.remote());
        assertEquals(node.carriers().getFirst().local(), path.local());
        assertEquals(isDialed, path.isDialed());
        assertEquals(2, path.lane());
        assertTrue(path.ageNs() > 0);
        assertEquals(isEncrypted ? SecurityMode.REQUIRED : SecurityMode.PLAINTEXT, path.mode());
        assertEquals(isEncrypted ? "AES-128-GCM" : "none", path.cipher());
        assertEquals(isEncrypted ? "spiffe://rds4j.demo/node/" + peer : "", path.peer());
        assertEquals(isEncrypted, path.handshake().startsWith("TLS_AES_"));
        assertEquals(isEncrypted, !path.provider().isEmpty());
        assertEquals(isEncrypted, path.expiresMs() > System.currentTimeMillis());
    }

    private static long counter(final NodeStatus node, final String label) {
        return node.counters().stream()
            .filter(counter -> counter.label().equals(label)).findFirst().orElseThrow().value();
    }

    /** The engine reads them when a tool asks, between messages. */
    @Test
    void shouldReadCountersWithoutAllocating() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long[] sum = new long[1];
        final RdsNode.CounterConsumer adder = (label, meaning, value) -> sum[0] += value;
        try (DemoIdentities identities = new DemoIdentities(List.of("first"));
            RdsNode node = node(TwoNodes.FIRST, identities, "first", null)) {
            long octets = Long.MAX_VALUE;
            for (int i = 0; i < READINGS && octets > 0; i++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                node.counters(adder);
                octets = Math.min(octets, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(octets <= ITERATOR_OCTETS, octets + " octets for each reading");
        }
    }

    @Test
    void shouldPublishNothingOnALinkThatIsGivenUnlessAsked() throws IOException {
        try (RdsNode quiet = node(TwoNodes.FIRST, null, "first", null)) {
            final List<NodeStatus> published = StatusDirectory.at(StatusDirectory.ofUser()).nodes();
            final List<Long> processes = published.stream().map(NodeStatus::pid).toList();
            published.forEach(NodeStatus::close);
            assertFalse(processes.contains(ProcessHandle.current().pid()), quiet.address()::toString);
        }
        try (RdsNode quiet = node(TwoNodes.SECOND, null, "second", RdsContext.NO_STATUS_DIR)) {
            assertFalse(Files.exists(RdsContext.NO_STATUS_DIR), quiet.address()::toString);
        }
    }

    @Test
    void shouldRefuseToBeAskedWhenItIsClosed() {
        final Path directory = parent.resolve("status");
        try (RdsNode asked = node(TwoNodes.FIRST, null, "first", directory)) {
            final NodeStatus status = StatusDirectory.at(directory).nodes().getFirst();
            status.close();
            status.close();
            assertThrows(IllegalStateException.class, status::pid, asked.address()::toString);
        }
    }

    @Test
    void shouldNotStartWithADirectoryThatDoesNotServe() throws IOException {
        final Path file = Files.createFile(parent.resolve("file"));
        assertThrows(StatusException.class, () -> node(TwoNodes.FIRST, null, "first", file).close());
    }
}
