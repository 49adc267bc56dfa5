package org.rds4j.frame;

import java.nio.ByteBuffer;

/** A process that says it has memory left, and has none after some buffers. */
public final class ScarceMemory {
    private int buffers;

    /**
     * As much as there is.
     *
     * @param buffers that can be had.
     */
    public ScarceMemory(final int buffers) {
        this.buffers = buffers;
    }

    /**
     * What promises more than it keeps.
     *
     * @return memory of this process.
     */
    public DirectMemory memory() {
        return new DirectMemory(() -> 0, 0, () -> Integer.MAX_VALUE, this::allocate, () -> { });
    }

    private ByteBuffer allocate(final int capacity) {
        if (buffers-- <= 0) {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        }
        return ByteBuffer.allocateDirect(capacity);
    }
}
