package org.rds4j.dpdk;

import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.rds4j.tcp.link.FrameBurst;

/** What bursts cost, by a plain loop; run by hand, asserts nothing. */
public final class BurstBenchmark {
    private static final int ROUNDS = 2_000_000;
    private static final int REPEATS = 7;

    private final FrameBurst burst;
    private final DpdkPort first;
    private final DpdkPort second;

    private BurstBenchmark(final DpdkRingPair pair, final int burstSize) {
        this.burst = new FrameBurst(burstSize);
        this.first = pair.first();
        this.second = pair.second();
    }

    /**
     * Prints nanoseconds per empty poll, per frame allocated and released, and per frame through the ring pair.
     *
     * @param arguments EAL arguments.
     */
    public static void main(final String[] arguments) {
        final DpdkEnvironment environment = DpdkEnvironment.start(arguments);
        final DpdkMempool pool = DpdkMempool.create(environment, "bench", 16_383, 2048);
        try (DpdkRingPair pair = DpdkRingPair.open(environment, "bench", pool, 1024, 1500, new SplittableRandom(1))) {
            for (int repeat = 0; repeat < REPEATS; repeat++) {
                final BurstBenchmark full = new BurstBenchmark(pair, 32);
                final BurstBenchmark single = new BurstBenchmark(pair, 1);
                System.out.printf(
                    "empty poll %.1f ns; allocate+release %.2f ns/frame; A to B, burst of 32 %.2f ns/frame, of 1 %.1f ns%n",
                    full.emptyPolls(), full.allocations(), full.transfers(), single.transfers());
            }
        }
        pool.close();
        environment.close();
    }

    /** Time on the CPU, so that other work on the machine does not count. */
    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private double emptyPolls() {
        final long start = cpuNs();
        for (int i = 0; i < ROUNDS; i++) {
            second.receiveBurst(burst);
        }
        return (double) (cpuNs() - start) / ROUNDS;
    }

    private double allocations() {
        final int rounds = ROUNDS / 8;
        final long start = cpuNs();
        for (int i = 0; i < rounds; i++) {
            first.allocate(burst, burst.capacity());
            first.release(burst);
        }
        return (double) (cpuNs() - start) / rounds / burst.capacity();
    }

    private double transfers() {
        final int rounds = ROUNDS / 8;
        final long start = cpuNs();
        for (int i = 0; i < rounds; i++) {
            final int count = first.allocate(burst, burst.capacity());
            for (int j = 0; j < count; j++) {
                burst.length(j, 64);
            }
            first.transmitBurst(burst);
            second.receiveBurst(burst);
            second.release(burst);
        }
        return (double) (cpuNs() - start) / rounds / burst.capacity();
    }
}
