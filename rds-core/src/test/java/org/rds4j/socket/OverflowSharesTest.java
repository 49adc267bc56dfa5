package org.rds4j.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.congestion.LocalCongestion;
import org.rds4j.frame.ReassemblyBuffer;
import org.rds4j.frame.ReassemblyPool;

/** Who gets how much of the memory behind full rings, and when peers hear that it is short. */
class OverflowSharesTest {
    private static final int SEGMENT = 64 << 10;
    private static final int SEGMENTS = 256;

    private final LocalCongestion congestion = new LocalCongestion(CongestionMaps.inMemory(1), 0, 1);
    private final OverflowShares shares =
        new OverflowShares(new ReassemblyPool((long) SEGMENTS * SEGMENT), congestion);
    private final ArrayDeque<ReassemblyBuffer> lent = new ArrayDeque<>();

    private boolean take(final int held) {
        final ReassemblyBuffer buffer = shares.acquire((long) held * SEGMENT, SEGMENT);
        if (buffer != null) {
            lent.add(buffer);
        }
        return buffer != null;
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
            assertNotNull(shares.acquire(0, 1), "for one more");
            lent.forEach(shares::release);
            lent.clear();
        }
    }

    @Test
    void shouldRefuseWhatThereIsNot() {
        assertNull(shares.acquire(0, SEGMENTS * SEGMENT * 2));
    }

    @Test
    void shouldTellOnceWhenMemoryIsShortAndOnceWhenThereIsSomeAgain() {
        for (int i = 0; i < SEGMENTS / 8; i++) {
            take(i);
        }
        assertEquals(0, congestion.changes());
        take(SEGMENTS / 8);
        take(SEGMENTS / 8 + 1);
        assertEquals(1, congestion.changes());
        while (lent.size() > SEGMENTS / 16 + 1) {
            shares.release(lent.remove());
        }
        assertEquals(1, congestion.changes());
        shares.release(lent.remove());
        assertEquals(2, congestion.changes());
    }
}
