package org.rds4j.frame;

import java.nio.ByteBuffer;

/** A process that has memory outside its heap for some buffers only. */
public final class ScarceMemory {
    private long rest;

    /**
     * As much as there is.
     *
     * @param rest octets that can be had.
     */
    public ScarceMemory(final long rest) {
        this.rest = rest;
    }

    /**
     * Memory that says how much is left.
     *
     * @return memory of this process.
     */
    public DirectMemory memory() {
        return new DirectMemory(() -> rest, this::allocate, () -> { });
    }

    /**
     * Memory that promises more than it keeps, as when another thread takes it.
     *
     * @return memory of this process.
     */
    public DirectMemory promising() {
        return new DirectMemory(() -> Integer.MAX_VALUE, this::allocate, () -> { });
    }

    private ByteBuffer allocate(final int capacity) {
        if (rest < capacity) {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        }
        rest -= capacity;
        return ByteBuffer.allocateDirect(capacity);
    }

    /**
     * Others give something back, or take it.
     *
     * @param length octets; negative when they take it.
     */
    public void give(final long length) {
        rest += length;
    }
}
