package org.rds4j.tcp.network;

import org.agrona.BitUtil;

/**
 * Objects by 128-bit address: open addressing with linear probing, sized once so that it is at most half full. The hash is
 * seeded, so that a stranger cannot choose colliding addresses. Allocates nothing after construction; one thread.
 */
final class AddressTable<T extends AddressTable.Entry> {
    /** What can be found by an address, which must not change while it is in a table. */
    interface Entry {
        /** Bits 127..64. */
        long high();

        /** Bits 63..0. */
        long low();
    }

    private final Entry[] entries;
    private final int mask;
    private final long seed;

    AddressTable(final int capacity, final long seed) {
        this.entries = new Entry[BitUtil.findNextPositivePowerOfTwo(Math.max(2, capacity) * 2)];
        this.mask = entries.length - 1;
        this.seed = seed | 1;
    }

    /** The entry of that address, or null. */
    @SuppressWarnings("unchecked") // only add writes, and it takes T
    T get(final long high, final long low) {
        int index = slot(high, low);
        Entry entry = entries[index];
        while (entry != null && (entry.low() != low || entry.high() != high)) {
            index = (index + 1) & mask;
            entry = entries[index];
        }
        return (T) entry;
    }

    /** Adds an entry whose address is not in the table; there must be room. */
    void add(final T entry) {
        int index = slot(entry.high(), entry.low());
        while (entries[index] != null) {
            index = (index + 1) & mask;
        }
        entries[index] = entry;
    }

    /** Removes the entry of that address, if there is one. */
    void remove(final long high, final long low) {
        int index = slot(high, low);
        while (entries[index] != null) {
            if (entries[index].low() == low && entries[index].high() == high) {
                closeGap(index);
                return;
            }
            index = (index + 1) & mask;
        }
    }

    /** Moves later entries of the same run back, so that probing never meets a hole (Knuth, algorithm 6.4R). */
    private void closeGap(final int removed) {
        int gap = removed;
        int index = (removed + 1) & mask;
        while (entries[index] != null) {
            final Entry entry = entries[index];
            if (((index - slot(entry.high(), entry.low())) & mask) >= ((index - gap) & mask)) {
                entries[gap] = entry;
                gap = index;
            }
            index = (index + 1) & mask;
        }
        entries[gap] = null;
    }

    private int slot(final long high, final long low) {
        return (int) mix(mix(seed ^ low) ^ high) & mask;
    }

    private long mix(final long value) {
        final long product = Math.unsignedMultiplyHigh(value, seed) ^ (value * seed);
        return product ^ (product >>> 32) ^ value;
    }
}
