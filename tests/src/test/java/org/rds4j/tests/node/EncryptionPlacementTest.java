package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsContext;
import org.rds4j.ThreadingMode;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.TwoNodes;

/** Which threads of a node seal, open and shake hands: never the engine's, unless it is asked to. */
@Timeout(180)
class EncryptionPlacementTest {
    private static final int PATHS = 8;
    private static final int SOCKETS = 16;
    private static final int SENDS = 150;
    private static final int MAX_LENGTH = 20_000;

    private static DemoIdentities identities;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);

    @BeforeAll
    static void makeIdentities() {
        identities = new DemoIdentities(List.of("first", "second"));
    }

    @AfterAll
    static void removeIdentities() {
        identities.close();
    }

    private TwoNodes nodes(final ThreadingMode mode, final int threads) {
        return new TwoNodes(
            RdsNode.with(context(TwoNodes.FIRST, "first", mode, threads)).link(link.first()).launch(),
            RdsNode.with(context(TwoNodes.SECOND, "second", mode, threads)).link(link.second()).launch(), mode);
    }

    private static RdsContext context(
        final String address, final String name, final ThreadingMode mode, final int threads) {
        return TwoNodes.context(address, mode, identities, name).paths(PATHS).encryptionThreads(threads);
    }

    private static void exchange(final TwoNodes nodes) {
        try (Traffic traffic = new Traffic(nodes, new SplittableRandom(3), SOCKETS, MAX_LENGTH)) {
            traffic.exchange(SENDS, SENDS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void shouldEncryptOnItsOwnThreadsOnlyEachWithItsShareOfThePaths(final int threads) {
        final TwoNodes nodes = nodes(ThreadingMode.DEDICATED, threads);
        try (nodes) {
            exchange(nodes);
        }
        for (final RdsNode node : List.of(nodes.first(), nodes.second())) {
            assertEquals(0, TwoNodes.counter(node, "crypto-jobs-inline"), "the engine's thread has computed");
            assertTrue(TwoNodes.counter(node, "crypto-records-sealed") > PATHS);
            assertTrue(TwoNodes.counter(node, "crypto-records-opened") > PATHS);
            assertEquals(PATHS, TwoNodes.counter(node, "crypto-handshakes-completed"));
            assertEquals(PATHS, TwoNodes.counter(node, "crypto-sessions-closed"), "keys are left");
            IntStream.range(0, threads > 1 ? threads : 0).forEach(thread -> assertSharing(node, threads, "_thread" + thread));
        }
    }

    private static void assertSharing(final RdsNode node, final int threads, final String thread) {
        assertEquals(PATHS / threads, TwoNodes.counter(node, "crypto-handshakes-completed" + thread));
        assertEquals(PATHS / threads, TwoNodes.counter(node, "crypto-sessions-closed" + thread));
        assertTrue(TwoNodes.counter(node, "crypto-records-sealed" + thread) > 0, "nothing was sealed there");
        assertTrue(TwoNodes.counter(node, "crypto-records-opened" + thread) > 0, "nothing was opened there");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEDICATED")
    void shouldEncryptOnTheEnginesThreadWhereThatIsTheOnlyOne(final ThreadingMode mode) {
        final TwoNodes nodes = nodes(mode, 1);
        try (nodes) {
            exchange(nodes);
        }
        for (final RdsNode node : List.of(nodes.first(), nodes.second())) {
            final long records =
                TwoNodes.counter(node, "crypto-records-sealed") + TwoNodes.counter(node, "crypto-records-opened");
            assertTrue(records > 2 * PATHS);
            assertTrue(TwoNodes.counter(node, "crypto-jobs-inline") >= records + PATHS, "others have computed, too");
            assertEquals(PATHS, TwoNodes.counter(node, "crypto-sessions-closed"), "keys are left");
        }
    }
}
