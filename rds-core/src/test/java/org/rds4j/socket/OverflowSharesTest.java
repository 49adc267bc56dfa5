package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.rds4j.frame.ReassemblyBuffer;
import org.rds4j.frame.DirectMemory;
import org.rds4j.frame.ReassemblyPool;
import org.rds4j.frame.ScarceMemory;

/** Who gets how much of the memory behind full rings. */
class OverflowSharesTest {
    private static final int SEGMENT = 64 << 10;
    private static final int SEGMENTS = 256;

    private final OverflowShares shares =
        new OverflowShares(new ReassemblyPool((long) SEGMENTS * SEGMENT, DirectMemory.ofProcess()));
    private final ArrayDeque<ReassemblyBuffer> lent = new ArrayDeque<>();

    private boolean take(final int held) {
        final boolean isGranted = shares.grants((long) held * SEGMENT, SEGMENT);
        if (isGranted) {
            lent.add(shares.acquire());
        }
        return isGranted;
    }

    /** Most that k holders get, each as much as the others: 3/(3k+1) of the whole. */
    @Test
    void shouldGiveEachOfManyTheSameAndKeepSomeForTheNext() {
        for (int holders = 1; holders <= 20; holders++) {
            final int[] held = new int[holders];
            boolean isGiven = true;
            while (isGiven) {
                isGiven = false;
                for (int i = 0; i < holders; i++) {
                    if (take(held[i])) {
                        held[i]++;
                        isGiven = true;
                    }
                }
            }
            for (int i = 0; i < holders; i++) {
                assertEquals(SEGMENTS * 3.0 / (3 * holders + 1), held[i], 1.5, holders + " holders");
            }
            assertTrue(shares.grants(0, SEGMENT), "for one more");
            lent.forEach(shares::release);
            lent.clear();
        }
    }

    /** As if the segments were taken one after the other. */
    @Test
    void shouldCountEachSegmentOfADatagram() {
        final int most = SEGMENTS * 3 / 4;
        assertTrue(shares.grants(0, (long) most * SEGMENT));
        assertFalse(shares.grants(0, (most + 1L) * SEGMENT));
        for (int i = 0; i < most - 17; i++) {
            assertTrue(take(i));
        }
        assertTrue(shares.grants((most - 17L) * SEGMENT, 17L * SEGMENT));
        assertFalse(shares.grants((most - 17L) * SEGMENT, 18L * SEGMENT));
    }

    /**
     * The process has a quarter of the bound, of which a quarter is left to others: one socket gets three quarters of the rest,
     * and the next is served all the same.
     */
    @Test
    void shouldShareWhatTheProcessReallyHas() {
        final OverflowShares scarce = new OverflowShares(
            new ReassemblyPool((long) SEGMENTS * SEGMENT, new ScarceMemory(SEGMENTS / 4L * SEGMENT).memory()));
        int held = 0;
        while (scarce.grants((long) held * SEGMENT, SEGMENT)) {
            lent.add(scarce.acquire());
            held++;
        }
        assertEquals(SEGMENTS / 4 * 9 / 16, held);
        assertTrue(scarce.grants(0, 4L * SEGMENT), "for one more");
        assertNotNull(scarce.acquire());
    }

    @Test
    void shouldRefuseWhatThereIsNot() {
        assertFalse(shares.grants(0, (SEGMENTS + 1L) * SEGMENT));
    }
}
