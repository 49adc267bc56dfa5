package org.rds4j.perf.load;

import java.util.List;

/**
 * What a run measures.
 *
 * @param rttSizes        message sizes in octets to ping-pong; empty for none.
 * @param throughputSizes message sizes in octets to stream; empty for none.
 * @param budget          the time.
 * @param ratePerSecond   0 for the closed loop, or the rate at which ping-pongs are due (see {@link RttLoop}).
 */
public record LoadPlan(List<Integer> rttSizes, List<Integer> throughputSizes, TimeBudget budget, int ratePerSecond) {
    /** Round-trip sizes of the default run. */
    public static final List<Integer> RTT_SIZES = List.of(16, 64, 256, 1380, 4096, 16384, 65536);
    /** Round-trip sizes of the quick run. */
    public static final List<Integer> QUICK_RTT_SIZES = List.of(64, 1380, 16384);
    /** Throughput sizes of both. */
    public static final List<Integer> THROUGHPUT_SIZES = List.of(64, 1380, 16384, 1 << 20);

    /**
     * Keeps the lists.
     *
     * @throws IllegalArgumentException if there is nothing to measure or a size or the rate is out of range.
     */
    public LoadPlan {
        rttSizes = List.copyOf(rttSizes);
        throughputSizes = List.copyOf(throughputSizes);
        if (cellsPerSubject(rttSizes, throughputSizes) == 0) {
            throw new IllegalArgumentException("nothing to measure: name at least one size");
        }
        rttSizes.forEach(LoadPlan::requireSize);
        throughputSizes.forEach(LoadPlan::requireSize);
        if (ratePerSecond < 0 || ratePerSecond > 1_000_000) {
            throw new IllegalArgumentException("the rate must be from 1 to 1000000 per second, not " + ratePerSecond);
        }
    }

    /**
     * Cells of one subject.
     *
     * @return the number of sizes over both metrics.
     */
    public int cellsPerSubject() {
        return cellsPerSubject(rttSizes, throughputSizes);
    }

    private static int cellsPerSubject(final List<Integer> rttSizes, final List<Integer> throughputSizes) {
        return rttSizes.size() + throughputSizes.size();
    }

    private static void requireSize(final int size) {
        if (size < MessagePattern.MINIMUM_SIZE || size > 1 << 20) {
            throw new IllegalArgumentException(
                "sizes go from " + MessagePattern.MINIMUM_SIZE + " to " + (1 << 20) + " octets, not " + size);
        }
    }
}
