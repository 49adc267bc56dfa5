package org.rds4j.perf.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.Errno;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.SecurityMode;
import org.rds4j.node.RdsNode;
import org.rds4j.status.NodeStatus;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;

/** A tool attached to a node, and a peer with a node of its own. */
@Timeout(60)
class DriverHostTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final byte[] HELLO = {'h', 'e', 'l', 'l', 'o'};

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private RdsNode node;
    private OwnNode peer;
    private StreamRelay relay;
    private DriverHost host;

    @TempDir
    private Path directory;

    private static RdsContext context(final String address) {
        return new RdsContext(new Properties()).address(address).security(SecurityMode.PLAINTEXT).maxConnections(32);
    }

    private static RdsNode launch(final RdsContext context, final LinkPort port) {
        return RdsNode.with(context).link(port).launch();
    }

    @BeforeEach
    void open() throws IOException {
        final Path status = directory.resolve("status");
        node = launch(context("10.0.0.1/24").driverDir(directory.resolve("driver")).statusDir(status), link.first());
        peer = new OwnNode(context("10.0.0.2/24").conclude(), context -> launch(context, link.second()));
        peer.start();
        relay = StreamRelay.open(node);
        host = new DriverHost(node.driverDir(), status);
    }

    @AfterEach
    void close() {
        host.close();
        relay.close();
        peer.close();
        node.close();
    }

    /** Words both ways, then the end. */
    private static void converse(final ControlStream one, final ControlStream other) throws InterruptedException {
        one.write(HELLO, PATIENCE_NS);
        assertArrayEquals(HELLO, other.read(HELLO.length, PATIENCE_NS));
        other.write(new byte[4000], PATIENCE_NS);
        assertEquals(4000, one.read(4000, PATIENCE_NS).length);
        assertEquals(one.localAddress(), other.remoteAddress());
        assertFalse(one.isEnded());
        other.close();
        while (!one.isEnded()) {
            Thread.sleep(5);
        }
        assertEquals(Errno.ECONNRESET, assertThrows(RdsException.class, () -> one.read(1, PATIENCE_NS)).errno());
    }

    private static void meet(final RdsHost caller, final RdsHost called, final boolean endsAtCaller) throws Exception {
        final CompletableFuture<Void> listening = new CompletableFuture<>();
        final CompletableFuture<ControlStream> accepted =
            CompletableFuture.supplyAsync(() -> called.accept(4000, () -> listening.complete(null)));
        listening.get(20, TimeUnit.SECONDS);
        try (ControlStream one = caller.connect(called.address().withPort(4000), PATIENCE_NS);
                ControlStream other = accepted.get(20, TimeUnit.SECONDS)) {
            converse(endsAtCaller ? other : one, endsAtCaller ? one : other);
        }
    }

    @Test
    void shouldCallThroughTheNode() throws Exception {
        meet(host, peer, false);
        meet(host, peer, true);
    }

    @Test
    void shouldBeCalledThroughTheNode() throws Exception {
        meet(peer, host, false);
        meet(peer, host, true);
    }

    @Test
    void shouldSayThatNobodyListens() {
        assertEquals(Errno.ECONNREFUSED,
            assertThrows(RdsException.class, () -> host.connect(peer.address().withPort(9), PATIENCE_NS)).errno());
    }

    @Test
    void shouldSayThatThePortIsTaken() throws Exception {
        final CompletableFuture<Void> listening = new CompletableFuture<>();
        final CompletableFuture<ControlStream> first =
            CompletableFuture.supplyAsync(() -> host.accept(4000, () -> listening.complete(null)));
        listening.get(20, TimeUnit.SECONDS);
        assertEquals(Errno.EADDRINUSE,
            assertThrows(RdsException.class, () -> host.accept(4000, () -> { })).errno());
        relay.close();
        final ExecutionException end = assertThrows(ExecutionException.class, () -> first.get(20, TimeUnit.SECONDS));
        assertEquals(Errno.ECONNRESET, ((RdsException) end.getCause()).errno());
    }

    /** Whoever waits at a port and is interrupted leaves it free. */
    @Test
    void shouldFreeThePortWhenTheToolGoes() throws Exception {
        final CompletableFuture<Void> listening = new CompletableFuture<>();
        final CompletableFuture<RdsException> refusal = new CompletableFuture<>();
        final Thread thread = Thread.ofPlatform().start(() -> refusal.complete(
            assertThrows(RdsException.class, () -> host.accept(4000, () -> listening.complete(null)))));
        listening.get(20, TimeUnit.SECONDS);
        thread.interrupt();
        assertEquals(Errno.EINTR, refusal.get(20, TimeUnit.SECONDS).errno());
        final long endNs = System.nanoTime() + PATIENCE_NS;
        while (!isFree() && System.nanoTime() < endNs) {
            Thread.sleep(20);
        }
        assertTrue(isFree());
    }

    private boolean isFree() {
        try {
            node.listenStream(4000).close();
            return true;
        } catch (final RdsException e) {
            return false;
        }
    }

    @Test
    void shouldSayThatTheNodeOffersNoConnections() {
        relay.close();
        assertEquals(Errno.EOPNOTSUPP,
            assertThrows(RdsException.class, () -> host.connect(peer.address().withPort(9), PATIENCE_NS)).errno());
    }

    @Test
    void shouldKeepOthersOut() throws IOException {
        assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(
            Files.getPosixFilePermissions(RelayProtocol.path(node.driverDir()))));
    }

    @Test
    void shouldTellTheNodesCountersAndLimits() {
        assertEquals("conn_reset", host.counters().getFirst().label());
        assertTrue(host.counters().stream().map(NodeStatus.Counter::label).anyMatch("send_pong"::equals));
        assertEquals(peer.maxMessageLength(), host.maxMessageLength());
        assertEquals(node.address(), host.address());
    }
}
