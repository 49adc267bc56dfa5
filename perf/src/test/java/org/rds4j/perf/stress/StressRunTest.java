package org.rds4j.perf.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.node.PlainStream;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.host.OwnNode;
import org.rds4j.perf.host.RdsHost;
import org.rds4j.tcp.link.InMemoryLinkPair;

/** Whole runs between two nodes of one process, and a peer that does not keep to the rules. */
@Timeout(60)
class StressRunTest {
    private static final int MAX_MESSAGE = 1 << 20;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final StressTiming QUICK = new StressTiming(200, 200, 20_000);

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final RdsNode passive = node("10.0.0.1", true);
    private final RdsNode active = node("10.0.0.2", false);
    private final StringWriter passiveOut = new StringWriter();
    private final StringWriter activeOut = new StringWriter();

    private RdsNode node(final String address, final boolean isFirst) {
        return RdsNode.with(new RdsContext(new Properties()).address(address + "/24").security(SecurityMode.PLAINTEXT)
            .maxConnections(16).reassemblyLength(16 << 20)).link(isFirst ? link.first() : link.second()).launch();
    }

    private static RdsHost host(final RdsNode node) {
        final RdsHost host = new OwnNode(new RdsContext(new Properties()).address(
            RdsAddress.hostText(node.address().high(), node.address().low()) + "/24").security(SecurityMode.PLAINTEXT).conclude(),
            context -> node);
        host.start();
        return host;
    }

    @AfterEach
    void close() {
        active.close();
        passive.close();
    }

    private StressOptions options(final int tasks, final int depth, final int size, final boolean oneWay, final int level) {
        return new StressOptions(depth, size, 63, (int) passive.address().low(), (int) active.address().low(), 4000, tasks, 3,
            false, false, true, false, false, true, oneWay, 5, level);
    }

