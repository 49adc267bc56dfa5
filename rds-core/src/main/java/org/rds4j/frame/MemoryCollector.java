package org.rds4j.frame;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Collects the heap on a thread of its own, so that buffers that nobody reaches any more give their memory back: a second after
 * the last time when that found something, else a minute. One per process, as each collection stops all its threads.
 */
final class MemoryCollector {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long INTERVAL_IN_VAIN_NS = TimeUnit.MINUTES.toNanos(1);
    /** What a collection has found is given back by another thread. */
    private static final int WAITS = 100;
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LongSupplier rest;
    private final Runnable collection;
    private final Thread thread = new Thread(this::run, "rds-memory");
    private volatile boolean isAsked;

    MemoryCollector(final LongSupplier rest, final Runnable collection) {
        this.rest = rest;
        this.collection = collection;
    }

    /** One at work, for as long as the process lives. */
    static MemoryCollector start(final LongSupplier rest, final Runnable collection) {
        final MemoryCollector collector = new MemoryCollector(rest, collection);
        collector.thread.setDaemon(true);
        collector.thread.start();
        return collector;
    }

    /** Asks for a collection and returns at once; until the interval is over, one is as good as many. Any thread. */
    void ask() {
        if (!isAsked) {
            isAsked = true;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!thread.isInterrupted()) {
            if (isAsked) {
                pause(collect());
                isAsked = false;
            } else {
                LockSupport.park(this);
            }
        }
    }

    /** Not parked: who asked may have unparked this thread since. */
    private void pause(final long durationNs) {
        try {
            TimeUnit.NANOSECONDS.sleep(durationNs);
        } catch (final InterruptedException e) {
            thread.interrupt();
        }
    }

    /** Collects once, and answers how long not to do it again. */
    long collect() {
        final long before = rest.getAsLong();
        collection.run();
        for (int i = 0; i < WAITS && rest.getAsLong() <= before; i++) {
            LockSupport.parkNanos(WAIT_NS);
        }
        return rest.getAsLong() > before ? INTERVAL_NS : INTERVAL_IN_VAIN_NS;
    }
}
