package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.DatagramInfo;
import org.rds4j.DirectBufferVector;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.RdsTimeoutException;
import org.rds4j.RdsWouldBlockException;
import org.rds4j.RecordCipher;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.qos.classify.QosConfiguration;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.PcapCapture;
import org.rds4j.tests.support.PcapFile;
import org.rds4j.tests.support.Segment;
import org.rds4j.tests.support.TwoNodes;

/** Two nodes on a link in memory, in every threading mode, in plaintext and encrypted. */
@Timeout(120)
class TwoNodesTest {
    private static final long TIMEOUT_NS = TwoNodes.PATIENCE_NS;
    private static final int PORT = 4000;
    private static final int SENDER_PORT = 4001;
    private static final int TCP_PORT = 16_385;
    private static final int LAST_LENGTH = 77;

    private static DemoIdentities identities;
    private static DemoIdentities strangers;

    @TempDir
    private Path directory;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final HistoryChecker checker = new HistoryChecker(7);

    @BeforeAll
    static void makeIdentities() {
        identities = new DemoIdentities(List.of("first", "second"));
        strangers = new DemoIdentities(List.of("first", "second"));
    }

    @AfterAll
    static void removeIdentities() {
        identities.close();
        strangers.close();
    }

    private static TwoNodes nodes(
        final ThreadingMode mode, final boolean isEncrypted, final LinkPort first, final LinkPort second,
        final UnaryOperator<RdsContext> settings) {
        final DemoIdentities known = isEncrypted ? identities : null;
        return new TwoNodes(
            RdsNode.with(settings.apply(TwoNodes.context(TwoNodes.FIRST, mode, known, "first"))).link(first).launch(),
            RdsNode.with(settings.apply(TwoNodes.context(TwoNodes.SECOND, mode, known, "second"))).link(second).launch(),
            mode);
    }

    private TwoNodes nodes(final ThreadingMode mode, final boolean isEncrypted) {
        return nodes(mode, isEncrypted, link.first(), link.second(), UnaryOperator.identity());
    }

