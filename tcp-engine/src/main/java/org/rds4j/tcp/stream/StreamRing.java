package org.rds4j.tcp.stream;

import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.InternetChecksum;

/**
 * Off-heap ring of octets addressed by stream position, with an overhang behind its end in which a run that crosses the end
 * can lie linearly. It knows nothing of what is valid; its owner does. It has memory from {@link #attach} to {@link #detach}
 * only, since most connections are idle most of the time.
 * <pre>
 *   0                                    capacity        capacity + overhang
 *   +------------------------------------+-------------------+
 *   | octet p lies at p mod capacity     | image of the head |
 *   +------------------------------------+-------------------+
 * </pre>
 */
public final class StreamRing {
    private final StreamMemory memory;
    private long address;
    private final int capacity;
    private final int overhang;

    /**
     * A ring without memory.
     *
     * @param memory where it is taken from when needed. Retained.
     */
    public StreamRing(final StreamMemory memory) {
        this.memory = memory;
        this.capacity = memory.capacity();
        this.overhang = memory.overhang();
    }

    /**
     * Makes sure that there is memory; its octets are of no value.
     *
     * @return false if none is left.
     */
    public boolean attach() {
        if (address == 0) {
            address = memory.take();
        }
        return address != 0;
    }

    /** Gives the memory back, if there is any: no octet is of value. */
    public void detach() {
        if (address != 0) {
            memory.give(address);
            address = 0;
        }
    }

    /**
     * Whether there is memory.
     *
     * @return true between {@link #attach} and {@link #detach}.
     */
    public boolean isAttached() {
        return address != 0;
    }

    /**
     * Where the owner's octets lie.
     *
     * @return an address, multiple of 8, while attached.
     */
    public long tailAddress() {
        return address + memory.tailOffset();
    }

    /**
     * Octets of the ring.
     *
     * @return a power of two.
     */
    public int capacity() {
        return capacity;
    }

    /**
     * Octets behind the ring's end.
     *
     * @return the length.
     */
    public int overhang() {
        return overhang;
    }

    /**
     * Where an octet lies in the ring.
     *
     * @param position of the octet.
     * @return its address.
     */
    public long address(final long position) {
        return address + (position & (capacity - 1));
    }

    /**
     * Octets from a position to the ring's end.
     *
     * @param position of an octet.
     * @return 1 to capacity.
     */
    public int untilEnd(final long position) {
        return capacity - (int) (position & (capacity - 1));
    }

    /**
     * Where the image of an octet in the overhang lies.
     *
     * @param position of an octet in the first {@link #overhang()} octets of the ring.
     * @return the address.
     */
    public long overhangAddress(final long position) {
        return address(position) + capacity;
    }

    /**
     * Copies octets into the ring.
     *
     * @param position of the first.
     * @param source   where they are now.
     * @param length   at most the capacity.
     */
    public void write(final long position, final long source, final int length) {
        final int first = Math.min(length, untilEnd(position));
        UnsafeApi.copyMemory(source, address(position), first);
        if (first < length) {
            UnsafeApi.copyMemory(source + first, address, length - first);
        }
    }

    /**
     * Copies octets into the ring and sums them.
     *
     * @param position of the first.
     * @param source   where they are now.
     * @param length   at most the capacity.
     * @return their partial sum for the Internet checksum (RFC 1071).
     */
    public long writeAndSum(final long position, final long source, final int length) {
        final int first = Math.min(length, untilEnd(position));
        final long sum = InternetChecksum.copyAndSum(source, address(position), first);
        if (first == length) {
            return sum;
        }
        UnsafeApi.copyMemory(source + first, address, length - first);
        return (first & 1) == 0
            ? InternetChecksum.partialSum(sum, address, length - first)
            : InternetChecksum.partialSumFromOdd(sum, address, length - first);
    }

    /**
     * Copies octets out of the ring.
     *
     * @param position    of the first.
     * @param destination where they go.
     * @param length      at most the capacity.
     */
    public void read(final long position, final long destination, final int length) {
        final int first = Math.min(length, untilEnd(position));
        UnsafeApi.copyMemory(address(position), destination, first);
        if (first < length) {
            UnsafeApi.copyMemory(address, destination + first, length - first);
        }
    }

    /**
     * Copies the start of the overhang to the start of the ring.
     *
     * @param length octets.
     */
    public void foldOverhang(final int length) {
        UnsafeApi.copyMemory(address + capacity, address, length);
    }

    /**
     * Copies a part of the ring's start to the same place in the overhang.
     *
     * @param from   offset of the first octet.
     * @param length octets.
     */
    public void unfoldOverhang(final int from, final int length) {
        UnsafeApi.copyMemory(address + from, address + capacity + from, length);
    }
}
