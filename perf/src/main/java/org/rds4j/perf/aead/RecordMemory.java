package org.rds4j.perf.aead;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/** Contents of records and, apart from them, room for the records themselves. */
final class RecordMemory {
    private static final int CACHE_LINE = 64;
    private static final int LARGEST_OVERHEAD = 22;

    private final ByteBuffer memory;
    private final long contents;
    private final long records;
    private final int stride;

    RecordMemory(final int size, final int count) {
        stride = (size + LARGEST_OVERHEAD + CACHE_LINE - 1) & -CACHE_LINE;
        memory = BufferUtil.allocateDirectAligned(2 * count * stride, CACHE_LINE);
        contents = BufferUtil.address(memory);
        records = contents + (long) count * stride;
    }

    long content(final int index) {
        return contents + (long) index * stride;
    }

    long record(final int index) {
        return records + (long) index * stride;
    }

    /** The memory lives as long as this does. */
    int length() {
        return memory.capacity();
    }
}
