package org.rds4j.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;

class DirectMemoryTest {
    private static final int LENGTH = 4096;
    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger collections = new AtomicInteger();
    private long nowNs = 1;
    private long rest;
    private long garbage;
    private final DirectMemory memory =
        new DirectMemory(() -> nowNs, 2 * LENGTH, () -> rest, this::allocate, this::collect);

    private ByteBuffer allocate(final int capacity) {
        asked.incrementAndGet();
        return ByteBuffer.allocate(capacity);
    }

    private void collect() {
        collections.incrementAndGet();
        rest += garbage;
        garbage = 0;
    }

    @Test
    void shouldLeaveTheReserve() {
        rest = 4 * LENGTH;
        assertEquals(2 * LENGTH, memory.left());
        assertNotNull(memory.allocate(2 * LENGTH));
        assertEquals(0, collections.get());
        assertNull(memory.allocate(2 * LENGTH + 1));
        rest = LENGTH;
        assertEquals(0, memory.left());
        assertEquals(1, asked.get(), "what is not there is not asked for: that would take long");
    }

    @Test
    void shouldFindWhatNobodyReachesAnyMore() {
        garbage = 4 * LENGTH;
        assertEquals(0, memory.left());
        assertEquals(2 * LENGTH, memory.left(LENGTH));
        assertNotNull(memory.allocate(LENGTH));
    }

    @Test
    void shouldCollectOnceAMinute() {
        for (int i = 0; i < 100; i++) {
            assertNull(memory.allocate(LENGTH));
        }
        assertEquals(1, collections.get());
        nowNs += MINUTE_NS;
        garbage = 4 * LENGTH;
        assertNotNull(memory.allocate(LENGTH));
        assertEquals(2, collections.get());
    }

    @Test
    void shouldAnswerWhenAnotherThreadWasFaster() {
        rest = 4 * LENGTH;
        final DirectMemory late = new DirectMemory(() -> nowNs, 0, () -> rest, capacity -> {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        }, this::collect);
        assertNull(late.allocate(LENGTH));
    }

    /** The machine's own account; others allocate meanwhile, but not as much. */
    @Test
    void shouldCountWhatTheProcessHas() {
        final DirectMemory real = new DirectMemory(() -> nowNs, 0);
        final long before = real.left();
        assertTrue(before > 0 && before <= DirectMemory.limit(), before + " of " + DirectMemory.limit());
        final ByteBuffer some = real.allocate(256 << 20);
        final long without = real.left();
        assertTrue(before - without > 200 << 20, before + " before, " + without + " after");
        BufferUtil.free(some);
        assertTrue(real.left() - without > 200 << 20, without + " before, " + real.left() + " after");
    }
}
