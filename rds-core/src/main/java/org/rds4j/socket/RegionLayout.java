package org.rds4j.socket;

import org.agrona.BitUtil;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.rds4j.RdsContext;

/**
 * Lengths of a {@link SocketRegion}, and where its parts lie when it is one run of memory that processes share.
 *
 * @param submitRingLength  octets of the submit ring, a power of two.
 * @param receiveRingLength octets of the receive ring, a power of two.
 * @param blockCount        blocks per direction.
 * @param blockLength       octets of a block.
 */
public record RegionLayout(int submitRingLength, int receiveRingLength, int blockCount, int blockLength) {
    /** Octets of the header, with room for words to come. */
    public static final int HEADER_LENGTH = 4096;

    /** Rings and blocks begin at a page, so that a block never used has no memory behind it. */
    private static final int PAGE_LENGTH = 4096;
    private static final int LARGEST_LENGTH = 1 << 30;

    /**
     * Checks the lengths, which may come from another process.
     *
     * @throws IllegalArgumentException when a length is out of range.
     */
    public RegionLayout {
        requirePowerOfTwo(submitRingLength);
        requirePowerOfTwo(receiveRingLength);
        require(blockCount > 0 && blockCount <= SocketRegion.MAX_BLOCKS, blockCount);
        require(blockLength > 0 && blockLength <= LARGEST_LENGTH, blockLength);
    }

    private static void requirePowerOfTwo(final int length) {
        require(length >= 1024 && length <= LARGEST_LENGTH && BitUtil.isPowerOfTwo(length), length);
    }

    private static void require(final boolean condition, final int value) {
        if (!condition) {
            throw new IllegalArgumentException("no length of a socket's region: " + value);
        }
    }

    /**
     * The lengths that a node's sockets have.
     *
     * @param context concluded.
     * @return its layout.
     */
    public static RegionLayout of(final RdsContext context) {
        return new RegionLayout(context.submitRingLength(), context.receiveBufferLength(), context.largeBlocks(),
            context.maxMessageLength());
    }

    long submitRingOffset() {
        return HEADER_LENGTH;
    }

    int submitMemoryLength() {
        return submitRingLength + RingBufferDescriptor.TRAILER_LENGTH;
    }

    long receiveRingOffset() {
        return nextPage(submitRingOffset() + submitMemoryLength());
    }

    int receiveMemoryLength() {
        return receiveRingLength + RingBufferDescriptor.TRAILER_LENGTH;
    }

    long submitBlockOffset(final int block) {
        return denseLength() + block * nextPage(blockLength);
    }

    long receiveBlockOffset(final int block) {
        return submitBlockOffset(blockCount + block);
    }

    /**
     * Octets of header and rings, which are in use from the start and come first.
     *
     * @return where the blocks begin.
     */
    public long denseLength() {
        return nextPage(receiveRingOffset() + receiveMemoryLength());
    }

    /**
     * Octets of everything.
     *
     * @return the length of a region's file.
     */
    public long length() {
        return submitBlockOffset(2 * blockCount);
    }

    private static long nextPage(final long offset) {
        return BitUtil.align(offset, (long) PAGE_LENGTH);
    }
}
