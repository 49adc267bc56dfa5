package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.Errno;
import org.rds4j.RdsException;
import org.rds4j.ThreadingMode;
import org.rds4j.node.PlainStream;
import org.rds4j.node.PlainStreamListener;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.TwoNodes;

/** Plain TCP connections beside RDS on a node's own address. */
@Timeout(60)
class PlainStreamTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int PORT = 4000;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private RdsNode first;
    private RdsNode second;

    @BeforeEach
    void launch() {
        first = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first"))
            .link(link.first()).launch();
        second = RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, null, "second"))
            .link(link.second()).launch();
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void shouldCarryMoreThanAllItsBuffersBothWays() {
        final byte[] octets = new byte[2 << 20];
        new SplittableRandom(3).nextBytes(octets);
        try (PlainStreamListener listener = first.listenStream(PORT);
            PlainStream dialed = second.connectStream(TwoNodes.at(first, PORT), PATIENCE_NS);
            PlainStream accepted = listener.accept(PATIENCE_NS)) {
            assertEquals(dialed.localAddress(), accepted.remoteAddress());
            assertEquals(TwoNodes.at(first, PORT), accepted.localAddress());
            final CompletableFuture<byte[]> there =
                CompletableFuture.supplyAsync(() -> accepted.read(octets.length, PATIENCE_NS));
            dialed.write(octets, PATIENCE_NS);
            assertArrayEquals(octets, there.join());
            final CompletableFuture<byte[]> back =
                CompletableFuture.supplyAsync(() -> dialed.read(octets.length, PATIENCE_NS));
            accepted.write(octets, PATIENCE_NS);
            assertArrayEquals(octets, back.join());
        }
    }

    @Test
    void shouldDeliverWhatWasWrittenBeforeTheClose() {
        final PlainStreamListener listener = first.listenStream(PORT);
        final PlainStream dialed = second.connectStream(TwoNodes.at(first, PORT), PATIENCE_NS);
        final PlainStream accepted = listener.accept(PATIENCE_NS);
        dialed.write(new byte[] {1, 2, 3}, PATIENCE_NS);
        dialed.close();
        assertFalse(accepted.isEnded());
        assertArrayEquals(new byte[] {1, 2, 3}, accepted.read(3, PATIENCE_NS));
        assertEquals(Errno.ECONNRESET, assertThrows(RdsException.class, () -> accepted.read(1, PATIENCE_NS)).errno());
        assertTrue(accepted.isEnded());
        accepted.close();
        listener.close();
    }

    @Test
    void shouldBeRefusedWhereNobodyListens() {
        assertEquals(Errno.ECONNREFUSED, assertThrows(RdsException.class,
            () -> second.connectStream(TwoNodes.at(first, PORT), PATIENCE_NS)).errno());
        first.listenStream(PORT).close(); // the engine hears of it a moment later
        assertEquals(Errno.ECONNREFUSED, assertThrows(RdsException.class, () -> {
            while (!Thread.currentThread().isInterrupted()) {
                second.connectStream(TwoNodes.at(first, PORT), PATIENCE_NS).close();
            }
        }).errno());
    }

    @Test
    void shouldNotListenTwiceNorOnThePortOfRds() {
        try (PlainStreamListener listener = first.listenStream(PORT)) {
            assertEquals(Errno.EADDRINUSE,
                assertThrows(RdsException.class, () -> first.listenStream(PORT)).errno());
            assertEquals(Errno.EADDRINUSE,
                assertThrows(RdsException.class, () -> first.listenStream(16_385)).errno());
            assertEquals(Errno.ETIMEDOUT, assertThrows(RdsException.class, () -> listener.accept(1_000_000)).errno());
        }
    }

    @Test
    void shouldEndWithItsNode() {
        try (PlainStreamListener listener = first.listenStream(PORT);
            PlainStream dialed = second.connectStream(TwoNodes.at(first, PORT), PATIENCE_NS);
            PlainStream accepted = listener.accept(PATIENCE_NS)) {
            second.close();
            assertEquals(Errno.ECONNRESET,
                assertThrows(RdsException.class, () -> accepted.read(1, PATIENCE_NS)).errno());
            assertEquals(Errno.ECONNRESET,
                assertThrows(RdsException.class, () -> dialed.read(1, PATIENCE_NS)).errno());
        }
        assertEquals(Errno.EBADF, assertThrows(RdsException.class, () -> second.listenStream(PORT)).errno());
    }
}
