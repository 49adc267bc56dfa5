package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.rds4j.frame.DirectMemory;

/** Blocks that are made when they are first taken. */
class BlockPoolTest {
    private static final int COUNT = 4;
    private static final int LENGTH = 4096;

    private final UnsafeBuffer states = new UnsafeBuffer(new byte[COUNT * Integer.BYTES]);

    private BlockPool pool(final long reserve) {
        return new BlockPool(states, 0, COUNT, LENGTH, new DirectMemory(() -> 0, reserve));
    }

    @Test
    void shouldGiveEachOnce() {
        final BlockPool pool = pool(0);
        for (int i = 0; i < COUNT; i++) {
            assertEquals(i, pool.take());
        }
        assertEquals(BlockPool.NONE, pool.take());
        pool.free(2);
        assertEquals(2, pool.take());
    }

    /** As when everything else has the memory: no block is lost by it. */
    @Test
    void shouldKeepABlockThatThereIsNoMemoryFor() {
        final BlockPool pool = pool(DirectMemory.limit());
        assertEquals(BlockPool.NONE, pool.take());
        assertEquals(COUNT, pool.available());
        assertEquals(0, pool(0).take());
    }
}
