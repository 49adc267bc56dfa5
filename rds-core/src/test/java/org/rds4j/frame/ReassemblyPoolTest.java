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

    private long rest = 4 * LENGTH;
    private int collections;
    private final DirectMemory memory = new DirectMemory(() -> rest, this::allocate, () -> collections++);
    private final ReassemblyPool pool = new ReassemblyPool(8 * LENGTH, memory);

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

    /** Of four that there are, one is left to others. */
    @Test
    void shouldMakeDoWithWhatThereIs() {
        assertEquals(3 * LENGTH, pool.limit());
        final ReassemblyBuffer first = pool.acquire(LENGTH);
        assertEquals(2 * LENGTH, pool.available(LENGTH));
        assertEquals(0, collections);
        assertEquals(2, takeAll().size());
        assertEquals(1, collections);
        assertEquals(LENGTH, rest);
        assertEquals(3 * LENGTH, pool.limit());
        assertEquals(3 * LENGTH, pool.usedLength());
        assertEquals(0, pool.available(LENGTH));
        assertEquals(2, collections);
        pool.release(first);
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

    /** Others may have taken nearly all before; and whoever comes after this one finds some too. */
    @Test
    void shouldHaveSomeAndLeaveSomeHoweverLittleThereIs() {
        final ReassemblyPool next = new ReassemblyPool(8 * LENGTH, memory);
        rest = 8 * LENGTH;
        assertEquals(6, takeAll().size());
        assertEquals(2 * LENGTH, rest);
        assertNotNull(next.acquire(LENGTH), "for another pool");
        assertNull(next.acquire(LENGTH));
        assertEquals(LENGTH, rest, "for blocks");
    }

    /** A collection does not help where it is the bound that is reached. */
    @Test
    void shouldNotSeekMoreThanItMayHave() {
        rest = 100 * LENGTH;
        takeAll();
        assertEquals(0, pool.available(100 * LENGTH));
        assertEquals(0, collections);
    }

    /** Buffers of other sizes are kept for reuse, but not when memory is short. */
    @Test
    void shouldGiveBackOtherSizesWhenTheProcessIsShort() {
        final int small = 64 << 10;
        final int count = 1_024;
        final DirectMemory process = DirectMemory.ofProcess();
        final long[] others = {0};
        final ReassemblyPool scarce = new ReassemblyPool(
            1L << 30, new DirectMemory(() -> process.left() - others[0], ByteBuffer::allocateDirect, () -> { }));
        final List<ReassemblyBuffer> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(scarce.acquire(small));
        }
        taken.forEach(scarce::release);
        others[0] = process.left(); // but a quarter of the 64 MiB that are idle is to be left
        assertNotNull(scarce.acquire(2 * small));
        assertTrue(process.left() - others[0] < count / 2 * small, "no more than is needed");
    }

    /** Of what is released no more is kept than others have left. */
    @Test
    void shouldLeaveOthersAsMuchAsItKeeps() {
        rest = 16 * LENGTH;
        final List<ReassemblyBuffer> taken = takeAll();
        rest = 3 * LENGTH;
        taken.forEach(pool::release);
        assertEquals(0, pool.usedLength());
        rest += 5 * LENGTH;
        assertEquals(8 * LENGTH, pool.limit());
        rest = 0;
        assertEquals(3 * LENGTH, pool.limit(), "three are kept");
    }

    /** The process has it at once, not when the heap is collected. */
    @Test
    void shouldReallyGiveBack() {
        final int large = 256 << 20;
        final DirectMemory process = DirectMemory.ofProcess();
        rest = 2L * large;
        final ReassemblyPool scarce = new ReassemblyPool(
            large, new DirectMemory(() -> rest, this::allocate, () -> { }));
        final ReassemblyBuffer buffer = scarce.acquire(large);
        final long before = process.left();
        rest = 0;
        scarce.release(buffer);
        assertTrue(process.left() - before > large / 2, before + " before, " + process.left() + " after");
    }
}
