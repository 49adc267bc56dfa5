package org.rds4j.tests.multiqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.dpdk.DpdkRingPair;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.steering.EngineGroup;
import org.rds4j.tcp.steering.SteeringCounter;
import org.rds4j.tcp.steering.SteeringTable;
import org.rds4j.tcp.steering.ToeplitzHash;

/** Engines on threads of their own, over a pair of DPDK ports that no hash feeds: queue i is wired to queue i. */
@Timeout(180)
class EngineGroupTest {
    private static final int BUCKETS = 128;
    private static final int FRAMES = 8_191;
    private static final int RING_SIZE = 1_024;
    private static final int MTU = 1500;
    private static final long FIRST = 0xffff_0a00_0001L;
    private static final long SECOND = 0xffff_0a00_0002L;
    private static final int OCTETS = 30_000;
    /** Less than a TIME-WAIT: nothing may wait for one to end. */
    private static final long DEADLINE_NS = 45_000_000_000L;
    private static final long WINDOW_MS = 300;
    private static final int WINDOWS = 120;
    private static final int CLEAN_IN_A_ROW = 3;
    private static final int DIALS = 300;
    private static final int MOVE_INTERVAL_MS = 10;
    private static final int REWRITES = 60;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** What engines of a group have in common: who owns what, the rings between them, and the device as a whole. */
    private static final Set<String> SHARED = Set.of(
        "org.rds4j.tcp.steering.Steering", "org.rds4j.tcp.steering.SteeringTable",
        "org.rds4j.tcp.steering.SteeringTable$Owners", "org.rds4j.dpdk.DpdkDevice");

    private final List<DpdkMempool> mempools = new ArrayList<>();
    private final Random random = new Random(3);
    private final List<String> errors = new ArrayList<>();
    private DpdkRingPair pair;
    private EngineGroup<MemberEngine> first;
    private EngineGroup<MemberEngine> second;
    private List<MemberEngine> engines;

    private void open(final int queues, final boolean isPlacedByHash, final long octets) {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        final DpdkEnvironment environment = DpdkEnvironment.start();
        for (int i = 0; i < queues; i++) {
            mempools.add(DpdkMempool.create(environment, "group" + i, FRAMES, DpdkMempool.frameCapacityForMtu(MTU)));
        }
        pair = DpdkRingPair.open(environment, "group", mempools, RING_SIZE, MTU, random);
        first = group(queues, isPlacedByHash, pair::first, "10.0.0.1/24", SECOND, octets);
        second = group(queues, isPlacedByHash, pair::second, "10.0.0.2/24", FIRST, octets);
        engines = Stream.of(first, second).flatMap(group -> group.engines().stream()).toList();
    }

    /** With a symmetric key at both ends a reply leaves by the queue of the same number, as if a hash had placed it. */
    private EngineGroup<MemberEngine> group(
        final int queues, final boolean isPlacedByHash, final IntFunction<? extends LinkPort> port, final String address,
        final long peer, final long octets) {
        final byte[] key = ToeplitzHash.symmetricKey();
        if (!isPlacedByHash) {
            random.nextBytes(key);
        }
        final SteeringTable table = new SteeringTable(new ToeplitzHash(key), SteeringTable.evenly(BUCKETS, queues), queues);
        final List<Confinement> confinements = Confinement.of(queues);
        return new EngineGroup<>(
            IntStream.range(0, queues).mapToObj(port).toList(), table, SystemNanoClock.INSTANCE, random,
            (index, queue, owner) -> new MemberEngine(confinements.get(index), queue, owner, address, peer, octets));
    }

    private void start() {
        for (final EngineGroup<MemberEngine> group : List.of(first, second)) {
            group.start(() -> new BackoffIdleStrategy(10, 10, 1_000, 50_000), error -> {
                synchronized (errors) {
                    errors.add(error.toString());
                }
            });
        }
    }

