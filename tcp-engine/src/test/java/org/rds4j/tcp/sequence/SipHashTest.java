package org.rds4j.tcp.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SipHashTest {
    private static final long KEY_0 = 0x0706050403020100L;
    private static final long KEY_1 = 0x0f0e0d0c0b0a0908L;

    @Test
    void shouldGiveTheHashOfThePublishedExample() {
        // SipHash paper, appendix A: key 00..0f, message 00..0e
        final long hash = new SipHash(KEY_0, KEY_1).begin().add(0x0706050403020100L).end(0x0e0d0c0b0a0908L, 15);
        assertEquals(0xa129ca6149be45e5L, hash);
    }

    @Test
    void shouldGiveTheHashOfTheEmptyMessage() {
        assertEquals(0x726fdb47dd0e0e31L, new SipHash(KEY_0, KEY_1).begin().end(0, 0));
    }

    @Test
    void shouldCompareAndUnwrapAcrossTheEndOfSequenceSpace() {
        assertTrue(Sequence.isBefore(0xffff_fff0, 5));
        assertTrue(Sequence.isAfter(5, 0xffff_fff0));
        assertFalse(Sequence.isBefore(5, 5));
        final int origin = 0xffff_ff00;
        for (long position = -1; position < 1L << 34; position += 1_234_567_891L) {
            final int wire = Sequence.wire(origin, position);
            assertEquals(position, Sequence.position(origin, wire, position + 1_000_000_000L));
            assertEquals(position, Sequence.position(origin, wire, position - 1_000_000_000L));
        }
    }
}
