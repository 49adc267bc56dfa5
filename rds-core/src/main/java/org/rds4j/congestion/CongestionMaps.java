package org.rds4j.congestion;

import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.frame.OffHeap;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * The congestion maps of all hosts that told one, this host's own among them, in one memory that application threads may read:
 * whoever sends asks here whether the destination is congested.
 * <pre>
 *      0 +------------------------------------------+
 *        | hosts with a port congested              |  read before every datagram, written when that changes
 *    128 | maps that came, and changes of our own   |
 *    256 +------------------------------------------+
 *        | one entry of 32 octets per slot:         |  open addressing; nothing is ever removed
 *        | address high, low, ports set, map index, |
 *        | the count of changes at the last of its  |
 *        +------------------------------------------+
 *        | maps of 8192 octets: port p is bit       |
 *        | p mod 8 of octet p / 8 (as on the wire)  |
 *        +------------------------------------------+
 * </pre>
 * Written by the engine's thread, read by any. A reader may see half of a new map; that is as good as a map that came a little
 * later. Nor does it believe what it reads, as in memory that processes share anything may stand: what makes no sense is not
 * congested.
 */
public final class CongestionMaps {
    /** Octets of a map, in memory and on the wire: one bit for each of 65,536 ports. */
    public static final int MAP_LENGTH = RdsHeaderFlyweight.MAP_LENGTH;
    /** Answer of {@link #add} when there is no room for another host. */
    public static final int FULL = -1;

    private static final int CONGESTED_HOSTS_OFFSET = 0;
    private static final int UPDATES_OFFSET = 128;
    private static final int ENTRIES_OFFSET = 256;
    private static final int ENTRY_LENGTH = 32;
    private static final int HIGH_OFFSET = 0;
    private static final int LOW_OFFSET = 8;
    private static final int PORTS_SET_OFFSET = 16;
    private static final int MAP_OFFSET = 20;
    private static final int CHANGED_OFFSET = 24;
    private static final int ALIGNMENT = 128;
    private static final int NONE = -1;

    private final AtomicBuffer memory;
    private final CongestionCounts counts;
    private final int maxHosts;
    private final int slotMask;
    private final int mapsOffset;
    private final AtomicInteger hosts = new AtomicInteger();
    private final int[] entries;

    /**
     * Maps in given memory.
     *
     * @param memory   all 0, {@link #length} octets, outside the heap. Only to be read where another process writes it.
     * @param maxHosts most hosts.
     * @param counts   of this process.
     */
    public CongestionMaps(final AtomicBuffer memory, final int maxHosts, final CongestionCounts counts) {
        memory.boundsCheck(0, length(maxHosts));
        this.memory = memory;
        this.counts = counts;
        this.maxHosts = maxHosts;
        this.slotMask = slots(maxHosts) - 1;
        this.mapsOffset = mapsOffset(maxHosts);
        this.entries = new int[maxHosts];
    }

    /**
     * Maps in memory of their own.
     *
     * @param maxHosts most hosts.
     * @return no host is known.
     */
    public static CongestionMaps inMemory(final int maxHosts) {
        return new CongestionMaps(
            new UnsafeBuffer(BufferUtil.allocateDirectAligned(length(maxHosts), ALIGNMENT)), maxHosts,
            new CongestionCounts(new UnsafeBuffer(BufferUtil.allocateDirectAligned(ALIGNMENT, ALIGNMENT)), 0));
    }

    /**
     * Memory needed.
     *
     * @param maxHosts most hosts, 1 to 131,072.
     * @return octets.
     */
    public static int length(final int maxHosts) {
        return Math.toIntExact(mapsOffset(maxHosts) + (long) maxHosts * MAP_LENGTH);
    }

    private static int slots(final int maxHosts) {
        return BitUtil.findNextPositivePowerOfTwo(maxHosts) * 2;
    }

    private static int mapsOffset(final int maxHosts) {
        return BitUtil.align(ENTRIES_OFFSET + slots(maxHosts) * ENTRY_LENGTH, ALIGNMENT);
    }

