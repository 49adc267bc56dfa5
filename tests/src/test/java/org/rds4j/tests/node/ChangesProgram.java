package org.rds4j.tests.node;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tests.support.NodeFiles;
import org.rds4j.tests.support.ThreadTimes;
import org.rds4j.tests.support.TwoNodes;

/**
 * Two nodes whose keys and files of credentials change all the time, in a JVM of their own, so that hardly any garbage but theirs
 * is collected. Says how long messages paused and ends with an error when one was lost or paused too long.
 */
final class ChangesProgram implements AutoCloseable {
    /** Ten reloads of each node, or more where the machine spoilt a turn. */
    private static final int TURNS = 5;
    private static final int MOST_TURNS = 10;
    private static final int WARM_UP = 20;
    private static final int RELOADS = 100;
    private static final int KEY_CHANGES = 100;
    private static final int PORT = 4000;
    private static final int LENGTH = 1_000;
    private static final int PORTION = 64;
    private static final long BEAT_NS = 500_000L;
    private static final long STRETCH_NS = 10_000_000L;
    private static final long CONTROL_NS = 2_000_000_000L;
    private static final long MOST_PAUSE_NS = 5_000_000L;
    /** A key for 400 messages: five in a second in each direction. */
    private static final KeyLimits FEW = new KeyLimits(400, 800, 1L << 33, 1L << 34);
    /** Those on a message's way, and who stops them all to collect garbage. */
    private static final Set<String> THREADS = Set.of("rds-engine", "rds-encryption", "VM Thread");

    private final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
    private final HistoryChecker checker = new HistoryChecker(5);
    private final NodeFiles[] files;
    private final TwoNodes nodes;
    private final CheckedSocket[] sockets;
    private final ThreadTimes times;
    private final long[] lastNs = new long[2];
    private final long[] lastComputedNs = new long[2];
    private final long[] lastWaitedNs = new long[2];
    private final boolean isAlone;
    private long longestNs;
    private long longestComputedNs;
    private long longestNotWaitingNs;
    private long blocks;
    private long changes;

    private ChangesProgram(final NodeFiles[] files, final ThreadingMode mode) {
        this.files = files;
        this.nodes = new TwoNodes(
            node(TwoNodes.FIRST, mode, files[0], link.first()), node(TwoNodes.SECOND, mode, files[1], link.second()), mode);
        this.sockets = new CheckedSocket[] {
            TwoNodes.checked(checker, nodes.first(), PORT), TwoNodes.checked(checker, nodes.second(), PORT)};
        this.isAlone = mode == ThreadingMode.INVOKER;
        this.times = ThreadTimes.ofThisThreadAnd(THREADS);
        require(times.threads() == (isAlone ? 2 : 6), times.threads() + " threads are looked at");
    }

    private static RdsNode node(
        final String address, final ThreadingMode mode, final NodeFiles files, final LinkPort port) {
        return RdsNode.with(files.apply(TwoNodes.context(address, mode, null, ""))).link(port).keyLimits(FEW).launch();
    }

    /** With a directory and a threading mode. */
    public static void main(final String[] arguments) {
        final DemoAuthority authority = NodeFiles.authority();
        final NodeFiles[] files = {file(arguments[0], "first", authority), file(arguments[0], "second", authority)};
        final List<PemIdentity> identities = new ArrayList<>();
        for (int i = 0; i < WARM_UP + MOST_TURNS * RELOADS / TURNS; i++) {
            identities.add(authority.newIdentity(i % 2 == 0 ? "node/first" : "node/second", Duration.ofDays(1)));
        }
        try (ChangesProgram program = new ChangesProgram(files, ThreadingMode.valueOf(arguments[1]))) {
            program.run(identities);
        }
    }

    private static NodeFiles file(final String directory, final String name, final DemoAuthority authority) {
        return new NodeFiles(Path.of(directory), name).identity(authority).trust(authority);
    }

    private void run(final List<PemIdentity> identities) {
        exchange(newPauses(""), reloading(identities.subList(0, WARM_UP)));
        final long connections = count("passive-opens");
        final long changesBefore = changes;
        final long collections = collections();
        System.out.println("longest time between deliveries in 10 ms: how many stretches, median, 99th, 99.9th percentile, "
            + "longest; the same without other work of the machine");
        int good = 0;
        for (int turn = 0; good < TURNS && turn < MOST_TURNS; turn++) {
            good += turn(identities.subList(
                WARM_UP + turn * RELOADS / TURNS, WARM_UP + (turn + 1) * RELOADS / TURNS)) ? 1 : 0;
        }
        finish();
        System.out.printf("%d messages, %d reloads, %d key changes, garbage collected %d times%n", checker.delivered(),
            count("credentials_loaded"), changes, collections() - collections);
        require(good == TURNS, "turns with pauses above the bound");
        require(count("passive-opens") == connections, "the path stays");
        require(count("credentials_loaded") >= RELOADS + WARM_UP, count("credentials_loaded") + " reloads");
        require(changes - changesBefore >= KEY_CHANGES, changes - changesBefore + " key changes");
    }

