package org.rds4j.frame;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/** Memory for partly received messages, or for whole ones that wait; owned by one at a time. */
public final class ReassemblyBuffer {
    private final ByteBuffer memory;
    private final long address;

    ReassemblyBuffer(final ByteBuffer memory) {
        this.memory = memory;
        address = BufferUtil.address(memory);
    }

    /**
     * Where it lies.
     *
     * @return address of the first octet.
     */
    public long address() {
        return address;
    }

    /**
     * How much it holds.
     *
     * @return octets.
     */
    public int capacity() {
        return memory.capacity();
    }

    /** Gives the memory back to the process, now and not when a collection finds it. */
    void free() {
        BufferUtil.free(memory);
    }
}
