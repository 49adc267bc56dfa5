package org.rds4j.frame;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/** Memory for a partly received message, owned by one assembler at a time. */
final class ReassemblyBuffer {
    private final ByteBuffer memory;
    private final long address;

    ReassemblyBuffer(final int capacity) {
        memory = ByteBuffer.allocateDirect(capacity);
        address = BufferUtil.address(memory);
    }

    long address() {
        return address;
    }

    int capacity() {
        return memory.capacity();
    }
}