    /** Without reloads and with them; returns whether nothing paused for longer than the bound with them. */
    private boolean turn(final List<PemIdentity> identities) {
        final Pauses[] without = newPauses("no reloads");
        final Pauses[] with = newPauses("reloads");
        exchange(without, untilAfter(CONTROL_NS));
        exchange(with, reloading(identities));
        Stream.of(without, with).flatMap(Arrays::stream).forEach(System.out::println);
        return Arrays.stream(with).allMatch(pauses -> pauses.longestOwnNs() <= MOST_PAUSE_NS);
    }

    private static Pauses[] newPauses(final String turns) {
        return new Pauses[] {new Pauses(turns + ", key stays"), new Pauses(turns + ", key changes")};
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
    }

    /** All that was sent has come, over the first connection. */
    private void finish() {
        nodes.await("the rest", () -> {
            sockets[0].poll(PORTION);
            sockets[1].poll(PORTION);
            return checker.outstanding() == 0;
        });
        checker.requireComplete();
        require(count("node_key_update_flood") + count("node_record_refused") + count("node_seal_failed") == 0, "no errors");
    }

    private static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private BooleanSupplier reloading(final List<PemIdentity> identities) {
        final CompletableFuture<Void> reloading = CompletableFuture.runAsync(() -> reload(identities));
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
    private void reload(final List<PemIdentity> identities) {
        for (int i = 0; i < identities.size(); i += 2) {
            final long before = count("credentials_loaded");
            final BooleanSupplier isTooLate = untilAfter(TwoNodes.PATIENCE_NS);
            files[0].identity(identities.get(i));
            files[1].identity(identities.get(i + 1));
            while (count("credentials_loaded") < before + 2 && !isTooLate.getAsBoolean()) {
                LockSupport.parkNanos(STRETCH_NS);
            }
        }
    }

    private void exchange(final Pauses[] pauses, final BooleanSupplier isOver) {
        long nextSendNs = System.nanoTime();
        long stretchNs = nextSendNs;
        Arrays.fill(lastNs, 0);
        while (!isOver.getAsBoolean()) {
            final long nowNs = System.nanoTime();
            if (nowNs - nextSendNs >= 0) {
                nextSendNs = nowNs + BEAT_NS;
                sockets[0].send(TwoNodes.at(nodes.second(), PORT), LENGTH);
                sockets[1].send(TwoNodes.at(nodes.first(), PORT), LENGTH);
            }
            for (int i = 0; i < 2; i++) {
                if (sockets[i].poll(PORTION) > 0) {
                    onDelivery(i);
                }
            }
            nodes.work();
            if (nowNs - stretchNs >= STRETCH_NS) {
                stretchNs = nowNs;
                endStretch(pauses);
            }
        }
        require(checker.violation().isEmpty(), checker.violation().orElse(""));
    }

    private void onDelivery(final int direction) {
        final long nowNs = System.nanoTime();
        times.update();
        if (lastNs[direction] != 0) {
            final long gapNs = nowNs - lastNs[direction];
            longestNs = Math.max(longestNs, gapNs);
            longestComputedNs = Math.max(longestComputedNs, times.computedNs() - lastComputedNs[direction]);
            longestNotWaitingNs = Math.max(longestNotWaitingNs, gapNs - (times.waitedNs() - lastWaitedNs[direction]));
        }
        lastNs[direction] = nowNs;
        lastComputedNs[direction] = times.computedNs();
        lastWaitedNs[direction] = times.waitedNs();
    }

    /** A thread that does all the work and has not let go of its processor has lost no time but what it computed. */
    private void endStretch(final Pauses[] pauses) {
        final long blocksBefore = blocks;
        final long changesBefore = changes;
        blocks = times.blocks();
        changes = count("crypto-key-updates-received");
        pauses[changes == changesBefore ? 0 : 1].add(
            longestNs, isAlone && blocks == blocksBefore ? longestComputedNs : longestNotWaitingNs);
        longestNs = 0;
        longestComputedNs = 0;
        longestNotWaitingNs = 0;
    }

    private long count(final String counter) {
        return TwoNodes.counter(nodes.first(), counter) + TwoNodes.counter(nodes.second(), counter);
    }

    @Override
    public void close() {
        times.close();
        sockets[0].close();
        sockets[1].close();
        nodes.close();
    }
}
