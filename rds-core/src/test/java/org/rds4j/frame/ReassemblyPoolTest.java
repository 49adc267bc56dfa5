package org.rds4j.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pool in a process that has less memory outside its heap than the pool's bound. */
class ReassemblyPoolTest {
    private static final int LENGTH = 4096;

    private long rest = 3 * LENGTH;
    private final ReassemblyPool pool = new ReassemblyPool(
        8 * LENGTH, new DirectMemory(() -> 0, 0, () -> rest, this::allocate, () -> { }));

    private ByteBuffer allocate(final int capacity) {
        rest -= capacity;
        return ByteBuffer.allocateDirect(capacity);
    }

    private List<ReassemblyBuffer> takeAll() {
        final List<ReassemblyBuffer> taken = new ArrayList<>();
        for (ReassemblyBuffer one = pool.acquire(LENGTH); one != null; one = pool.acquire(LENGTH)) {
            taken.add(one);
        }
        return taken;
    }

    @Test
    void shouldMakeDoWithWhatThereIs() {
        assertEquals(3 * LENGTH, pool.limit());
        final ReassemblyBuffer first = pool.acquire(LENGTH);
        assertEquals(2 * LENGTH, pool.available(LENGTH));
        assertEquals(2, takeAll().size());
        assertEquals(3 * LENGTH, pool.limit());
        assertEquals(3 * LENGTH, pool.usedLength());
        assertEquals(0, pool.available(LENGTH));
        pool.release(first);
        rest += LENGTH; // it is given back, as there was no other
        assertEquals(LENGTH, pool.available(LENGTH));
        assertNotNull(pool.acquire(LENGTH));
    }

    /** What others had is there again: nothing of the shortage stays. */
    @Test
    void shouldHaveWhatComesBackFromOthers() {
        takeAll();
        assertNull(pool.acquire(LENGTH));
        rest += 10 * LENGTH;
        assertEquals(8 * LENGTH, pool.limit());
        assertEquals(5, takeAll().size());
        assertEquals(0, pool.available(LENGTH));
    }

    /** Of what is released no more is kept than others have left. */
    @Test
    void shouldLeaveOthersAsMuchAsItKeeps() {
        rest = 8 * LENGTH;
        final List<ReassemblyBuffer> taken = takeAll();
        rest = 3 * LENGTH;
        taken.forEach(pool::release);
        assertEquals(0, pool.usedLength());
        assertEquals(3 * LENGTH + 3 * LENGTH, pool.limit(), "three are kept, three could be made");
    }

    /** The process has it at once, not when the heap is collected. */
    @Test
    void shouldReallyGiveBack() {
        final int large = 256 << 20;
        final DirectMemory process = new DirectMemory(() -> 0, 0);
        rest = large;
        final ReassemblyPool scarce = new ReassemblyPool(
            large, new DirectMemory(() -> 0, 0, () -> rest, this::allocate, () -> { }));
        final ReassemblyBuffer buffer = scarce.acquire(large);
        final long before = process.left();
        scarce.release(buffer);
        assertTrue(process.left() - before > large / 2, before + " before, " + process.left() + " after");
    }
}
