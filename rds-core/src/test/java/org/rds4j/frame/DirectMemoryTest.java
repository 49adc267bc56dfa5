package org.rds4j.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;

class DirectMemoryTest {
    private static final int LENGTH = 4096;

    private int asked;
    private int sought;
    private long rest;
    private final DirectMemory memory = new DirectMemory(() -> rest, this::allocate, () -> sought++);

    private ByteBuffer allocate(final int capacity) {
        asked++;
        return ByteBuffer.allocate(capacity);
    }

    @Test
    void shouldNotAskForWhatIsNotThere() {
        rest = 2 * LENGTH;
        assertEquals(2 * LENGTH, memory.left());
        assertNotNull(memory.allocate(2 * LENGTH));
        assertEquals(0, sought);
        assertNull(memory.allocate(2 * LENGTH + 1));
        assertEquals(1, sought);
        rest = -LENGTH;
        assertEquals(0, memory.left());
        assertEquals(1, asked, "that would take long");
    }

    @Test
    void shouldAnswerWhenAnotherThreadWasFaster() {
        rest = 4 * LENGTH;
        final DirectMemory late = new DirectMemory(() -> rest, capacity -> {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        }, () -> sought++);
        assertNull(late.allocate(LENGTH));
    }

    /** The machine's own account; others allocate meanwhile, but not as much. */
    @Test
    void shouldCountWhatTheProcessHas() {
        final DirectMemory real = DirectMemory.ofProcess();
        assertSame(real, DirectMemory.ofProcess(), "collections stop all its threads");
        final long before = real.left();
        assertTrue(before > 0 && before <= DirectMemory.limit(), before + " of " + DirectMemory.limit());
        final ByteBuffer some = real.allocate(256 << 20);
        final long without = real.left();
        assertTrue(before - without > 200 << 20, before + " before, " + without + " after");
        BufferUtil.free(some);
        assertTrue(real.left() - without > 200 << 20, without + " before, " + real.left() + " after");
    }

    @Test
    void shouldKnowTheLimitWhateverMachineItRunsOn() {
        final long ofHeap = Runtime.getRuntime().maxMemory();
        assertEquals(5L << 20, DirectMemory.mostOctets(option -> "5242880"));
        assertEquals(ofHeap, DirectMemory.mostOctets(option -> "0"));
        assertEquals(ofHeap, DirectMemory.mostOctets(option -> ""));
        assertEquals(ofHeap, DirectMemory.mostOctets(option -> {
            throw new IllegalArgumentException("VM option \"" + option + "\" does not exist");
        }));
    }
}
