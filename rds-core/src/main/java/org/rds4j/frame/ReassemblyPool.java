package org.rds4j.frame;

import java.util.ArrayDeque;
import java.util.function.IntFunction;

/**
 * Memory for partly received messages of all paths of an engine, in sizes of powers of two from 4 KiB, bounded in all.
 * Buffers are made when first needed and kept for reuse. Engine thread only.
 */
public final class ReassemblyPool {
    private static final int SMALLEST_SHIFT = 12;

    private final ArrayDeque<ReassemblyBuffer>[] free;
    private final IntFunction<ReassemblyBuffer> memory;
    private long limit;
    private long allocatedLength;
    private long usedLength;
    private long copiedLength;

    /**
     * An empty pool.
     *
     * @param limit most octets of all its buffers, free ones included.
     */
    public ReassemblyPool(final long limit) {
        this(limit, ReassemblyBuffer::new);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type has no other spelling
    ReassemblyPool(final long limit, final IntFunction<ReassemblyBuffer> memory) {
        this.limit = limit;
        this.memory = memory;
        this.free = new ArrayDeque[Integer.SIZE - SMALLEST_SHIFT];
        for (int i = 0; i < free.length; i++) {
            free[i] = new ArrayDeque<>();
        }
    }

    /**
     * Octets of buffers in use.
     *
     * @return 0 when every message is whole.
     */
    public long usedLength() {
        return usedLength;
    }

    /** Octets were copied to or between buffers. */
    void onCopied(final int length) {
        copiedLength += length;
    }

    /**
     * Octets copied to make messages whole.
     *
     * @return since the start; 0 when every message came in one piece.
     */
    public long copiedLength() {
        return copiedLength;
    }

    private static int sizeClass(final int length) {
        return Math.max(0, Integer.SIZE - Integer.numberOfLeadingZeros(length - 1) - SMALLEST_SHIFT);
    }

    /**
     * The bound.
     *
     * @return most octets of all buffers; less than at first when this process had no more.
     */
    public long limit() {
        return limit;
    }

    /**
     * Takes a buffer; the caller owns it until released.
     *
     * @param length octets needed, above 0.
     * @return a buffer of at least that capacity, or null when the bound is reached.
     */
    public ReassemblyBuffer acquire(final int length) {
        final int sizeClass = sizeClass(length);
        ReassemblyBuffer buffer = free[sizeClass].pollFirst();
        if (buffer == null) {
            buffer = allocate(1 << (sizeClass + SMALLEST_SHIFT));
        }
        if (buffer != null) {
            usedLength += buffer.capacity();
        }
        return buffer;
    }

    private ReassemblyBuffer allocate(final int capacity) {
        for (int i = free.length - 1; i >= 0 && allocatedLength + capacity > limit; i--) {
            for (ReassemblyBuffer idle = free[i].pollFirst(); idle != null; idle = free[i].pollFirst()) {
                allocatedLength -= idle.capacity();
            }
        }
        if (allocatedLength + capacity > limit) {
            return null;
        }
        return make(capacity);
    }

    /** The bound may be above what this process may have outside its heap; then it is what was there. */
    private ReassemblyBuffer make(final int capacity) {
        try {
            final ReassemblyBuffer buffer = memory.apply(capacity);
            allocatedLength += capacity;
            return buffer;
        } catch (final OutOfMemoryError e) {
            limit = allocatedLength; // to ask again would take long each time
            return null;
        }
    }

    /**
     * Takes a buffer back.
     *
     * @param buffer as of {@link #acquire}; not used any more.
     */
    public void release(final ReassemblyBuffer buffer) {
        usedLength -= buffer.capacity();
        free[sizeClass(buffer.capacity())].addFirst(buffer);
    }
}