    @ParameterizedTest
    @CsvSource({"DEDICATED,false", "DEDICATED,true", "SHARED,false", "SHARED,true", "INVOKER,false", "INVOKER,true"})
    void shouldDeliverEveryLengthAroundTheBoundariesToBlockingCalls(final ThreadingMode mode, final boolean isEncrypted)
        throws InterruptedException {
        final List<Integer> lengths = lengths();
        final CountDownLatch isBound = new CountDownLatch(1);
        final CompletableFuture<Void> received =
            CompletableFuture.runAsync(() -> receiveAll(mode, isEncrypted ? identities : null, lengths, isBound));
        try (RdsNode first = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, mode, isEncrypted ? identities : null, "first"))
                .link(link.first()).launch();
            CheckedSocket sender = TwoNodes.checked(checker, first, SENDER_PORT)) {
            isBound.await();
            final RdsAddress destination = RdsAddress.parse("10.0.0.2:" + PORT);
            lengths.forEach(length -> sender.send(destination, length, 0, TIMEOUT_NS));
            while (!received.isDone() && mode == ThreadingMode.INVOKER) {
                first.invoke();
            }
            received.join();
            checker.requireComplete();
        }
    }

    private static List<Integer> lengths() {
        final List<Integer> lengths = new ArrayList<>(List.of(0, 1, 2, 15, 16, 17, 47, 48, 49));
        for (final int edge : new int[] {1400, 1448, 8192, 16_336, 16_384, 32_768, 65_536, 131_072, 262_144, 1 << 19}) {
            lengths.addAll(List.of(edge - 1, edge, edge + 1));
        }
        lengths.addAll(List.of((1 << 20) - 49, (1 << 20) - 48, (1 << 20) - 1, 1 << 20));
        return lengths;
    }

    /** The whole life of the second node, so that in INVOKER mode one thread does all its work. */
    private void receiveAll(
        final ThreadingMode mode, final DemoIdentities known, final List<Integer> lengths, final CountDownLatch isBound) {
        try (RdsNode second = second(mode, known, link.second());
            CheckedSocket receiver = TwoNodes.checked(checker, second, PORT)) {
            isBound.countDown();
            receiveAll(receiver, lengths);
        }
    }

    private static void receiveAll(final CheckedSocket receiver, final List<Integer> lengths) {
        final ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        for (final int length : lengths) {
            final DatagramInfo info = receiver.receive(buffer.clear(), TIMEOUT_NS);
            assertEquals(length, info.length());
            assertEquals(SENDER_PORT, info.sourcePort());
        }
    }

    @ParameterizedTest
    @CsvSource({"DEDICATED,false", "DEDICATED,true", "SHARED,false", "SHARED,true", "INVOKER,false", "INVOKER,true"})
    void shouldKeepThePromiseAmongManySocketsInBothDirectionsAtOnce(final ThreadingMode mode, final boolean isEncrypted) {
        try (TwoNodes nodes = nodes(mode, isEncrypted, link.first(), link.second(), TwoNodesTest::smallSockets);
            Traffic traffic = new Traffic(nodes, new SplittableRandom(3), 6, 9_000)) {
            traffic.exchange(300, 300);
        }
    }

    private static RdsContext smallSockets(final RdsContext context) {
        return context.maxMessageLength(64 << 10).receiveBufferLength(256 << 10);
    }

    @ParameterizedTest
    @CsvSource({"DEDICATED,true,1,0", "DEDICATED,true,0,1", "DEDICATED,true,1,1", "DEDICATED,false,0,1",
        "DEDICATED,false,1,1", "INVOKER,false,1,0", "INVOKER,false,0,1", "INVOKER,false,1,1", "INVOKER,true,0,1",
        "INVOKER,true,1,1"})
    void shouldServeWhicheverSideSendsFirst(
        final ThreadingMode mode, final boolean isEncrypted, final int firstSends, final int secondSends) {
        try (TwoNodes nodes = nodes(mode, isEncrypted); Traffic traffic = new Traffic(nodes, new SplittableRandom(4), 1, 2_000)) {
            traffic.exchange(100 * firstSends, 100 * secondSends);
            traffic.exchange(100, 100);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGatherADatagramFromSeveralPlaces(final boolean isEncrypted) {
        final UnsafeBuffer source = new UnsafeBuffer(new byte[300_000]);
        try (TwoNodes nodes = nodes(ThreadingMode.INVOKER, isEncrypted);
            CheckedSocket sender = TwoNodes.checked(checker, nodes.first(), SENDER_PORT);
            CheckedSocket receiver = TwoNodes.checked(checker, nodes.second(), PORT)) {
            for (final int length : new int[] {10, 1_000, 300_000}) {
                final DirectBufferVector[] pieces = {
                    new DirectBufferVector(source, 0, 3), new DirectBufferVector(source, 3, 0),
                    new DirectBufferVector(source, 3, length - 5), new DirectBufferVector(source, length - 2, 2)};
                nodes.await("room", () -> sender.send(receiver.address(), 0, source, 0, length,
                    () -> sender.socket().offer(receiver.address(), pieces)) > 0);
                nodes.await("the datagram", () -> receiver.poll(1) > 0);
            }
            checker.requireComplete();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveEachLaneAConnectionAndACodePointOfItsOwn(final boolean isEncrypted) {
        final Path file = directory.resolve("lanes.pcap");
        final PcapCapture capture = new PcapCapture(link.first(), file, System::nanoTime, PcapCapture.DEFAULT_BUFFER_LENGTH);
        try (TwoNodes nodes = nodes(
                ThreadingMode.INVOKER, isEncrypted, capture, link.second(), UnaryOperator.identity());
            CheckedSocket sender = TwoNodes.checked(checker, nodes.first(), SENDER_PORT);
            CheckedSocket receiver = TwoNodes.checked(checker, nodes.second(), PORT)) {
            final int[] laneOfLevel = {2, 3, 3, 2, 1, 1, 0};
            for (int level = 0; level < laneOfLevel.length; level++) {
                final int lane = laneOfLevel[level];
                assertTrue(sender.send(receiver.address(), 8, level) > 0);
                receiver.listener((came, offset, length, info) -> assertEquals(lane, info.lane()));
                nodes.await("the datagram of level " + level, () -> receiver.poll(1) > 0);
            }
            checker.requireComplete();
            assertEquals(4, TwoNodes.counter(nodes.second(), "passive-opens"));
            assertEquals(0, TwoNodes.counter(nodes.second(), "active-opens"));
        }
        assertEquals(Map.of(0, 1L, 10, 1L, 26, 1L, 46, 1L), codePoints(PcapFile.frames(file), false));
        assertEquals(Map.of(0, 1L, 10, 1L, 26, 1L, 46, 1L), codePoints(PcapFile.frames(file), true));
    }

    @Test
    void shouldKeepTheControlLevelFromApplicationsUnlessTheNodeAllowsIt() {
        final QosConfiguration generous = QosConfiguration.builder().controlAllowed(true).build();
        try (RdsNode first = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.INVOKER, null, "first"))
                .link(link.first()).launch();
            RdsNode second = RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.INVOKER, null, "second"))
                .link(link.second()).qos(generous).launch();
            CheckedSocket barred = TwoNodes.checked(checker, first, PORT);
            CheckedSocket allowed = TwoNodes.checked(checker, second, PORT)) {
            assertEquals(RdsSocket.NOT_PERMITTED, barred.send(allowed.address(), 8, 7));
            assertEquals(Errno.EPERM, assertThrows(RdsException.class, () -> barred.socket().serviceLevel(7)).errno());
            assertEquals(0, barred.socket().serviceLevel());
            assertEquals(0, barred.socket().unacknowledgedLength());
            allowed.socket().serviceLevel(7);
            assertTrue(allowed.send(barred.address(), 8) > 0);
            barred.listener((came, offset, length, info) -> assertEquals(0, info.lane()));
            new TwoNodes(first, second, ThreadingMode.INVOKER).await("the datagram", () -> barred.poll(1) > 0);
            checker.requireComplete();
        }
    }

    @ParameterizedTest
    @CsvSource({"AES_128_GCM,AES_128_GCM,0", "AES_256_GCM,AES_128_GCM,1", "AES_128_GCM,AES_256_GCM,1"})
    void shouldSealWithTheStrongerOfTheCiphersThatTheTwoAskFor(
        final RecordCipher ofFirst, final RecordCipher ofSecond, final int strong) {
        try (TwoNodes nodes = nodes(ThreadingMode.INVOKER, true, link.first(), link.second(),
                context -> context.cipher(TwoNodes.FIRST.equals(context.address()) ? ofFirst : ofSecond));
            Traffic traffic = new Traffic(nodes, new SplittableRandom(6), 1, 2_000)) {
            traffic.exchange(10, 0);
            assertEquals(strong, TwoNodes.counter(nodes.first(), "crypto-handshakes-256"));
            assertEquals(strong, TwoNodes.counter(nodes.second(), "crypto-handshakes-256"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 100_000})
    void shouldGoOnAfterAnOfferOutOfItsBuffersBounds(final int length) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]);
        final DirectBufferVector[] pieces = {
            new DirectBufferVector(buffer, 0, length), new DirectBufferVector(buffer, 1, length)};
        try (TwoNodes nodes = nodes(ThreadingMode.INVOKER, false);
            Traffic traffic = new Traffic(nodes, new SplittableRandom(7), 1, 2_000);
            RdsSocket sender = TwoNodes.bound(nodes.first(), SENDER_PORT)) {
            final RdsAddress destination = TwoNodes.at(nodes.second(), PORT);
            assertThrows(IndexOutOfBoundsException.class, () -> sender.offer(destination, buffer, 1, length));
            assertThrows(IndexOutOfBoundsException.class, () -> sender.offer(destination, pieces));
            assertEquals(0, sender.unacknowledgedLength());
            traffic.exchange(50, 50);
        }
    }

    /** Connections per code point of the segments that carry data, in one direction; a connection has one only. */
    private static Map<Integer, Long> codePoints(final List<byte[]> frames, final boolean isToListener) {
        final Map<Integer, Integer> ofConnection = new TreeMap<>();
        for (final Segment segment : Segment.of(frames)) {
            if (segment.payload().length > 0 && (segment.destinationPort() == TCP_PORT) == isToListener) {
                ofConnection.put(segment.ports(), segment.dscp());
            }
        }
        return ofConnection.values().stream().collect(Collectors.groupingBy(dscp -> dscp, Collectors.counting()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAnswerPings(final boolean isEncrypted) {
        try (TwoNodes nodes = nodes(ThreadingMode.DEDICATED, isEncrypted);
            RdsSocket socket = TwoNodes.bound(nodes.second(), PORT)) {
            for (int i = 0; i < 3; i++) {
                socket.send(TwoNodes.at(nodes.first(), 0), ByteBuffer.allocate(0), TIMEOUT_NS);
                final DatagramInfo info = socket.receive(ByteBuffer.allocate(0), TIMEOUT_NS);
                assertEquals(0, info.sourcePort());
                assertEquals(TwoNodes.at(nodes.first(), 0), info.source());
            }
            assertEquals(0, TwoNodes.counter(nodes.first(), "recv_drop_no_sock"));
        }
    }

    @Test
    void shouldTellWhenTimeIsUpAndWhenNothingIsThere() {
        try (TwoNodes nodes = nodes(ThreadingMode.SHARED, false); RdsSocket socket = TwoNodes.bound(nodes.first(), PORT)) {
            final ByteBuffer buffer = ByteBuffer.allocate(10);
            assertEquals(Errno.EAGAIN, assertThrows(RdsWouldBlockException.class, () -> socket.receive(buffer, 0)).errno());
            assertThrows(RdsTimeoutException.class, () -> socket.receive(buffer, 1_000_000L));
        }
    }

    @Test
    void shouldHoldASenderBackWhileNobodyAnswers() {
        try (RdsNode node = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.SHARED, null, "first"))
                .link(link.first()).launch();
            RdsSocket socket = TwoNodes.bound(node, PORT)) {
            final UnsafeBuffer half = new UnsafeBuffer(new byte[512 << 10]);
            final RdsException refusal = assertThrows(RdsTimeoutException.class, () -> {
                for (int i = 0; i < 10; i++) {
                    socket.send(RdsAddress.parse("10.0.0.9:4000"), half, 0, half.capacity(), 0, 20_000_000L);
                }
            });
            assertEquals(Errno.ETIMEDOUT, refusal.errno());
        }
    }

    @ParameterizedTest
    @CsvSource({"DEDICATED,false", "DEDICATED,true", "INVOKER,false", "INVOKER,true"})
    void shouldSurviveThePeersEndAndItsReturnWhileSending(final ThreadingMode mode, final boolean isEncrypted) {
        final DemoIdentities known = isEncrypted ? identities : null;
        final LinkPort shared = new KeptOpen(link.second());
        final RdsNode first = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, mode, known, "first")).link(link.first()).launch();
        try (CheckedSocket sender = TwoNodes.checked(checker, first, SENDER_PORT)) {
            sendUntilClosed(first, second(mode, known, shared), sender, mode);
            assertTrue(sender.sent() > 100);
            try (RdsNode returned = second(mode, known, shared);
                CheckedSocket receiver = TwoNodes.checked(checker, returned, PORT)) {
                final TwoNodes nodes = new TwoNodes(first, returned, mode);
                final boolean[] hasCome = new boolean[1];
                final boolean[] isSent = new boolean[1];
                receiver.listener((buffer, offset, length, info) -> hasCome[0] |= length == LAST_LENGTH);
                nodes.await("the last datagram", () -> {
                    isSent[0] = isSent[0] || sender.send(receiver.address(), LAST_LENGTH) > 0;
                    receiver.poll(64);
                    return hasCome[0];
                });
                checker.requireComplete();
            }
        } finally {
            first.close();
        }
    }

    private static RdsNode second(final ThreadingMode mode, final DemoIdentities known, final LinkPort port) {
        return RdsNode.with(TwoNodes.context(TwoNodes.SECOND, mode, known, "second")).link(port).launch();
    }

    private void sendUntilClosed(
        final RdsNode first, final RdsNode second, final CheckedSocket sender, final ThreadingMode mode) {
        try (CheckedSocket receiver = TwoNodes.checked(checker, second, PORT)) {
            final TwoNodes nodes = new TwoNodes(first, second, mode);
            nodes.await("some datagrams", () -> {
                sender.send(receiver.address(), 1_000);
                receiver.poll(64);
                return receiver.received() > 500;
            });
            second.close();
            for (int i = 0; i < 200; i++) {
                sender.send(receiver.address(), 1_000);
                if (mode == ThreadingMode.INVOKER) {
                    first.invoke();
                }
            }
            assertTrue(receiver.socket().isClosed());
            nodes.await("the sender to know that its peer is gone", () -> TwoNodes.counter(first, "conn_reset") > 0);
        }
    }

    @Test
    void shouldRefuseAPeerOfAnotherAuthority() {
        final TwoNodes nodes = new TwoNodes(
            RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, identities, "first"))
                .link(link.first()).launch(),
            RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, strangers, "second"))
                .link(link.second()).launch(),
            ThreadingMode.DEDICATED);
        shouldRefuse(nodes, "node_handshake_failed", "node_handshake_failed");
    }

    @Test
    void shouldRefuseACertificateThatHasExpired() {
        final long later = System.currentTimeMillis() + Duration.ofDays(30).toMillis();
        final TwoNodes nodes = new TwoNodes(
            RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, identities, "first"))
                .link(link.first()).epochClock(() -> later).launch(),
            RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, identities, "second"))
                .link(link.second()).launch(),
            ThreadingMode.DEDICATED);
        shouldRefuse(nodes, "node_handshake_failed", "node_handshake_failed");
    }

    @Test
    void shouldRefuseAnEncryptedPeerInPlaintext() {
        shouldRefuse(mixed(identities, null), null, "node_policy_refused");
    }

    @Test
    void shouldRefuseAPlaintextPeerWhenEncryptionIsRequired() {
        shouldRefuse(mixed(null, identities), null, "node_handshake_failed");
    }

    private TwoNodes mixed(final DemoIdentities ofFirst, final DemoIdentities ofSecond) {
        return new TwoNodes(
            RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, ofFirst, "first"))
                .link(link.first()).launch(),
            RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, ofSecond, "second"))
                .link(link.second()).launch(),
            ThreadingMode.DEDICATED);
    }

    /** The first node dials; each side counts why it ends, and not one datagram passes. */
    private void shouldRefuse(final TwoNodes nodes, final String firstCounter, final String secondCounter) {
        try (nodes;
            CheckedSocket sender = TwoNodes.checked(checker, nodes.first(), SENDER_PORT);
            CheckedSocket receiver = TwoNodes.checked(checker, nodes.second(), PORT)) {
            sender.send(receiver.address(), 100, 0, TIMEOUT_NS);
            nodes.await("the dialer's refusal",
                () -> firstCounter == null || TwoNodes.counter(nodes.first(), firstCounter) > 0);
            nodes.await("the listener's refusal", () -> TwoNodes.counter(nodes.second(), secondCounter) > 0);
            nodes.await("a further attempt", () -> TwoNodes.counter(nodes.first(), "conn_attempts") > 2);
            assertEquals(0, receiver.poll(1));
            assertEquals(0, TwoNodes.counter(nodes.second(), "recv_delivered"));
            assertEquals(100, sender.socket().unacknowledgedLength());
        }
    }

    @Test
    void shouldHaveEveryFrameHomeWhenBothNodesAreClosed() {
        try (TwoNodes nodes = nodes(ThreadingMode.DEDICATED, true);
            Traffic traffic = new Traffic(nodes, new SplittableRandom(5), 2, 500)) {
            traffic.exchange(50, 50);
        }
        IntStream.range(0, 2).forEach(i -> {
            final FrameBurst burst = new FrameBurst(64);
            final LinkPort port = i == 0 ? link.first() : link.second();
            while (port.receiveBurst(burst) > 0) {
                port.release(burst);
            }
        });
        assertTrue(link.isPoolFull());
    }
}
