package org.rds4j.perf.idle;

import com.sun.management.ThreadMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.perf.load.LoadProgress;
import org.rds4j.perf.load.Measurement;
import org.rds4j.perf.load.SubjectDescription;

/**
 * What an idle peer costs the RDS engine, without the TCP connection below: memory, and time of a duty cycle, which must not
 * grow with the peers. Engines with different numbers of peers take turns, so that noise of the machine hits all alike, and
 * are measured by the thread's time on the processor.
 */
public final class IdlePeersScenario {
    private static final int[] PEERS = {10, 100, 1_000};
    private static final int CYCLES = 1_000;
    private static final int COLLECTIONS = 3;
    private static final long CLEANER_NS = 50_000_000L;
    private static final SubjectDescription SUBJECT =
        new SubjectDescription("rds", "rds", false, "memory", "engine", "the engine on the calling thread, silent peers");

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final LongSupplier cpuNs = threads::getCurrentThreadCpuTime;
    private final UnsafeBuffer says = new UnsafeBuffer(ByteBuffer.allocateDirect(SilentPeer.SAYS_LENGTH));
    /** All engines are kept: no memory may be given back while others are made. */
    private final List<Engine> made = new ArrayList<>();
    private final LoadProgress progress;
    private final long warmUpNs;
    private final long measuredNs;

    /**
     * A scenario that has not begun.
     *
     * @param progress   hears of each step.
     * @param warmUpNs   unrecorded time of all engines together.
     * @param measuredNs recorded time of all engines together.
     */
    public IdlePeersScenario(final LoadProgress progress, final long warmUpNs, final long measuredNs) {
        this.progress = progress;
        this.warmUpNs = warmUpNs;
        this.measuredNs = measuredNs;
    }

    /**
     * Measures.
     *
     * @return one measurement for each number of peers.
     */
    public List<Measurement> run() {
        meet(1); // what is made once in a process counts for nobody
        collect();
        final Engine none = meet(0);
        final List<Engine> engines = new ArrayList<>();
        for (final int peers : PEERS) {
            progress.onCell(engines.size(), PEERS.length + 2, peers + " peers");
            engines.add(meet(peers));
        }
        progress.onCell(PEERS.length, PEERS.length + 2, "warm-up");
        turns(engines, warmUpNs);
        engines.forEach(engine -> engine.slices.clear());
        progress.onCell(PEERS.length + 1, PEERS.length + 2, "duty cycles");
        turns(engines, measuredNs);
        return engines.stream().map(engine -> engine.measurement(none)).toList();
    }

    /** What was thrown away before gives its memory outside the heap back now. */
    private static void collect() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            LockSupport.parkNanos(CLEANER_NS);
        }
    }

    private Engine meet(final int count) {
        final SilentPeer[] peers = new SilentPeer[count];
        for (int i = 0; i < count; i++) {
            peers[i] = new SilentPeer(says);
        }
        final long heap = threads.getCurrentThreadAllocatedBytes();
        final long direct = directLength();
        final IdleEngine idle = new IdleEngine(peers);
        idle.meetAll();
        final Engine engine = new Engine(
            idle, count, threads.getCurrentThreadAllocatedBytes() - heap, directLength() - direct, new ArrayList<>());
        made.add(engine);
        return engine;
    }

    private static long directLength() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> "direct".equals(pool.getName())).mapToLong(BufferPoolMXBean::getTotalCapacity).sum();
    }

    private void turns(final List<Engine> engines, final long forNs) {
        final long endNs = cpuNs.getAsLong() + forNs;
        while (cpuNs.getAsLong() < endNs) {
            for (final Engine engine : engines) {
                final long startNs = cpuNs.getAsLong();
                engine.engine.cycles(CYCLES);
                engine.slices.add(new Measurement.Round(CYCLES, Math.max(1, cpuNs.getAsLong() - startNs)));
            }
        }
    }

    /** An engine that met its peers, and what it took for that: all that was allocated, garbage included. */
    private record Engine(IdleEngine engine, int peers, long heap, long direct, List<Measurement.Round> slices) {
        Measurement measurement(final Engine none) {
            return new Measurement.IdlePeers(
                SUBJECT, peers, (heap - none.heap) / peers, (direct - none.direct) / peers, slices);
        }
    }
}