    /**
     * Whether a host said that one of its ports is congested; any thread. While no port of any host is, this reads one word.
     *
     * @param high bits 127..64 of the host's address.
     * @param low  bits 63..0 of the host's address.
     * @param port of the destination.
     * @return true if datagrams to it should wait.
     */
    public boolean isCongested(final long high, final long low, final int port) {
        return memory.getIntAcquire(CONGESTED_HOSTS_OFFSET) != 0 && isSet(entry(high, low), port);
    }

    /**
     * Whether a host said that any of its ports is congested; any thread.
     *
     * @param high bits 127..64 of the host's address.
     * @param low  bits 63..0 of the host's address.
     * @return false while its last map was empty, or none has come.
     */
    public boolean hasCongestedPort(final long high, final long low) {
        final int entry = entry(high, low);
        return memory.getIntAcquire(entry + MAP_OFFSET) != 0 && memory.getInt(entry + PORTS_SET_OFFSET) != 0;
    }

    private boolean isSet(final int entry, final int port) {
        final int map = entry == NONE ? 0 : memory.getIntAcquire(entry + MAP_OFFSET);
        return map >= mapsOffset && map <= memory.capacity() - MAP_LENGTH && memory.getInt(entry + PORTS_SET_OFFSET) != 0
            && (memory.getByte(map + (port >>> 3)) & 1 << (port & 7)) != 0;
    }

    /** The host's entry, or the free one where it would be; {@link #NONE} in memory that none can be found in. */
    private int entry(final long high, final long low) {
        final long hash = (high * 31 + low) * 0x9e37_79b9_7f4a_7c15L;
        int slot = (int) (hash >>> 32) & slotMask;
        for (int looked = 0; looked <= slotMask; looked++) {
            final int entry = ENTRIES_OFFSET + slot * ENTRY_LENGTH;
            if (memory.getIntAcquire(entry + MAP_OFFSET) == 0
                || (memory.getLong(entry + LOW_OFFSET) == low && memory.getLong(entry + HIGH_OFFSET) == high)) {
                return entry;
            }
            slot = slot + 1 & slotMask;
        }
        return NONE;
    }

    /**
     * How often something has changed; any thread.
     *
     * @return grows with every map that came and every change of this host's own.
     */
    public long updates() {
        return memory.getLongAcquire(UPDATES_OFFSET);
    }

    /** Counts a datagram that was refused because its destination is congested; any thread. */
    public void countRefused() {
        counts.addRefused(1);
    }

    /** Counts a datagram that waits because its destination is congested; any thread. */
    public void countBlocked() {
        counts.addBlocked(1);
    }

    /**
     * Counts what other processes have counted.
     *
     * @param refused datagrams refused there since the last time.
     * @param blocked datagrams that waited.
     */
    public void count(final long refused, final long blocked) {
        counts.addRefused(refused);
        counts.addBlocked(blocked);
    }

    /**
     * How often senders met congestion; any thread.
     *
     * @return the counts.
     */
    public CongestionCounts counts() {
        return counts;
    }

    /**
     * Finds or adds a host; engine thread.
     *
     * @param high bits 127..64 of its address.
     * @param low  bits 63..0 of its address.
     * @return its number for the calls below, or {@link #FULL}.
     */
    public int add(final long high, final long low) {
        final int entry = entry(high, low);
        if (memory.getInt(entry + MAP_OFFSET) == 0) {
            final int known = hosts.get();
            if (known == maxHosts) {
                return FULL;
            }
            memory.putLong(entry + HIGH_OFFSET, high);
            memory.putLong(entry + LOW_OFFSET, low);
            memory.putIntRelease(entry + MAP_OFFSET, mapsOffset + known * MAP_LENGTH);
            entries[known] = entry;
            hosts.setRelease(known + 1);
        }
        return entry;
    }

