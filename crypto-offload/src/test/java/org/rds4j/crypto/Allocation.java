package org.rds4j.crypto;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/** Measures what the calling thread allocates on the Java heap. */
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 10;

    private Allocation() {
    }

    /**
     * Octets allocated by the thriftiest of several rounds: what a job allocates shows in every round, what the Java
     * machine allocates once, while it links and compiles, does not.
     */
    public static long leastOf(final Runnable round) {
        return leastOf(THREADS::getCurrentThreadAllocatedBytes, round);
    }

    /** The same for another thread, whose meter the caller brings. */
    public static long leastOf(final LongSupplier meter, final Runnable round) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            final long before = meter.getAsLong();
            round.run();
            least = Math.min(least, meter.getAsLong() - before);
        }
        return least;
    }

    /** The meter of a thread. */
    public static LongSupplier of(final Thread thread) {
        final long id = thread.threadId();
        return () -> THREADS.getThreadAllocatedBytes(id);
    }
}
