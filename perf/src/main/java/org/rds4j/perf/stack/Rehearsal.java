package org.rds4j.perf.stack;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.perf.load.RttLoop;

/**
 * Round trips that two nodes make by themselves before anybody measures them, until the JVM has compiled what they run: with
 * clients at the other end, its compiler would share two processors with two busy threads, and a round trip take a time slice.
 */
final class Rehearsal {
    private static final List<Integer> SIZES = List.of(64, 16 << 10);
    private static final long SLICE_MS = 125;
    /** The compiler tells of its time when a method is done, which takes it several slices at times. */
    private static final int QUIET_ROUNDS = 2;
    private static final int MAX_ROUNDS = 16;
    private static final int BUSY_SHARE = 10;

    private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private final RttLoop loop = new RttLoop(SystemNanoClock.INSTANCE);
    private final Histogram unrecorded = new Histogram(3);
    private final LoopbackNodes nodes;

    Rehearsal(final LoopbackNodes nodes) {
        this.nodes = nodes;
    }

    /** Takes one to four seconds. */
    void run() {
        int quiet = 0;
        for (int i = 0; i < MAX_ROUNDS && quiet < QUIET_ROUNDS; i++) {
            final long beforeMs = compiler.getTotalCompilationTime();
            SIZES.forEach(this::play);
            final long compiledMs = compiler.getTotalCompilationTime() - beforeMs;
            quiet = compiledMs * BUSY_SHARE < SIZES.size() * SLICE_MS ? quiet + 1 : 0;
        }
    }

    private void play(final int size) {
        try (RdsRtt session = new RdsRtt(nodes, size)) {
            loop.closed(session, SLICE_MS * 1_000_000, unrecorded);
        }
    }
}