    private CompletableFuture<Void> passiveRun() {
        return CompletableFuture.runAsync(() -> {
            try {
                new StressRun(host(passive), QUICK, new PrintWriter(passiveOut, true), false, false).passive(4000, MAX_MESSAGE);
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void run(final StressOptions options) throws Exception {
        final CompletableFuture<Void> other = passiveRun();
        new StressRun(host(active), QUICK, new PrintWriter(activeOut, true), true, true).active(options, MAX_MESSAGE);
        other.get(20, TimeUnit.SECONDS);
    }

    /** The columns of the last row, and that the lines around it are there. */
    private static String[] average(final StringWriter out) {
        final List<String> lines = out.toString().lines().toList();
        assertTrue(lines.contains(StressReport.HEADER), out.toString());
        assertTrue(lines.contains("negotiated options, tasks will start in 2 seconds"), out.toString());
        final int rule = lines.indexOf(StressReport.RULE);
        assertTrue(rule > lines.indexOf(StressReport.HEADER) + 1, out.toString());
        assertTrue(lines.get(rule + 1).endsWith("  (average)"), out.toString());
        return lines.get(rule + 1).trim().split(" +", -1);
    }

    @Test
    void shouldExchangeVerifiedMessagesBothWays() throws Exception {
        run(options(2, 4, 3000, false, 0));
        for (final StringWriter out : List.of(activeOut, passiveOut)) {
            final String[] columns = average(out);
            assertEquals("2", columns[0]);
            assertTrue(Integer.parseInt(columns[1]) > 0 && Integer.parseInt(columns[2]) > 0, out.toString());
            assertTrue(Double.parseDouble(columns[7]) > 0, out.toString());
            assertTrue(out.toString().contains("99.99%"), out.toString());
        }
        assertTrue(activeOut.toString().startsWith("connecting to 10.0.0.1:4000"), activeOut.toString());
        assertTrue(activeOut.toString().contains("RTT histogram"), activeOut.toString());
        assertTrue(passiveOut.toString().startsWith("waiting for incoming connection on 10.0.0.1:4000\n"
            + "accepted connection from 10.0.0.2:"), passiveOut.toString());
    }

    @Test
    void shouldSendRequestsOneWayOnlyAtAServiceLevel() throws Exception {
        run(options(1, 2, 100_000, true, 6));
        final String[] columns = average(activeOut);
        assertTrue(Integer.parseInt(columns[1]) > 0, activeOut.toString());
        assertEquals("0", columns[2]);
        assertEquals("0", average(passiveOut)[1]);
    }

    @Test
    void shouldRetryWhileNobodyListensAndShowPerformanceData() throws Exception {
        final CompletableFuture<Void> other = CompletableFuture.runAsync(
            () -> passiveRun().join(), CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));
        new StressRun(host(active), QUICK, new PrintWriter(activeOut, true), false, false)
            .active(new StressOptions(1, 63, 63, (int) passive.address().low(), (int) active.address().low(), 4000, 1, 2,
                false, false, false, false, true, true, false, 5, 0), MAX_MESSAGE);
        other.get(20, TimeUnit.SECONDS);
        assertTrue(activeOut.toString().contains(" - retrying."), activeOut.toString());
        final List<String[]> values = activeOut.toString().lines().filter(line -> line.startsWith("::"))
            .map(line -> line.split(",", -1)).toList();
        assertTrue(values.size() >= 3, activeOut.toString());
        assertTrue(List.of(values.getFirst()).containsAll(List.of("conn_reset:count", "recv_rdma_bytes:bytes", "intr:count")));
        assertTrue(values.stream().allMatch(row -> row.length == values.getFirst().length), activeOut.toString());
    }

    @Test
    void shouldSayThatNobodyListens() {
        final StressOptions hasty = new StressOptions(1, 63, 63, (int) passive.address().low(), (int) active.address().low(),
            4000, 1, 1, false, false, true, false, false, true, false, 0, 0);
        final StressException refusal = assertThrows(StressException.class,
            () -> new StressRun(host(active), QUICK, new PrintWriter(activeOut, true), false, false).active(hasty, MAX_MESSAGE));
        assertTrue(refusal.getMessage().startsWith("connect(10.0.0.1:4000) failed"), refusal.getMessage());
    }

    /** A peer made by hand: the control connection as agreed, then one message that the test spoils. */
    private StressException failureAfter(final Consumer<UnsafeBuffer> spoil, final int length) throws Exception {
        final CompletableFuture<Void> run = passiveRun();
        try (PlainStream control = connect(); RdsSocket socket = active.socket()) {
            socket.bind(4001);
            control.write(StressOptionsCodec.encode(options(1, 1, 100, true, 0)), PATIENCE_NS);
            control.write(new byte[1], PATIENCE_NS);
            assertEquals(1, control.read(1, PATIENCE_NS).length);
            final UnsafeBuffer message = new UnsafeBuffer(new byte[length]);
            StressHeader.write(message, 0, (int) active.address().low(), (int) passive.address().low(), 4001, 4001, 0, 1);
            new StressPattern(37).fill(message, 63, 37);
            spoil.accept(message);
            socket.send(passive.address().withPort(4001), message, 0, length, 0, PATIENCE_NS);
            final ExecutionException end =
                assertThrows(ExecutionException.class, () -> run.get(20, TimeUnit.SECONDS), passiveOut.toString());
            return (StressException) end.getCause();
        }
    }

    private PlainStream connect() throws InterruptedException {
        while (!passiveOut.toString().contains("waiting")) {
            Thread.sleep(10);
        }
        return active.connectStream(passive.address().withPort(4000), PATIENCE_NS);
    }

    @Test
    void shouldEndAtAMessageOutOfOrder() throws Exception {
        final StressException failure = failureAfter(message -> message.putByte(3, (byte) 1), 100);
        assertEquals("header from 10.0.0.2:4001 to id 4001 bogus", failure.getMessage());
        assertTrue(failure.details().contains("       seq               0 !=               1"), failure.details());
    }

    @Test
    void shouldEndAtADamagedPayload() throws Exception {
        final StressException failure = failureAfter(message -> message.putByte(99, (byte) 0), 100);
        assertEquals("An incoming message has a corrupted payload at offset 36; 1 out of 37 bytes corrupted\n",
            failure.details());
    }

    @Test
    void shouldEndAtAMessageOfTheWrongLength() throws Exception {
        assertEquals("req size 101, not 100", failureAfter(message -> { }, 101).getMessage());
    }

    @Test
    void shouldEndAtAnUnknownOperation() throws Exception {
        assertEquals("unknown op 9", failureAfter(message -> message.putByte(18, (byte) 9), 100).getMessage());
    }

    @Test
    void shouldRefuseRdmaOfAPeer() throws Exception {
        final CompletableFuture<Void> run = passiveRun();
        try (PlainStream control = connect()) {
            final byte[] block = StressOptionsCodec.encode(options(1, 1, 100, true, 0));
            ByteBuffer.wrap(block).putInt(12, 4096);
            control.write(block, PATIENCE_NS);
            final ExecutionException end = assertThrows(ExecutionException.class, () -> run.get(20, TimeUnit.SECONDS));
            assertEquals("the peer asks for RDMA, which RDS over TCP does not have", end.getCause().getMessage());
        }
    }

    @Test
    void shouldNoticeThatThePassiveSideIsGone() throws Exception {
        final CompletableFuture<Void> run = CompletableFuture.runAsync(() -> {
            try {
                new StressRun(host(active), QUICK, new PrintWriter(activeOut, true), false, false)
                    .active(options(1, 1, 100, true, 0), MAX_MESSAGE);
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        try (var listener = passive.listenStream(4000); PlainStream control = listener.accept(PATIENCE_NS)) {
            assertEquals(StressOptionsCodec.LENGTH + 1, control.read(StressOptionsCodec.LENGTH + 1, PATIENCE_NS).length);
            control.write(new byte[1], PATIENCE_NS);
            assertFalse(run.isDone());
        }
        final ExecutionException end = assertThrows(ExecutionException.class, () -> run.get(20, TimeUnit.SECONDS));
        assertEquals("the peer ended before the run did", end.getCause().getMessage());
    }
}