    private static void await(final BooleanSupplier condition, final String what) {
        final long endNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < endNs, what);
            sleep(1);
        }
    }

    private static void sleep(final long ms) {
        try {
            Thread.sleep(ms);
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Stops everything; frames that are missing from a pool fail the close of it. */
    private void close() {
        CloseHelper.closeAll(first, second, pair);
        CloseHelper.closeAll(mempools);
        for (final MemberEngine engine : engines) {
            assertEquals(List.of(), List.copyOf(engine.confinement.breaches), "touched by another thread");
            assertTrue(engine.confinement.checks() > 100, "and it was looked at");
            assertEquals(0, engine.wrongOctets);
        }
        assertEquals(engines.size(), engines.stream().map(engine -> engine.thread).distinct().count());
        synchronized (errors) {
            assertEquals(List.of(), errors);
        }
    }

    @AfterEach
    void closeWhatIsOpen() {
        CloseHelper.quietCloseAll(first, second, pair);
        CloseHelper.quietCloseAll(mempools);
    }

    private static long total(final EngineGroup<MemberEngine> group, final SteeringCounter counter) {
        return IntStream.range(0, group.engines().size()).mapToLong(i -> group.counter(i, counter)).sum();
    }

    private void converse(final int perEngine) {
        engines.forEach(engine -> engine.toDial = perEngine);
        final int ends = 2 * perEngine * engines.size();
        await(() -> sum(engine -> engine.closed) >= ends, "connections hang");
        assertEquals(ends, sum(engine -> engine.closed));
        assertEquals(ends, sum(engine -> engine.connected));
    }

    @ParameterizedTest
    @CsvSource({"2, true", "2, false", "4, true", "4, false"})
    void shouldKeepEachConnectionOnOneOfManyEngines(final int queues, final boolean isPlacedByHash) {
        open(queues, isPlacedByHash, OCTETS);
        start();
        converse(200);
        final long forwarded = total(first, SteeringCounter.FORWARDED) + total(second, SteeringCounter.FORWARDED);
        // requests of neighbours are the first engine's, whichever queue they come by
        assertEquals(isPlacedByHash, forwarded < 10L * queues, "forwarded: " + forwarded);
        close();
        for (final MemberEngine engine : engines) {
            assertTrue(engine.connected > 250, "every engine has dialled and taken connections: " + engine.connected);
            assertEquals(0, engine.strangers, "a connection of another engine");
            assertEquals(0, engine.badEnds);
        }
        assertEquals(0, total(first, SteeringCounter.DROP_NO_FRAME) + total(second, SteeringCounter.DROP_NO_FRAME));
    }

    /** Connections are dialled, and stay where they are, while half of the buckets change hands once each, at both ends. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void shouldLoseNoConnectionWhileTablesAreRewritten(final int queues) {
        open(queues, true, OCTETS);
        start();
        for (int i = 0; i < BUCKETS / 2; i++) {
            final int dials = Math.ceilDiv(DIALS * (i + 1), BUCKETS / 2);
            engines.forEach(engine -> engine.toDial = dials);
            move(first.table(), i, queues);
            move(second.table(), BUCKETS / 4 + i, queues);
            sleep(MOVE_INTERVAL_MS);
        }
        awaitEnds();
    }

    /** Every bucket time and again, so that it moves on and back while handshakes are under way. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void shouldLoseNoConnectionWhileEveryBucketMovesOnAndBack(final int queues) {
        open(queues, true, OCTETS);
        start();
        for (int i = 0; i < REWRITES; i++) {
            final int dials = Math.ceilDiv(DIALS * (i + 1), REWRITES);
            engines.forEach(engine -> engine.toDial = dials);
            for (final EngineGroup<MemberEngine> group : List.of(first, second)) {
                group.table().rewrite(random.ints(BUCKETS, 0, queues).toArray());
            }
            sleep(MOVE_INTERVAL_MS);
        }
        awaitEnds();
    }

    private void awaitEnds() {
        await(() -> sum(engine -> engine.dialled) == DIALS * engines.size(), "dialling");
        await(() -> sum(engine -> engine.closed) == 2 * DIALS * engines.size(), "connections hang");
        assertTrue(total(first, SteeringCounter.FORWARDED) > 100);
        close();
        assertEquals(0, engines.stream().mapToLong(engine -> engine.badEnds).sum(), "a connection was lost");
    }

    /** Of one bucket. */
    private void move(final SteeringTable table, final int bucket, final int queues) {
        final int[] owners = IntStream.range(0, BUCKETS).map(table::owner).toArray();
        owners[bucket] = (owners[bucket] + 1 + random.nextInt(queues - 1)) % queues;
        table.rewrite(owners);
    }

    private int sum(final ToIntFunction<MemberEngine> what) {
        return engines.stream().mapToInt(what).sum();
    }

    /**
     * Before that there are blocks of send records, one of each size for each connection until none wants a larger one, and the
     * checksum's vectors, which are objects until what calls it is compiled.
     */
    @ParameterizedTest
    @CsvSource({"2, true", "2, false", "4, false"})
    void shouldAllocateNothingInTheSteadyState(final int queues, final boolean isPlacedByHash) {
        assumeTrue(THREADS.isThreadAllocatedMemorySupported(), "this JVM does not count allocations of threads");
        open(queues, isPlacedByHash, Long.MAX_VALUE);
        start();
        engines.forEach(engine -> engine.toDial = 3);
        await(() -> engines.stream().allMatch(engine -> engine.dialled == 3), "dialling");
        final StringBuilder windows = new StringBuilder();
        int clean = 0;
        for (int i = 0; i < WINDOWS && clean < CLEAN_IN_A_ROW; i++) {
            final long[] before = allocated();
            final long octets = engines.stream().mapToLong(engine -> engine.octets).sum();
            sleep(WINDOW_MS);
            final long[] after = allocated();
            final long moved = engines.stream().mapToLong(engine -> engine.octets).sum() - octets;
            final long made = IntStream.range(0, before.length).mapToLong(k -> after[k] - before[k]).sum();
            clean = moved > 1_000_000 && made == 0 ? clean + 1 : 0;
            windows.append(moved).append('/').append(made).append(' ');
        }
        assertEquals(CLEAN_IN_A_ROW, clean, "payload moved and octets allocated, in windows: " + windows);
        close();
    }

    private long[] allocated() {
        return engines.stream().mapToLong(engine -> THREADS.getThreadAllocatedBytes(engine.thread.threadId())).toArray();
    }

    @Test
    void shouldShareNothingButTheTableAndTheRings() {
        open(4, true, OCTETS);
        for (final EngineGroup<MemberEngine> group : List.of(first, second)) {
            final List<Object> stations = group.engines().stream().<Object>map(engine -> engine.station).toList();
            assertEquals(Set.of(), SharedObjects.among(stations, SHARED));
            assertTrue(SharedObjects.among(stations, Set.of()).contains("org.rds4j.tcp.steering.FrameRing"), "it looks");
        }
        assertFalse(SharedObjects.among(List.of(engines.getFirst().station, engines.getFirst().station), SHARED).isEmpty());
    }
}
