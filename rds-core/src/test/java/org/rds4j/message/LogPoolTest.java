package org.rds4j.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How logs share a pool of 1000 blocks: a reserve of 250, longest messages of 4 blocks, at most 600 blocks for a log. */
class LogPoolTest {
    private static final int BLOCK = 256;
    private static final int LONGEST = 2 * BLOCK;
    private static final int BLOCKS = 1_000;
    private static final int RESERVE = 250;

    private final LogPool pool = new LogPool(BLOCKS * BLOCK, BLOCK, LONGEST, 600 * BLOCK);

    /** Fills logs in turn, as sockets that send to dead peers do, until none takes anything. */
    private List<SendLog> fill(final int count) {
        final List<SendLog> logs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            logs.add(new SendLog(pool, 1));
        }
        boolean isTaken = true;
        while (isTaken) {
            isTaken = false;
            for (final SendLog log : logs) {
                isTaken |= log.append(1, 2, 0, 0, 1);
            }
        }
        return logs;
    }

    private int blocksOf(final SendLog log) {
        return (int) (log.heldLength() / BLOCK);
    }

    @Test
    void shouldLeaveAsMuchAsOneDeadPeerHoldsBesideTheReserve() {
        assertEquals(375, blocksOf(fill(1).get(0)), "(1000 - 250) / 2");
        assertEquals(625L * BLOCK, pool.freeLength());
    }

    /** The closed form of a dynamic threshold with factor 1: each of k gets (N - R) / (k + 1). */
    @Test
    void shouldGiveDeadPeersEqualSharesAndNeverTheReserve() {
        for (final int count : new int[] {2, 4, 9, 14}) {
            final List<SendLog> logs = fill(count);
            final int share = (BLOCKS - RESERVE) / (count + 1);
            for (final SendLog log : logs) {
                assertTrue(Math.abs(blocksOf(log) - share) <= 1, count + " logs hold " + blocksOf(log));
            }
            assertTrue(pool.freeLength() >= (long) RESERVE * BLOCK);
            logs.forEach(log -> log.cancel(1, SendLog.ANY_PORT, (owner, length) -> { }));
            assertEquals(pool.length(), pool.freeLength());
        }
    }

    @Test
    void shouldBoundOneLog() {
        final LogPool narrow = new LogPool(BLOCKS * BLOCK, BLOCK, LONGEST, 7 * BLOCK);
        final SendLog log = new SendLog(narrow, 1);
        log.onFlowing();
        for (int i = 0; i < 100; i++) {
            log.append(1, 2, 0, 0, 1);
        }
        assertEquals(7L * BLOCK, log.heldLength());
    }

    /** A peer that answers gets one longest message through whatever dead peers hold. */
    @Test
    void shouldKeepTheReserveForPeersThatAnswer() {
        final List<SendLog> dead = fill(700);
        final SendLog alive = new SendLog(pool, 1);
        assertFalse(alive.hasRoomFor(LONGEST));
        alive.onFlowing();
        assertTrue(alive.hasRoomFor(LONGEST));
        int count = 0;
        while (alive.append(1, 2, 0, 0, 1)) {
            count++;
        }
        assertTrue(count > 0 && blocksOf(alive) == 4, "one longest message's worth: " + blocksOf(alive));
        assertFalse(dead.get(0).append(1, 2, 0, 0, 1) && dead.get(1).append(1, 2, 0, 0, 1));
        alive.prepareChunk(BLOCK);
        alive.onChunkTaken(1);
        alive.rewind();
        assertFalse(alive.hasRoomFor(LONGEST), "its carrier broke: it is as any other");
    }

    @Test
    void shouldRefuseAPoolTooSmallToBeShared() {
        final int least = (int) LogPool.leastLength(BLOCK, LONGEST);
        assertEquals(4 * 4 * BLOCK, least);
        assertThrows(IllegalArgumentException.class, () -> new LogPool(least - 1, BLOCK, LONGEST, BLOCK));
        final SendLog log = new SendLog(new LogPool(least, BLOCK, LONGEST, BLOCK), 1);
        assertTrue(log.hasRoomFor(LONGEST), "an empty log in an empty pool takes the longest message");
    }
}
