package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a process can do to memory whose descriptor it was handed. */
class SharedMemoryTest {
    private static final int EPERM = 1;
    private static final int LENGTH = 64 << 10;
    private static final int DENSE_LENGTH = 8 << 10;
    private static final int PAGE_LENGTH = 4096;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_SEAL_WRITE = 8;
    private static final int KEEP_SIZE_AND_PUNCH_HOLE = 3;

    private static void assertRefused(final Executable call) {
        assertEquals(EPERM, assertThrows(UnixException.class, call).errno());
    }

    @Test
    void shouldKeepItsLength() throws IOException {
        try (SharedMemory memory = SharedMemory.create("test", LENGTH, DENSE_LENGTH)) {
            final int descriptor = memory.descriptor();
            for (final int length : new int[] {0, LENGTH - 1, LENGTH + 1}) {
                assertRefused(() -> UnixCall.FTRUNCATE.call(descriptor, length));
            }
            assertRefused(() -> UnixCall.FALLOCATE.call(descriptor, 0, LENGTH, 1));
            assertRefused(() -> UnixCall.FCNTL.call(descriptor, F_ADD_SEALS, F_SEAL_WRITE));
            assertEquals(LENGTH, memory.memory().byteSize());
        }
    }

    @Test
    void shouldHavePagesWhereOthersTookThemAway() throws IOException {
        try (SharedMemory memory = SharedMemory.create("test", LENGTH, DENSE_LENGTH)) {
            memory.memory().fill((byte) 1);
            UnixCall.FALLOCATE.call(memory.descriptor(), KEEP_SIZE_AND_PUNCH_HOLE, 0, LENGTH);
            for (long i = 0; i < LENGTH; i++) {
                assertEquals(0, memory.memory().get(ValueLayout.JAVA_BYTE, i));
            }
        }
    }

    @Test
    void shouldKnowWhatWasNeverUsed() throws IOException {
        try (SharedMemory memory = SharedMemory.create("test", LENGTH, DENSE_LENGTH)) {
            assertEquals(LENGTH - DENSE_LENGTH, memory.unusedLength());
            memory.memory().set(ValueLayout.JAVA_BYTE, DENSE_LENGTH, (byte) 1);
            assertEquals(LENGTH - DENSE_LENGTH - PAGE_LENGTH, memory.unusedLength());
        }
    }

    /** Every second call is interrupted, and has done nothing. */
    @Test
    void shouldHaveAllItsPagesWhateverSignalsCome() throws IOException {
        final long length = (64L << 20) + 1;
        final AtomicInteger calls = new AtomicInteger();
        final AtomicLong done = new AtomicLong();
        SharedMemory.putPages(length, (from, piece) -> {
            assertEquals(done.get(), from);
            if (calls.getAndIncrement() % 2 == 0) {
                throw new UnixException("fallocate", UnixException.EINTR);
            }
            assertTrue(piece <= 2 << 20, "little is done in vain");
            done.addAndGet(piece);
        });
        assertEquals(length, done.get());
        assertThrows(UnixException.class, () -> SharedMemory.putPages(1, (from, piece) -> {
            throw new UnixException("fallocate", UnixException.EAGAIN);
        }));
    }

    @Test
    void shouldBeSeenByBoth() throws IOException {
        try (SharedMemory memory = SharedMemory.create("test", LENGTH, DENSE_LENGTH)) {
            final MemorySegment other = SharedMemory.attach(handed(memory), LENGTH);
            other.set(ValueLayout.JAVA_BYTE, LENGTH - 1, (byte) 7);
            assertEquals(7, memory.memory().get(ValueLayout.JAVA_BYTE, LENGTH - 1));
        }
    }

    @Test
    void shouldOnlyShow() throws IOException {
        try (SharedMemory memory = SharedMemory.createToShow("test", LENGTH)) {
            assertRefused(() -> SharedMemory.attach(handed(memory), LENGTH));
            assertRefused(() -> UnixCall.FALLOCATE.call(memory.descriptor(), KEEP_SIZE_AND_PUNCH_HOLE, 0, LENGTH));
            assertRefused(() -> UnixCall.FTRUNCATE.call(memory.descriptor(), 0));
            final MemorySegment other = SharedMemory.attachToRead(handed(memory), LENGTH);
            memory.memory().set(ValueLayout.JAVA_BYTE, 5, (byte) 7);
            assertEquals(7, other.get(ValueLayout.JAVA_BYTE, 5));
        }
    }

    @Test
    void shouldNotBelieveALengthThatItHasNot() throws IOException {
        try (SharedMemory memory = SharedMemory.create("test", LENGTH, DENSE_LENGTH)) {
            assertThrows(IOException.class, () -> SharedMemory.attach(handed(memory), LENGTH + 1));
        }
    }

    /** A descriptor of one's own, as it comes over a line. */
    private static int handed(final SharedMemory memory) throws IOException {
        final int dupFd = 0;
        return (int) UnixCall.FCNTL.call(memory.descriptor(), dupFd, 0);
    }
}
