package org.rds4j.tcp.table;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.agrona.BitUtil;
import org.rds4j.tcp.steering.FlowOwner;

/**
 * Open-addressing table of four-tuples with linear probing, sized once so that it is at most half full. The hash is seeded, so
 * that a stranger cannot choose colliding tuples. Allocates nothing after construction; one thread.
 */
public final class ConnectionTable {
    /** Stands for every interface in {@link #interfaceId(int)}. */
    public static final int ANY_INTERFACE = -1;

    private final FourTuple[] entries;
    private final int mask;
    private final long seed;
    private int size;
    private int interfaceId;
    private FlowOwner owner = FlowOwner.ALL;

    /**
     * An empty table.
     *
     * @param capacity most entries it will hold.
     * @param random   gives the seed.
     */
    public ConnectionTable(final int capacity, final RandomGenerator random) {
        entries = new FourTuple[BitUtil.findNextPositivePowerOfTwo(Math.max(2, capacity) * 2)];
        mask = entries.length - 1;
        seed = random.nextLong() | 1;
    }

    /**
     * Says who is told of entries that come and go.
     *
     * @param owner told of each. Retained. The table is empty.
     */
    public void owner(final FlowOwner owner) {
        this.owner = owner;
    }

    /**
     * Entries held.
     *
     * @return the count.
     */
    public int size() {
        return size;
    }

    /**
     * Says which interface the next searches are about: an entry of another is not found.
     *
     * @param id 0 or more; 0 at first.
     */
    public void interfaceId(final int id) {
        interfaceId = id;
    }

    /**
     * Finds an entry of the present interface.
     *
     * @param remoteHigh bits 127..64 of the remote address.
     * @param remoteLow  bits 63..0 of the remote address.
     * @param localHigh  bits 127..64 of the local address.
     * @param localLow   bits 63..0 of the local address.
     * @param remotePort the remote port.
     * @param localPort  the local port.
     * @return the entry, or null.
     */
    public FourTuple find(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        int index = slot(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort);
        FourTuple entry = entries[index];
        while (entry != null && ((interfaceId != ANY_INTERFACE && entry.interfaceId() != interfaceId)
            || !entry.matches(remoteHigh, remoteLow, localHigh, localLow, remotePort, localPort))) {
            index = (index + 1) & mask;
            entry = entries[index];
        }
        return entry;
    }

    /**
     * Adds an entry. Its tuple must not be in the table, must not change while it is, and there must be room.
     *
     * @param entry retained until removed.
     */
    public void add(final FourTuple entry) {
        int index = slot(entry);
        while (entries[index] != null) {
            index = (index + 1) & mask;
        }
        entries[index] = entry;
        size++;
        owner.opened(entry.localPort());
    }

    /**
     * Removes an entry; no-op if it is absent.
     *
     * @param entry the very object that was added.
     */
    @SuppressWarnings("ReferenceEquality") // a tuple is in the table once; another object with the same tuple is not meant
    public void remove(final FourTuple entry) {
        int index = slot(entry);
        while (entries[index] != entry) {
            if (entries[index] == null) {
                return;
            }
            index = (index + 1) & mask;
        }
        size--;
        closeGap(index);
        owner.closed(entry.localPort());
    }

    /** Moves later entries of the same run back, so that probing never meets a hole (Knuth, algorithm 6.4R). */
    private void closeGap(final int removed) {
        int gap = removed;
        int index = removed;
        while (true) {
            index = (index + 1) & mask;
            final FourTuple entry = entries[index];
            if (entry == null) {
                entries[gap] = null;
                return;
            }
            if (((index - slot(entry)) & mask) >= ((index - gap) & mask)) {
                entries[gap] = entry;
                gap = index;
            }
        }
    }

    /**
     * Shows every entry. Walks the whole table: for control, not for the packet path.
     *
     * @param action done with each; must not change the table.
     */
    public void forEach(final Consumer<FourTuple> action) {
        for (final FourTuple entry : entries) {
            if (entry != null) {
                action.accept(entry);
            }
        }
    }

    private int slot(final FourTuple entry) {
        return slot(
            entry.remoteHigh(), entry.remoteLow(), entry.localHigh(), entry.localLow(),
            entry.remotePort(), entry.localPort());
    }

    private int slot(
        final long remoteHigh, final long remoteLow, final long localHigh, final long localLow,
        final int remotePort, final int localPort) {
        long hash = mix(seed ^ remoteLow ^ ((long) remotePort << 48 | (long) localPort << 32));
        hash = mix(hash ^ remoteHigh ^ Long.rotateLeft(localLow, 32));
        return (int) mix(hash ^ localHigh) & mask;
    }

    private long mix(final long value) {
        final long product = Math.unsignedMultiplyHigh(value, seed) ^ (value * seed);
        return product ^ (product >>> 32) ^ value;
    }
}
