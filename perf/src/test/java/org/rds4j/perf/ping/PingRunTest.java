package org.rds4j.perf.ping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.host.OwnNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;

/** Pings between two nodes of one process; the peer's runs when the test says so. */
@Timeout(60)
class PingRunTest {
    private static final long MS = 1_000_000;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final StringWriter out = new StringWriter();
    private OwnNode host;
    private RdsNode peer;

    private static RdsContext context(final String address, final ThreadingMode mode) {
        return new RdsContext(new Properties()).address(address).security(SecurityMode.PLAINTEXT).maxConnections(16)
            .threadingMode(mode).conclude();
    }

    private static RdsNode node(final RdsContext context, final LinkPort port) {
        return RdsNode.with(context).link(port).launch();
    }

    private void open(final String own, final String other, final ThreadingMode peerMode) {
        host = new OwnNode(context(own, ThreadingMode.SHARED), context -> node(context, link.first()));
        host.start();
        peer = node(context(other, peerMode), link.second());
    }

    @AfterEach
    void close() {
        host.close();
        peer.close();
    }

    private long ping(final RdsAddress destination, final int count, final long intervalNs, final long timeoutNs) {
        final PingOptions options = new PingOptions(destination, count, intervalNs, timeoutNs, 0);
        try (PingRun run = new PingRun(host, options, new PrintWriter(out, true), SystemNanoClock.INSTANCE)) {
            return run.run();
        }
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1/24, 10.0.0.2/24", "fd00::1/64, fd00::2/64"})
    void shouldPrintALineForEachAnswer(final String own, final String other) {
        open(own, other, ThreadingMode.SHARED);
        assertEquals(20, ping(peer.address(), 20, 10 * MS, 20_000 * MS));
        final List<String> lines = out.toString().lines().sorted().toList(); // a late answer stands behind its successor's
        for (int i = 0; i < 20; i++) {
            assertTrue(lines.get(i).matches(String.format(" %3d: \\d+ usec", i + 1)), out.toString());
        }
        assertEquals(20, lines.size());
    }

    @Test
    void shouldSayWhatWasNotAnsweredInTimeAndGoOn() {
        open("10.0.0.1/24", "10.0.0.2/24", ThreadingMode.SHARED);
        assertEquals(0, ping(RdsAddress.parse("10.0.0.9"), 10, MS, 50 * MS));
        final List<String> lines = out.toString().lines().toList();
        assertEquals("   1: ERROR: no answer within 0.05 s", lines.getFirst());
        assertEquals(10, lines.size(), out.toString());
        assertTrue(lines.stream().allMatch(line -> line.contains("ERROR")), out.toString());
    }

    @Test
    void shouldNotTakeALateAnswerForAnother() throws Exception {
        open("10.0.0.1/24", "10.0.0.2/24", ThreadingMode.INVOKER);
        final CompletableFuture<Long> run =
            CompletableFuture.supplyAsync(() -> ping(peer.address(), 12, 100 * MS, 150 * MS));
        while (!out.toString().contains("   2: ERROR")) {
            Thread.sleep(5);
        }
        while (!run.isDone()) {
            peer.invoke();
            Thread.onSpinWait();
        }
        assertTrue(run.get() > 0, out.toString());
        assertFalse(out.toString().contains("DUP!"), out.toString());
        assertEquals(12, out.toString().lines().count(), out.toString());
    }

    @Test
    void shouldGoOnWithoutEndUntilInterrupted() throws Exception {
        open("10.0.0.1/24", "10.0.0.2/24", ThreadingMode.SHARED);
        final CompletableFuture<Long> answers = new CompletableFuture<>();
        final Thread thread = Thread.ofPlatform().start(() -> answers.complete(ping(peer.address(), 0, MS, 10_000 * MS)));
        while (out.toString().lines().count() < 30) {
            Thread.sleep(5);
        }
        thread.interrupt();
        assertTrue(answers.get(20, TimeUnit.SECONDS) >= 30);
    }

    @Test
    void shouldSayWhyAPingCannotBeSent() {
        open("10.0.0.1/24", "10.0.0.2/24", ThreadingMode.SHARED);
        assertEquals(0, ping(RdsAddress.parse("fd00::1"), 1, MS, 1_000 * MS));
        assertEquals("   1: ERROR: EOPNOTSUPP", out.toString().strip().indent(3).stripTrailing());
    }
}
