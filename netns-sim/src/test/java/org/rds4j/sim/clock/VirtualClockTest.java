package org.rds4j.sim.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.agrona.concurrent.EpochClock;
import org.junit.jupiter.api.Test;

class VirtualClockTest {
    @Test
    void shouldStandStillUntilMovedAndNeverRunBack() {
        final VirtualClock clock = new VirtualClock();
        assertEquals(0, clock.nanoTime());
        clock.advanceTo(5);
        clock.advanceTo(5);
        assertEquals(5, clock.nanoTime());
        assertThrows(IllegalArgumentException.class, () -> clock.advanceTo(4));
        assertEquals(5, clock.nanoTime());
    }

    @Test
    void shouldShowTheSameTimeAsWallTime() {
        final VirtualClock clock = new VirtualClock(1_000);
        final EpochClock wall = clock.epochClock();
        clock.advanceTo(2_999_999);
        assertEquals(1_002, wall.time());
        assertEquals(1_002_999_999, clock.epochNs());
    }
}
