package org.rds4j.tcp.send;

/**
 * Memory for the send records of an engine's connections. A few records are part of a connection; one with more in flight takes a
 * block from here and gives it back when everything is acknowledged, so an idle connection holds nothing. Blocks come in sizes
 * that grow fourfold; those given back are kept for the next, so that a steady load allocates nothing. One thread.
 */
public final class RecordPool {
    /** Records that a connection has without asking. */
    static final int OWN = 2;
    private static final int GROWTH_BITS = 2;
    private static final int SIZES = 8;
    /** Most records of one connection: what an acknowledgement may cost at worst is bounded by it (CVE-2019-11477, -11478). */
    static final int MOST = OWN << (GROWTH_BITS * SIZES);

    private final int bound;
    private final RecordBlock[] spare = new RecordBlock[SIZES];
    private int allocated;
    private int lent;

    /**
     * A pool that has allocated nothing yet.
     *
     * @param bound most records in all blocks together.
     */
    public RecordPool(final int bound) {
        this.bound = bound;
    }

    /** A block for more records than one of the given capacity holds, or null at the bound. */
    RecordBlock take(final int capacity) {
        if (capacity >= MOST) {
            return null;
        }
        final int size = sizeOf(capacity);
        final int wanted = capacity << GROWTH_BITS;
        RecordBlock block = spare[size];
        if (block != null) {
            spare[size] = block.next;
            block.next = null;
        } else {
            block = allocate(wanted);
        }
        lent += block == null ? 0 : wanted;
        return block;
    }

    void give(final RecordBlock block) {
        final int size = sizeOf(block.capacity() >> GROWTH_BITS);
        block.next = spare[size];
        spare[size] = block;
        lent -= block.capacity();
    }

    private RecordBlock allocate(final int capacity) {
        if (allocated + capacity > bound) {
            discardSpare();
        }
        if (allocated + capacity > bound) {
            return null;
        }
        allocated += capacity;
        return new RecordBlock(capacity);
    }

    /** Blocks of other sizes stand in the way of the one that is needed. */
    private void discardSpare() {
        for (int size = 0; size < SIZES; size++) {
            for (RecordBlock block = spare[size]; block != null; block = block.next) {
                allocated -= block.capacity();
            }
            spare[size] = null;
        }
    }

    /** 0 for the block that follows the connection's own records, and so on. */
    private static int sizeOf(final int capacityBefore) {
        return (Integer.numberOfTrailingZeros(capacityBefore) - Integer.numberOfTrailingZeros(OWN)) / GROWTH_BITS;
    }

    /**
     * Records lent to connections.
     *
     * @return 0 when nothing is in flight.
     */
    public int lent() {
        return lent;
    }
}
