package org.rds4j.tcp.stream;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.wire.InternetChecksum;

/**
 * Off-heap ring of octets addressed by stream position, with an overhang behind its end in which a run that crosses the end
 * can lie linearly. It knows nothing of what is valid; its owner does.
 * <pre>
 *   0                                    capacity        capacity + overhang
 *   +------------------------------------+-------------------+
 *   | octet p lies at p mod capacity     | image of the head |
 *   +------------------------------------+-------------------+
 * </pre>
 */
public final class StreamRing {
    private final ByteBuffer memory;
    private final long address;
    private final int capacity;
    private final int overhang;

    /**
     * A ring of zeros.
     *
     * @param capacity octets, a power of two.
     * @param overhang octets behind the end.
     */
    public StreamRing(final int capacity, final int overhang) {
        this.memory = ByteBuffer.allocateDirect(capacity + overhang);
        this.address = BufferUtil.address(memory);
        this.capacity = capacity;
        this.overhang = overhang;
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
