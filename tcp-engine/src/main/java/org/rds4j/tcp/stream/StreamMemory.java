package org.rds4j.tcp.stream;

import java.lang.ref.Cleaner;
import org.agrona.UnsafeApi;

/**
 * The memory of one direction's rings: blocks of equal size, a bounded number of them, handed to those connections that hold
 * octets and taken back when they are empty, the last one returned first. Blocks are taken from the system when all others are in
 * use and given back with this object, so what is committed follows the most that were ever in use at once. One thread.
 * <pre>
 *   0               capacity          capacity + overhang   (rounded up to 8)
 *   +---------------+-----------------+---------------------+
 *   | ring          | overhang        | tail, the owner's   |
 *   +---------------+-----------------+---------------------+
 * </pre>
 */
public final class StreamMemory {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Blocks blocks;
    private final long[] free;
    private final int capacity;
    private final int overhang;
    private final int tailOffset;
    private final int length;
    private int freeCount;
    private long refusals;

    /**
     * Memory of which nothing is taken from the system yet.
     *
     * @param most     blocks.
     * @param capacity octets of a ring, a power of two.
     * @param overhang octets behind its end.
     * @param tail     octets for the owner behind those.
     */
    public StreamMemory(final int most, final int capacity, final int overhang, final int tail) {
        this.blocks = new Blocks(most);
        this.free = new long[most];
        this.capacity = capacity;
        this.overhang = overhang;
        this.tailOffset = (capacity + overhang + Long.BYTES - 1) & -Long.BYTES;
        this.length = tailOffset + tail;
        CLEANER.register(this, blocks);
    }

    /** Takes a block; 0 when all are in use. */
    long take() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (blocks.count == blocks.addresses.length) {
            refusals++;
            return 0;
        }
        final long address = UnsafeApi.allocateMemory(length);
        blocks.addresses[blocks.count++] = address;
        return address;
    }

    /** Takes a block back. */
    void give(final long address) {
        free[freeCount++] = address;
    }

    int capacity() {
        return capacity;
    }

    int overhang() {
        return overhang;
    }

    int tailOffset() {
        return tailOffset;
    }

    /**
     * Blocks in use.
     *
     * @return a count.
     */
    public int inUse() {
        return blocks.count - freeCount;
    }

    /**
     * Octets taken from the system.
     *
     * @return what the most blocks that were ever in use at once take.
     */
    public long reservedOctets() {
        return (long) blocks.count * length;
    }

    /**
     * How often there was no block left.
     *
     * @return a count.
     */
    public long refusals() {
        return refusals;
    }

    /** What is given back to the system when nobody can reach the memory any more. */
    private static final class Blocks implements Runnable {
        private final long[] addresses;
        private int count;

        private Blocks(final int most) {
            addresses = new long[most];
        }

        @Override
        public void run() {
            for (int i = 0; i < count; i++) {
                UnsafeApi.freeMemory(addresses[i]);
            }
            count = 0;
        }
    }
}
