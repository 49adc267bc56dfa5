package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.NodeFiles;
import org.rds4j.tests.support.TwoNodes;

/**
 * Keys and files of credentials that change all the time between two nodes, in real time. A machine with other work makes threads
 * wait. So where both nodes run on the test's own thread, a pause is the time that this thread has worked between two deliveries;
 * where they have threads, pauses are those of a clock, held against the same load without reloads, in turns. The strict bound is
 * that of {@code CredentialReloadTest}, in virtual time.
 */
@Timeout(120)
class ChangesUnderLoadTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TURNS = 5;
    private static final int WARM_UP = 10;
    private static final int RELOADS = 100;
    private static final int KEY_CHANGES = 100;
    private static final int PORT = 4000;
    private static final int LENGTH = 1_000;
    private static final long BEAT_NS = 500_000L;
    /** The nodes' clock runs so much faster that files are looked at sixteen times a second. */
    private static final int SPEED = 4;
    private static final long CONTROL_NS = 800_000_000L;
    private static final long LONG_PAUSE_NS = 5_000_000L;
    /** With another thread between two octets of this one, timers are late, and TCP repairs what was not lost. */
    private static final long MOST_OWN_NS = 4 * LONG_PAUSE_NS;
    /** A key for 60 messages: at most eight in a second of the nodes' own in each direction. */
    private static final KeyLimits FEW = new KeyLimits(60, 120, 1L << 33, 1L << 34);

    @TempDir
    private Path directory;

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final HistoryChecker checker = new HistoryChecker(5);
    private final DemoAuthority authority = NodeFiles.authority();
    private NodeFiles[] files;
    private boolean isOwnTime;
    private long connections;

    /** Gaps between two deliveries of one direction. */
    private static final class Pauses {
        private final long[] lastNs = new long[2];
        private final List<Long> each = new ArrayList<>();
        private long totalNs;

        void begin(final long nowNs) {
            Arrays.fill(lastNs, nowNs);
        }

        void onDelivery(final int direction, final long nowNs) {
            final long gapNs = nowNs - lastNs[direction];
            lastNs[direction] = nowNs;
            each.add(gapNs);
            totalNs += gapNs;
        }

        long longestNs() {
            return each.stream().mapToLong(Long::longValue).max().orElse(0);
        }

        long median() {
            return each.stream().sorted().skip(each.size() / 2).findFirst().orElse(0L);
        }

        /** How many are too long in a minute. */
        double longOnesPerMinute() {
            return each.stream().filter(gap -> gap > LONG_PAUSE_NS).count() * 60e9 / (totalNs / 2.0);
        }

        @Override
        public String toString() {
            return String.format("%d messages, median %.3f ms, longest %.3f ms, %.1f a minute above %.0f ms", each.size(),
                median() / 1e6, longestNs() / 1e6, longOnesPerMinute(), LONG_PAUSE_NS / 1e6);
        }
    }

    private RdsNode node(final int index, final ThreadingMode mode) {
        final String address = index == 0 ? TwoNodes.FIRST : TwoNodes.SECOND;
        return RdsNode.with(files[index].apply(TwoNodes.context(address, mode, null, ""))
                .nanoClock(() -> System.nanoTime() * SPEED).handshakeTimeoutNs(SPEED * 5_000_000_000L))
            .link(index == 0 ? link.first() : link.second()).keyLimits(FEW).launch();
    }

    private void makeFiles() {
        files = new NodeFiles[] {
            new NodeFiles(directory, "first").identity(authority).trust(authority),
            new NodeFiles(directory, "second").identity(authority).trust(authority)};
    }

    /** All the work of both nodes is that of this thread, and so is whatever a key change takes. */
    @Test
    void shouldWorkNoLongerThanTheBoundForAnyOfTwoHundredKeyChanges() {
        makeFiles();
        isOwnTime = true;
        final Pauses pauses = new Pauses();
        try (TwoNodes nodes = new TwoNodes(node(0, ThreadingMode.INVOKER), node(1, ThreadingMode.INVOKER), ThreadingMode.INVOKER);
            CheckedSocket first = TwoNodes.checked(checker, nodes.first(), PORT);
            CheckedSocket second = TwoNodes.checked(checker, nodes.second(), PORT)) {
            final CheckedSocket[] sockets = {first, second};
            exchange(nodes, sockets, new Pauses(), () -> changes(nodes) >= KEY_CHANGES / 2);
            connections = count(nodes, "passive-opens");
            exchange(nodes, sockets, pauses, () -> changes(nodes) >= 5 * KEY_CHANGES / 2);
            finish(nodes, sockets);
        }
        System.out.println("200 key changes, on one thread: " + pauses);
        assertTrue(pauses.longestNs() <= MOST_OWN_NS, pauses.toString());
    }

    @Test
    void shouldLoseNothingInHundredsOfKeyChangesAndAHundredReloads() {
        makeFiles();
        final List<PemIdentity> identities = new ArrayList<>();
        for (int i = 0; i < RELOADS + WARM_UP; i++) {
            identities.add(authority.newIdentity(i % 2 == 0 ? "node/first" : "node/second", Duration.ofDays(1)));
        }
        final Pauses without = new Pauses();
        final Pauses with = new Pauses();
        try (TwoNodes nodes = new TwoNodes(node(0, ThreadingMode.SHARED), node(1, ThreadingMode.SHARED), ThreadingMode.SHARED);
            CheckedSocket first = TwoNodes.checked(checker, nodes.first(), PORT);
            CheckedSocket second = TwoNodes.checked(checker, nodes.second(), PORT)) {
            final CheckedSocket[] sockets = {first, second};
            exchange(nodes, sockets, new Pauses(), reloading(nodes, identities.subList(0, WARM_UP)));
            connections = count(nodes, "passive-opens");
            for (int turn = 0; turn < TURNS; turn++) {
                exchange(nodes, sockets, without, untilAfter(CONTROL_NS));
                exchange(nodes, sockets, with, reloading(nodes, identities.subList(
                    WARM_UP + turn * RELOADS / TURNS, WARM_UP + (turn + 1) * RELOADS / TURNS)));
            }
            exchange(nodes, sockets, with, () -> changes(nodes) >= 2 * KEY_CHANGES);
            finish(nodes, sockets);
            final long reloads = count(nodes, "credentials_loaded");
            assertTrue(reloads >= RELOADS + WARM_UP, reloads + " reloads");
            System.out.println("key changes:             " + without);
            System.out.println(RELOADS + " reloads, " + changes(nodes) + " key changes: " + with);
        }
        assertTrue(with.longOnesPerMinute() <= 3 * without.longOnesPerMinute() + 120, with + " against " + without);
    }

    private static long changes(final TwoNodes nodes) {
        return count(nodes, "crypto-key-updates-received");
    }

    /** All that was sent has come, over the first connection. */
    private void finish(final TwoNodes nodes, final CheckedSocket[] sockets) {
        nodes.await("the rest", () -> {
            sockets[0].poll(64);
            sockets[1].poll(64);
            return checker.outstanding() == 0;
        });
        checker.requireComplete();
        assertEquals(0, count(nodes, "node_key_update_flood"));
        assertEquals(0, count(nodes, "node_record_refused"));
        assertEquals(0, count(nodes, "node_seal_failed"));
        assertEquals(connections, count(nodes, "passive-opens"), "the path stays");
    }

    private BooleanSupplier reloading(final TwoNodes nodes, final List<PemIdentity> identities) {
        final CompletableFuture<Void> reloading = CompletableFuture.runAsync(() -> reload(nodes, identities));
        return () -> {
            if (reloading.isCompletedExceptionally()) {
                reloading.join();
            }
            return reloading.isDone();
        };
    }

    private static BooleanSupplier untilAfter(final long durationNs) {
        final long startNs = System.nanoTime();
        return () -> System.nanoTime() - startNs >= durationNs;
    }

    /** Both nodes' files, and as long as it takes until both are in force. */
    private void reload(final TwoNodes nodes, final List<PemIdentity> identities) {
        for (int i = 0; i < identities.size(); i += 2) {
            final long before = count(nodes, "credentials_loaded");
            final BooleanSupplier isTooLate = untilAfter(TwoNodes.PATIENCE_NS);
            files[0].identity(identities.get(i));
            files[1].identity(identities.get(i + 1));
            while (count(nodes, "credentials_loaded") < before + 2 && !isTooLate.getAsBoolean()) {
                LockSupport.parkNanos(BEAT_NS);
            }
        }
    }

    private long nowNs() {
        return isOwnTime ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private void exchange(
        final TwoNodes nodes, final CheckedSocket[] sockets, final Pauses pauses, final BooleanSupplier isOver) {
        long nextNs = System.nanoTime();
        pauses.begin(nowNs());
        while (!isOver.getAsBoolean()) {
            final long nowNs = System.nanoTime();
            if (nowNs - nextNs >= 0) {
                nextNs = nowNs + BEAT_NS;
                sockets[0].send(TwoNodes.at(nodes.second(), PORT), LENGTH);
                sockets[1].send(TwoNodes.at(nodes.first(), PORT), LENGTH);
            }
            for (int i = 0; i < 2; i++) {
                if (sockets[i].poll(64) > 0) {
                    pauses.onDelivery(i, nowNs());
                }
            }
            nodes.work();
        }
        assertEquals(Optional.empty(), checker.violation());
    }

    private static long count(final TwoNodes nodes, final String counter) {
        return TwoNodes.counter(nodes.first(), counter) + TwoNodes.counter(nodes.second(), counter);
    }
}
