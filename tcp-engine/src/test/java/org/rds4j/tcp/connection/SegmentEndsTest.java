package org.rds4j.tcp.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SegmentEndsTest {
    private final SegmentEnds ends = new SegmentEnds();

    @Test
    void shouldTellTheNextEndUntilItIsAcknowledged() {
        ends.add(100);
        ends.add(200);
        assertEquals(100, ends.behind(99));
        assertEquals(200, ends.behind(100));
        assertEquals(SegmentEnds.NONE, ends.behind(200));
        ends.acknowledge(199);
        assertEquals(200, ends.behind(0));
        ends.acknowledge(200);
        assertEquals(SegmentEnds.NONE, ends.behind(0));
    }

    @Test
    void shouldKeepOnlySoManyAndAnEndOnlyOnce() {
        for (int i = 1; i <= SegmentEnds.CAPACITY; i++) {
            assertTrue(ends.add(i));
            assertTrue(ends.add(i));
        }
        assertFalse(ends.add(1000));
        ends.acknowledge(1);
        assertTrue(ends.add(1000));
        assertEquals(1000, ends.behind(SegmentEnds.CAPACITY));
    }
}
