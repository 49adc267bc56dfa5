package org.rds4j.tcp.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FrameBurstTest {
    private final FrameBurst burst = new FrameBurst(4);

    @Test
    void shouldKeepTheRestInOrderAfterAPartialTransmit() {
        for (int i = 1; i <= 4; i++) {
            burst.add(i, 100L * i, 60 + i, 0, 2048);
        }
        burst.discardFirst(3);
        assertEquals(1, burst.count());
        assertEquals(4, burst.handle(0));
        assertEquals(400, burst.address(0));
        assertEquals(64, burst.length(0));
        assertEquals(3, burst.room());
    }

    @Test
    void shouldMoveAFrameWholeToAnotherBurst() {
        final FrameBurst other = new FrameBurst(2);
        burst.add(7, 0x7fff_0000_1000L, 1514, FrameBurst.FLAG_VLAN, 2048);
        burst.vlanTci(0, 0xe123);
        burst.moveLastTo(other);
        assertEquals(0, burst.count());
        assertEquals(0x7fff_0000_1000L, other.address(0));
        assertEquals(2048, other.capacity(0));
        assertEquals(0xe123, other.vlanTci(0));
        assertEquals(FrameBurst.FLAG_VLAN, other.flags(0));
    }
}
