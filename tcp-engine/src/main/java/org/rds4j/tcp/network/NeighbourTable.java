package org.rds4j.tcp.network;

/**
 * A bounded set of neighbours. What is asked for by routes may evict the least recently used; what is merely overheard gets
 * a quarter of the table and evicts nothing, so that strangers cannot push out the peers of running connections.
 */
final class NeighbourTable {
    /** A neighbour used more recently than this is not evicted. */
    static final long PROTECTED_NS = 2_000_000_000L;

    private final NetworkCounters counters;
    private final AddressTable<Neighbour> byAddress;
    private final Neighbour[] slots;
    private final Neighbour[] free;
    private final int maxOverheard;
    private int freeCount;
    private int overheard;
    private boolean isCrowded;
    private long noVictimBeforeNs;

    NeighbourTable(final int capacity, final long seed, final NetworkCounters counters) {
        this.counters = counters;
        this.byAddress = new AddressTable<>(capacity, seed);
        this.slots = new Neighbour[capacity];
        this.free = new Neighbour[capacity];
        this.maxOverheard = capacity / 4;
        for (int i = 0; i < capacity; i++) {
            slots[i] = new Neighbour();
            free[freeCount++] = slots[i];
        }
    }

    int capacity() {
        return slots.length;
    }

    int size() {
        return slots.length - freeCount;
    }

    /** The slot with that number, free or not. */
    Neighbour slot(final int index) {
        return slots[index];
    }

    /** The neighbour with that address, or null. */
    Neighbour get(final long high, final long low) {
        return byAddress.get(high, low);
    }

    /** Takes in a neighbour that a route wants; null when all others are in use. */
    Neighbour addWanted(final long high, final long low, final long nowNs) {
        if (freeCount == 0 && !evict(nowNs)) {
            counters.increment(NetworkCounter.NEIGHBOUR_TABLE_FULL);
            return null;
        }
        return add(high, low, nowNs);
    }

    /** Takes in a neighbour that spoke to us; null when enough of those are there. */
    Neighbour addOverheard(final long high, final long low, final long nowNs) {
        if (freeCount == 0 || overheard >= maxOverheard) {
            counters.increment(NetworkCounter.NEIGHBOUR_TABLE_FULL);
            return null;
        }
        final Neighbour neighbour = add(high, low, nowNs);
        neighbour.isOverheard = true;
        overheard++;
        return neighbour;
    }

    /** Notes that a route uses the neighbour. */
    void use(final Neighbour neighbour, final long nowNs) {
        neighbour.usedNs = nowNs;
        if (neighbour.isOverheard) {
            neighbour.isOverheard = false;
            overheard--;
        }
    }

    void remove(final Neighbour neighbour) {
        byAddress.remove(neighbour.high, neighbour.low);
        if (neighbour.isOverheard) {
            neighbour.isOverheard = false;
            overheard--;
        }
        neighbour.state = Neighbour.State.FREE;
        neighbour.high = 0;
        neighbour.low = 0;
        neighbour.mac = 0;
        free[freeCount++] = neighbour;
    }

    private Neighbour add(final long high, final long low, final long nowNs) {
        final Neighbour neighbour = free[--freeCount];
        neighbour.high = high;
        neighbour.low = low;
        neighbour.awaitsReply = false;
        neighbour.requests = 0;
        neighbour.usedNs = nowNs;
        neighbour.deadlineNs = Long.MAX_VALUE;
        byAddress.add(neighbour);
        return neighbour;
    }

    /** Removes the least recently used neighbour, if it rests long enough. */
    private boolean evict(final long nowNs) {
        if (isCrowded && nowNs < noVictimBeforeNs) {
            return false;
        }
        Neighbour oldest = slots[0];
        for (final Neighbour slot : slots) {
            if (slot.usedNs < oldest.usedNs) {
                oldest = slot;
            }
        }
        noVictimBeforeNs = oldest.usedNs + PROTECTED_NS;
        isCrowded = nowNs < noVictimBeforeNs;
        if (isCrowded) {
            return false;
        }
        remove(oldest);
        counters.increment(NetworkCounter.NEIGHBOUR_EVICTED);
        return true;
    }
}
