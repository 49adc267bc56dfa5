package org.rds4j.tcp;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.stream.LongStream;

/** Measures what the calling thread allocates on the Java heap. */
public final class AllocationMeter {
    private static final int IN_A_ROW = 3;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationMeter() {
    }

    /**
     * Runs a task once.
     *
     * @param task to be measured.
     * @return octets it allocated.
     */
    public static long allocated(final Runnable task) {
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        task.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /**
     * Runs a task again and again until three runs in a row allocate nothing, which is when it is compiled, or until the patience
     * ends.
     *
     * @param task     the steady state to be measured.
     * @param attempts most runs.
     * @return the fewest octets that three runs in a row allocated.
     */
    public static long leastAllocated(final Runnable task, final int attempts) {
        final long[] runs = new long[attempts];
        long least = Long.MAX_VALUE;
        for (int i = 0; i < attempts && least > 0; i++) {
            runs[i] = allocated(task);
            if (i >= IN_A_ROW - 1) {
                least = Math.min(least, LongStream.of(runs).skip(i - IN_A_ROW + 1).limit(IN_A_ROW).sum());
            }
        }
        return least;
    }
}
