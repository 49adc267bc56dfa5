package org.rds4j.socket;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Blocks for payloads too long for a ring: one per datagram, found through a record in the ring, which keeps the order.
 * Rings stay small, and so in the cache, while one datagram may be as long as a block. Each block has a state word in the
 * socket's region: 0 free, 1 taken. Any thread may take and free. In a region of this process a block's memory is made when
 * it is first taken; in one that processes share it has its place.
 */
public final class BlockPool {
    /** Answer of {@link #take} when there is no block to be had. */
    public static final int NONE = -1;

    private final AtomicBuffer states;
    private final int statesOffset;
    private final UnsafeBuffer[] blocks;
    private final int blockLength;
    private final IntFunction<ByteBuffer> memory;

    /** Of blocks that are made by a function of their length, which answers null or throws OutOfMemoryError when it cannot. */
    BlockPool(
        final AtomicBuffer states, final int statesOffset, final int count, final int blockLength,
        final IntFunction<ByteBuffer> memory) {
        this.states = states;
        this.statesOffset = statesOffset;
        this.blocks = new UnsafeBuffer[count];
        this.blockLength = blockLength;
        this.memory = memory;
    }

    BlockPool(final AtomicBuffer states, final int statesOffset, final UnsafeBuffer[] blocks) {
        this.states = states;
        this.statesOffset = statesOffset;
        this.blocks = blocks;
        this.blockLength = blocks[0].capacity();
        this.memory = null; // each block is there
    }

    /**
     * Takes a free block; the taker owns it until someone frees it.
     *
     * @return its index, or {@link #NONE} when each is taken or the process has no memory for more.
     */
    public int take() {
        boolean hasMemory = true; // to ask once is enough, as it may take long
        for (int i = 0; i < blocks.length; i++) {
            if (states.compareAndSetInt(statesOffset + i * Integer.BYTES, 0, 1)) {
                if (blocks[i] != null) {
                    return i;
                }
                hasMemory = hasMemory && isMade(i);
                if (hasMemory) {
                    return i;
                }
                free(i);
            }
        }
        return NONE;
    }

    private boolean isMade(final int index) {
        try {
            final ByteBuffer made = memory.apply(blockLength);
            blocks[index] = made == null ? null : new UnsafeBuffer(made);
            return made != null;
        } catch (final OutOfMemoryError e) {
            return false;
        }
    }

    /**
     * Length of each block.
     *
     * @return octets.
     */
    int blockLength() {
        return blockLength;
    }

    /**
     * Whether a datagram can lie in a block; the numbers may come from anyone.
     *
     * @param index  of the block.
     * @param length of the datagram.
     * @return false when there is no such block or it is not as long.
     */
    boolean holds(final int index, final int length) {
        return index >= 0 && index < blocks.length && blocks[index] != null && length >= 0 && length <= blockLength;
    }

    /**
     * The memory of a taken block.
     *
     * @param index as taken, or as found in a record.
     * @return the block, borrowed until freed.
     */
    public UnsafeBuffer block(final int index) {
        return blocks[index];
    }

    /**
     * Frees a block.
     *
     * @param index of a taken block.
     */
    public void free(final int index) {
        states.putIntRelease(statesOffset + index * Integer.BYTES, 0);
    }

    /**
     * Blocks nobody holds.
     *
     * @return the count at this moment.
     */
    public int available() {
        int available = 0;
        for (int i = 0; i < blocks.length; i++) {
            available += 1 - states.getIntVolatile(statesOffset + i * Integer.BYTES);
        }
        return available;
    }
}
