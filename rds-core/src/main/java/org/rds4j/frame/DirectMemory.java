package org.rds4j.frame;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * What this process may have outside its heap, for threads that must not wait. {@link ByteBuffer#allocateDirect} in vain
 * collects the heap and then sleeps, half a second each time; here one looks first how much is left. Buffers that nobody reaches
 * any more count until a collection finds them, so that where there is too little, another thread is asked for one. Any thread.
 */
public final class DirectMemory {
    private static final long LIMIT = mostOctets(DirectMemory::option);
    private static final BufferPoolMXBean DIRECT = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();

    /** Made when first asked for, so that a process without engine has no thread of it. */
    private static final class OfProcess {
        private static final MemoryCollector COLLECTOR = MemoryCollector.start(OfProcess::rest, System::gc);
        private static final DirectMemory MEMORY =
            new DirectMemory(OfProcess::rest, ByteBuffer::allocateDirect, COLLECTOR::ask);

        private static long rest() {
            return LIMIT - DIRECT.getTotalCapacity();
        }
    }

    private final LongSupplier rest;
    private final IntFunction<ByteBuffer> memory;
    private final Runnable collection;

    /**
     * Memory of any origin.
     *
     * @param rest       says how many octets can be had now.
     * @param memory     makes direct buffers.
     * @param collection called when there is too little; returns at once.
     */
    DirectMemory(final LongSupplier rest, final IntFunction<ByteBuffer> memory, final Runnable collection) {
        this.rest = rest;
        this.memory = memory;
        this.collection = collection;
    }

    /**
     * Memory of this process.
     *
     * @return the same for all its engines.
     */
    public static DirectMemory ofProcess() {
        return OfProcess.MEMORY;
    }

    /** As java.nio has it: -XX:MaxDirectMemorySize, or as much as the heap may have; other machines have no such option. */
    static long mostOctets(final UnaryOperator<String> options) {
        try {
            final long set = Long.parseLong(options.apply("MaxDirectMemorySize"));
            return set > 0 ? set : Runtime.getRuntime().maxMemory();
        } catch (final IllegalArgumentException e) {
            return Runtime.getRuntime().maxMemory();
        }
    }

    private static String option(final String name) {
        final HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return machine == null ? "" : machine.getVMOption(name).getValue();
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
     * @return octets, 0 or more.
     */
    public long left() {
        return Math.max(0, rest.getAsLong());
    }

    /** Has what nobody reaches any more looked for, soon; for who found too little and will come again. */
    public void seek() {
        collection.run();
    }

    /**
     * Allocates, if there is as much.
     *
     * @param capacity octets.
     * @return a direct buffer, all zero, or null.
     */
    public ByteBuffer allocate(final int capacity) {
        if (left() < capacity) {
            seek();
            return null;
        }
        try {
            return memory.apply(capacity);
        } catch (final OutOfMemoryError e) {
            return null; // another thread was faster
        }
    }
}
