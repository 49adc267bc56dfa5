package org.rds4j.frame;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * What this process may have outside its heap, for threads that must not wait. {@link ByteBuffer#allocateDirect} in vain
 * collects the heap and then sleeps, half a second each time; here one looks first how much is left. Buffers that nobody reaches
 * any more count until a collection finds them, so that where there is too little, one is asked for, once a minute at most.
 * Any thread.
 */
public final class DirectMemory {
    private static final long LIMIT = mostOctets();
    private static final BufferPoolMXBean DIRECT = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();
    private static final long COLLECTION_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
    /** What a collection has found is given back by another thread. */
    private static final int COLLECTION_WAITS = 100;
    private static final long COLLECTION_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final NanoClock clock;
    private final long reserve;
    private final LongSupplier rest;
    private final IntFunction<ByteBuffer> memory;
    private final Runnable collection;
    private volatile long nextCollectionNs = Long.MIN_VALUE;

    /**
     * Memory of this process.
     *
     * @param clock   by which collections are a minute apart.
     * @param reserve octets that are left to others.
     */
    public DirectMemory(final NanoClock clock, final long reserve) {
        this(clock, reserve, () -> LIMIT - DIRECT.getTotalCapacity(), ByteBuffer::allocateDirect, System::gc);
    }

    DirectMemory(
        final NanoClock clock, final long reserve, final LongSupplier rest, final IntFunction<ByteBuffer> memory,
        final Runnable collection) {
        this.clock = clock;
        this.reserve = reserve;
        this.rest = rest;
        this.memory = memory;
        this.collection = collection;
    }

    /** As java.nio has it: -XX:MaxDirectMemorySize, or as much as the heap may have. */
    private static long mostOctets() {
        final HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        final long set = machine == null ? 0 : Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
        return set > 0 ? set : Runtime.getRuntime().maxMemory();
    }

    /**
     * Most that this process may have.
     *
     * @return octets, of all users.
     */
    public static long limit() {
        return LIMIT;
    }

    /**
     * What can be had now.
     *
     * @return octets besides the reserve, 0 or more.
     */
    public long left() {
        return Math.max(0, rest.getAsLong() - reserve);
    }

    /**
     * What can be had now; where that is less than is wanted, after a collection, unless the last was less than a minute ago.
     *
     * @param wanted octets.
     * @return octets besides the reserve, 0 or more.
     */
    public long left(final long wanted) {
        if (left() < wanted && clock.nanoTime() >= nextCollectionNs) {
            nextCollectionNs = clock.nanoTime() + COLLECTION_INTERVAL_NS;
            collection.run();
            for (int i = 0; i < COLLECTION_WAITS && left() < wanted; i++) {
                LockSupport.parkNanos(COLLECTION_WAIT_NS);
            }
        }
        return left();
    }

    /**
     * Allocates, if that leaves the reserve.
     *
     * @param capacity octets.
     * @return a direct buffer, all zero, or null.
     */
    public ByteBuffer allocate(final int capacity) {
        if (left(capacity) < capacity) {
            return null;
        }
        try {
            return memory.apply(capacity);
        } catch (final OutOfMemoryError e) {
            return null; // another thread was faster
        }
    }
}
