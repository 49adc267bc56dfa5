package org.rds4j.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReassemblyPoolTest {
    private static final int LENGTH = 4096;

    private final AtomicInteger asked = new AtomicInteger();
    private final ReassemblyPool pool = new ReassemblyPool(8 * LENGTH, capacity -> {
        if (asked.incrementAndGet() > 3) {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        }
        return new ReassemblyBuffer(capacity);
    });

    @Test
    void shouldMakeDoWithWhatThereIs() {
        final ReassemblyBuffer first = pool.acquire(LENGTH);
        assertNotNull(pool.acquire(LENGTH));
        assertNotNull(pool.acquire(LENGTH));
        assertNull(pool.acquire(LENGTH));
        assertNull(pool.acquire(LENGTH));
        assertEquals(4, asked.get(), "asked once in vain");
        assertEquals(3 * LENGTH, pool.limit());
        assertEquals(3 * LENGTH, pool.usedLength());
        pool.release(first);
        assertNotNull(pool.acquire(LENGTH));
    }
}
