package org.rds4j.perf.aead;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;

/** Contents of records and, apart from them, room for the records themselves. */
final class RecordMemory {
    private static final int CACHE_LINE = 64;
    private static final int LARGEST_OVERHEAD = 22;

    private final int count;
    private final int stride;
    private final ByteBuffer memory;

    RecordMemory(final int size, final int count) {
        this.count = count;
        stride = (size + LARGEST_OVERHEAD + CACHE_LINE - 1) & -CACHE_LINE;
        memory = BufferUtil.allocateDirectAligned(2 * count * stride, CACHE_LINE);
    }

    long content(final int index) {
        return BufferUtil.address(memory) + (long) index * stride;
    }

    long record(final int index) {
        return content(count + index);
    }
}
