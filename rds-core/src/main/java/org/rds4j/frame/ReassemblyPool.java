package org.rds4j.frame;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Memory for partly received messages of all paths of an engine, in sizes of powers of two from 4 KiB, bounded in all.
 * Buffers are made when first needed and kept for reuse, but for as many only as the process has memory left besides. Where that
 * is less than the bound, a quarter of what there is for a pool remains for others: never all, and never nothing.
 * Engine thread only.
 */
public final class ReassemblyPool {
    private static final int SMALLEST_SHIFT = 12;
    private static final int OTHERS_PART = 4;

    private final ArrayDeque<ReassemblyBuffer>[] free;
    private final DirectMemory memory;
    private final long bound;
    private long allocatedLength;
    private long usedLength;
    private long copiedLength;

    /**
     * An empty pool.
     *
     * @param bound  most octets of all its buffers, free ones included.
     * @param memory where they come from.
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type has no other spelling
    public ReassemblyPool(final long bound, final DirectMemory memory) {
        this.bound = bound;
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
     * Most octets of all buffers as things are.
     *
     * @return the bound, or less while this process has less.
     */
    public long limit() {
        return Math.min(bound, allocatedLength + left());
    }

    /** What the process has for this pool besides the part of others, which is of that and of what the pool has already. */
    private long left() {
        final long rest = memory.left();
        return Math.max(0, rest - (allocatedLength + rest) / OTHERS_PART);
    }

    /**
     * What could be lent now in buffers of one size.
     *
     * @param wanted octets; where this process has less, it looks for more, to be found later.
     * @return octets, by the bound and by what the process has.
     */
    public long available(final long wanted) {
        final long most = bound - usedLength;
        final long available = Math.min(most, allocatedLength - usedLength + left());
        if (available < Math.min(wanted, most)) {
            memory.seek();
        }
        return available;
    }

    /**
     * Takes a buffer; the caller owns it until released.
     *
     * @param length octets needed, above 0.
     * @return a buffer of at least that capacity, or null when the bound is reached or the process has no more.
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
        for (int i = free.length - 1; i >= 0 && !hasRoom(capacity);) {
            final ReassemblyBuffer idle = free[i].pollFirst();
            if (idle == null) {
                i--;
            } else {
                giveBack(idle);
            }
        }
        if (allocatedLength + capacity > bound) {
            return null;
        }
        if (left() < capacity) {
            memory.seek();
            return null;
        }
        final ByteBuffer made = memory.allocate(capacity);
        allocatedLength += made == null ? 0 : capacity;
        return made == null ? null : new ReassemblyBuffer(made);
    }

    private boolean hasRoom(final int capacity) {
        return allocatedLength + capacity <= bound && left() >= capacity;
    }

    private void giveBack(final ReassemblyBuffer idle) {
        allocatedLength -= idle.capacity();
        idle.free();
    }

    /**
     * Takes a buffer back.
     *
     * @param buffer as of {@link #acquire}; not used any more.
     */
    public void release(final ReassemblyBuffer buffer) {
        usedLength -= buffer.capacity();
        if (allocatedLength - usedLength > memory.left()) {
            giveBack(buffer); // others may need it more
        } else {
            free[sizeClass(buffer.capacity())].addFirst(buffer);
        }
    }
}