    /**
     * Takes a host's new map, whole; engine thread.
     *
     * @param host   its number.
     * @param source address of {@link #MAP_LENGTH} octets; borrowed for the call.
     */
    public void replace(final int host, final long source) {
        final int map = memory.getInt(host + MAP_OFFSET);
        int portsSet = 0;
        OffHeap.copy(source, memory.addressOffset() + map, MAP_LENGTH);
        for (int i = 0; i < MAP_LENGTH; i += Long.BYTES) {
            portsSet += Long.bitCount(memory.getLong(map + i));
        }
        portsSet(host, portsSet);
    }

    /**
     * Marks a port congested; engine thread.
     *
     * @param host its number.
     * @param port of the host, not marked yet.
     */
    public void set(final int host, final int port) {
        final int octet = memory.getInt(host + MAP_OFFSET) + (port >>> 3);
        memory.putByte(octet, (byte) (memory.getByte(octet) | 1 << (port & 7)));
        portsSet(host, memory.getInt(host + PORTS_SET_OFFSET) + 1);
    }

    /**
     * Takes a mark off; engine thread.
     *
     * @param host its number.
     * @param port of the host, marked.
     */
    public void clear(final int host, final int port) {
        final int octet = memory.getInt(host + MAP_OFFSET) + (port >>> 3);
        memory.putByte(octet, (byte) (memory.getByte(octet) & ~(1 << (port & 7))));
        portsSet(host, memory.getInt(host + PORTS_SET_OFFSET) - 1);
    }

    private void portsSet(final int host, final int portsSet) {
        final int before = memory.getInt(host + PORTS_SET_OFFSET);
        memory.putInt(host + PORTS_SET_OFFSET, portsSet);
        final int change = Integer.signum(portsSet) - Integer.signum(before);
        final long updates = memory.getLong(UPDATES_OFFSET) + 1;
        memory.putLongRelease(host + CHANGED_OFFSET, updates);
        memory.putIntRelease(CONGESTED_HOSTS_OFFSET, memory.getInt(CONGESTED_HOSTS_OFFSET) + change);
        memory.putLongRelease(UPDATES_OFFSET, updates);
    }

    /**
     * Copies a host's map; engine thread.
     *
     * @param host   its number.
     * @param target address of {@link #MAP_LENGTH} octets.
     */
    public void copyTo(final int host, final long target) {
        OffHeap.copy(memory.addressOffset() + memory.getInt(host + MAP_OFFSET), target, MAP_LENGTH);
    }

    /**
     * Shows what changed to processes that share other memory, which they only read; a thread of the driver's.
     *
     * @param target as of the constructor, for as many hosts.
     * @param since  the answer of the call before, 0 for the first.
     * @return {@link #updates()} as shown; what changes meanwhile is shown by the next call.
     */
    public long copyTo(final AtomicBuffer target, final long since) {
        final long updates = updates();
        final int congestedHosts = memory.getIntAcquire(CONGESTED_HOSTS_OFFSET);
        for (int i = hosts.getAcquire() - 1; i >= 0; i--) {
            if (memory.getLongAcquire(entries[i] + CHANGED_OFFSET) > since) {
                copyHost(entries[i], target);
            }
        }
        target.putIntRelease(CONGESTED_HOSTS_OFFSET, congestedHosts);
        target.putLongRelease(UPDATES_OFFSET, updates);
        return updates;
    }

    /** The map's place comes last: by it a reader knows that the host is there. */
    private void copyHost(final int entry, final AtomicBuffer target) {
        final int map = memory.getIntAcquire(entry + MAP_OFFSET);
        target.putBytes(map, memory, map, MAP_LENGTH);
        target.putLong(entry + HIGH_OFFSET, memory.getLong(entry + HIGH_OFFSET));
        target.putLong(entry + LOW_OFFSET, memory.getLong(entry + LOW_OFFSET));
        target.putInt(entry + PORTS_SET_OFFSET, memory.getInt(entry + PORTS_SET_OFFSET));
        target.putIntRelease(entry + MAP_OFFSET, map);
    }

    /**
     * Most hosts that there is room for.
     *
     * @return as given at the start.
     */
    public int maxHosts() {
        return maxHosts;
    }
}
