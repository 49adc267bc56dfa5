package org.rds4j.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PacerTest {
    private static final long MS = 1_000_000L;

    /** A host that pauses for 10 ms on a path of 50 microseconds makes SRTT longer, and not the path. */
    @Test
    void shouldNotHoldBackAPathShorterThanABurst() {
        final Pacer pacer = new Pacer(FlowConfiguration.WIDE_AREA);
        assertEquals(0, pacer.roundTripNs(50_000, 10 * MS));
        assertEquals(0, pacer.roundTripNs(MS, 10 * MS));
        assertEquals(10 * MS, pacer.roundTripNs(MS + 1, 10 * MS));
    }
}
