package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockRoomTest {
    private static final long LENGTH = 1 << 20;
    private static final int SOCKETS = 9;

    private final AtomicInteger asked = new AtomicInteger();
    @TempDir
    private Path proc;
    private BlockRoom room;

    @BeforeEach
    void open() {
        room = new BlockRoom(new AvailableMemory(proc), LENGTH);
    }

    private void require(final long available, final long unused) throws IOException {
        AvailableMemoryTest.writeMeminfo(proc, available >> 10);
        room.require(SOCKETS, () -> {
            asked.incrementAndGet();
            return unused;
        });
    }

    /** One call of the system for each of a thousand sockets, whenever one is opened, would keep others waiting. */
    @Test
    void shouldNotAskEachSocketWhereThereIsEnough() throws IOException {
        require((SOCKETS + 1) * LENGTH, SOCKETS * LENGTH);
        assertEquals(0, asked.get());
    }

    @Test
    void shouldCountWhatIsInUseWhereThereIsLess() throws IOException {
        require(3 * LENGTH, 2 * LENGTH);
        assertEquals(1, asked.get());
        assertThrows(IOException.class, () -> require(3 * LENGTH - 1024, 2 * LENGTH));
    }
}
