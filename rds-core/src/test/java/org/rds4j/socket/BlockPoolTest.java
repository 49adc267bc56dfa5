package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Blocks that are made when they are first taken. */
class BlockPoolTest {
    private static final int COUNT = 4;
    private static final int LENGTH = 4096;

    private final UnsafeBuffer states = new UnsafeBuffer(new byte[COUNT * Integer.BYTES]);

    private final AtomicInteger asked = new AtomicInteger();
    private boolean hasMemory = true;

    private BlockPool pool(final IntFunction<ByteBuffer> memory) {
        return new BlockPool(states, 0, COUNT, LENGTH, capacity -> {
            asked.incrementAndGet();
            return hasMemory ? ByteBuffer.allocateDirect(capacity) : memory.apply(capacity);
        });
    }

    @Test
    void shouldGiveEachOnce() {
        final BlockPool pool = pool(capacity -> null);
        for (int i = 0; i < COUNT; i++) {
            assertEquals(i, pool.take());
        }
        assertEquals(BlockPool.NONE, pool.take());
        pool.free(2);
        assertEquals(2, pool.take());
        assertEquals(COUNT, asked.get(), "what was made is kept");
    }

    /** As when everything else has the memory: no block is lost by it, and to learn it once takes long enough. */
    @Test
    void shouldKeepABlockThatThereIsNoMemoryFor() {
        shouldKeepABlock(capacity -> null);
    }

    @Test
    void shouldKeepABlockThatThereIsNoMemoryForEvenAfterWaiting() {
        shouldKeepABlock(capacity -> {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        });
    }

    private void shouldKeepABlock(final IntFunction<ByteBuffer> none) {
        final BlockPool pool = pool(none);
        assertEquals(0, pool.take());
        assertEquals(1, pool.take());
        pool.free(0);
        hasMemory = false;
        assertEquals(0, pool.take());
        assertEquals(BlockPool.NONE, pool.take());
        assertEquals(3, asked.get());
        assertEquals(COUNT - 2, pool.available());
        pool.free(1);
        assertEquals(1, pool.take(), "one that there is");
        hasMemory = true;
        assertEquals(2, pool.take());
    }
}
