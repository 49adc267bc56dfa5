package org.rds4j.tcp;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what the calling thread allocates on the Java heap. */
public final class AllocationMeter {
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
     * Runs a task again and again until a run allocates nothing, which is when it is compiled, or until the patience ends.
     *
     * @param task     the steady state to be measured.
     * @param attempts most runs.
     * @return the fewest octets that one run allocated.
     */
    public static long leastAllocated(final Runnable task, final int attempts) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < attempts && least > 0; i++) {
            least = Math.min(least, allocated(task));
        }
        return least;
    }
}
