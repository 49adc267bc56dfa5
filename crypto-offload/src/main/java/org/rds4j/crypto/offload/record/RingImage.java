package org.rds4j.crypto.offload.record;

/** A stream in a ring: the octet of sequence number {@code s} stands {@code s - first} behind the start, modulo the capacity. */
public final class RingImage implements StreamImage {
    private final long address;
    private final int mask;
    private final int memoryKey;
    private final int first;

    /**
     * An image.
     *
     * @param address   of the ring.
     * @param capacity  octets, a power of two.
     * @param memoryKey of the ring.
     * @param first     sequence number of the octet that stands at the ring's start.
     */
    public RingImage(final long address, final int capacity, final int memoryKey, final int first) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("a ring of " + capacity + " octets is not a power of two");
        }
        this.address = address;
        this.mask = capacity - 1;
        this.memoryKey = memoryKey;
        this.first = first;
    }

    @Override
    public long address(final int sequence) {
        return address + (sequence - first & mask);
    }

    @Override
    public int contiguous(final int sequence) {
        return mask + 1 - (sequence - first & mask);
    }

    @Override
    public int memoryKey(final int sequence) {
        return memoryKey;
    }
}
