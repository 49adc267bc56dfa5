package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Where the words lie that both sides look at with each datagram. */
class SocketRegionTest {
    private static final int LINES_LENGTH = 128; // processors fetch lines of 64 octets in pairs
    private static final int ACKNOWLEDGED_OFFSET = 384;

    private final RegionLayout layout = new RegionLayout(64 << 10, 64 << 10, 1, 4096);
    private final MemorySegment memory = Arena.ofAuto().allocate(layout.length(), 4096);
    private final UnsafeBuffer header = new UnsafeBuffer(memory.asSlice(0, RegionLayout.HEADER_LENGTH).asByteBuffer());
    private final SocketRegion region = new SocketRegion(layout, memory, 0xffff);

    /** The pairs of lines of the header that something writes to. */
    private Set<Integer> linesOf(final Runnable writing) {
        final byte[] before = new byte[RegionLayout.HEADER_LENGTH];
        header.getBytes(0, before);
        writing.run();
        final Set<Integer> lines = new HashSet<>();
        for (int i = 0; i < before.length; i++) {
            if (header.getByte(i) != before[i]) {
                lines.add(i / LINES_LENGTH);
            }
        }
        assertEquals(1, lines.size());
        return lines;
    }

    @Test
    void shouldKeepApartWhatEachSideWritesWithEachDatagram() {
        final Set<Integer> lines = new HashSet<>();
        lines.addAll(linesOf(() -> assertTrue(region.reserve(1, 10))));
        lines.addAll(linesOf(() -> region.acknowledged(1)));
        lines.addAll(linesOf(() -> region.consumed(1)));
        lines.addAll(linesOf(() -> region.receiveBufferLength(1)));
        lines.addAll(linesOf(() -> region.bound(0, 0, 1)));
        assertEquals(5, lines.size());
        lines.addAll(linesOf(() -> region.wantedEvents(1)));
        assertEquals(5, lines.size(), "seldom written, like SO_RCVBUF");
    }

    @Test
    void shouldLookAtWhatIsAcknowledgedOnlyWhereItMatters() {
        assertTrue(region.reserve(60, 100));
        header.putLong(ACKNOWLEDGED_OFFSET, -1_000); // would refuse
        assertTrue(region.reserve(60, 100));
        assertFalse(region.reserve(1, 100));
        header.putLong(ACKNOWLEDGED_OFFSET, 21);
        assertTrue(region.reserve(1, 100));
        assertFalse(region.reserve(1, 100));
        assertTrue(region.reserve(1, 101));
    }
}
