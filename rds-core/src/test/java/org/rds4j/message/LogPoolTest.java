package org.rds4j.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.Test;

/** How logs share a pool of 1000 blocks: a reserve of 250, longest messages of 4 blocks, at most 600 blocks for a log. */
class LogPoolTest {
    private static final int BLOCK = 256;
    private static final int LONGEST = 2 * BLOCK;
    private static final int BLOCKS = 1_000;
    private static final int RESERVE = 250;
    private static final ByteBuffer PAYLOAD = ByteBuffer.allocateDirect(LONGEST);

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

    /** A pool of 16 blocks, seven peers that answer and take each block that comes free, and one with a longest message. */
    private static final class Crowd {
        private static final int BUSY = 7;
        private final LogPool small = new LogPool((int) LogPool.leastLength(BLOCK, LONGEST), BLOCK, LONGEST, 16 * BLOCK);
        private final SendLog[] busy = new SendLog[BUSY];
        private final SendLog patient = new SendLog(small, 1);
        private long position;

        Crowd() {
            for (int i = 0; i < BUSY; i++) {
                busy[i] = new SendLog(small, 1);
                busy[i].onFlowing();
            }
            patient.onFlowing();
            push();
        }

        /** One block each, as often as each may. */
        private void push() {
            for (final SendLog log : busy) {
                while (log.append(1, 2, BufferUtil.address(PAYLOAD), BLOCK - 100, 1)) {
                    log.prepareChunk(BLOCK);
                    log.onChunkTaken(++position);
                }
            }
        }

        private void acknowledgeOne(final int round) {
            final SendLog log = busy[round % BUSY];
            final long[] oldest = {Long.MAX_VALUE};
            for (long upTo = 0; upTo <= position && oldest[0] == Long.MAX_VALUE; upTo++) {
                final long end = upTo;
                log.onAcknowledged(upTo, (owner, length) -> oldest[0] = end);
            }
        }
    }

    @Test
    void shouldLetALongestMessageGetItsBlocksAmongPeersThatTakeEachOne() {
        final Crowd crowd = new Crowd();
        for (int round = 0; round < 100; round++) {
            if (crowd.patient.append(1, 2, BufferUtil.address(PAYLOAD), LONGEST, 1)) {
                assertTrue(round > 0, "there was no crowd");
                crowd.patient.cancel(1, SendLog.ANY_PORT, (owner, length) -> { });
                crowd.push();
                assertEquals(0, crowd.small.freeLength(), "the others go on");
                return;
            }
            crowd.acknowledgeOne(round);
            crowd.push();
        }
        throw new AssertionError("never");
    }

    @Test
    void shouldLetTheOthersGoOnWhenAClaimIsInVain() {
        final Crowd crowd = new Crowd();
        assertFalse(crowd.patient.append(1, 2, BufferUtil.address(PAYLOAD), LONGEST, 1));
        crowd.acknowledgeOne(0);
        crowd.push();
        final long claimed = crowd.small.freeLength();
        assertTrue(claimed > 0, "kept for the one that waits");
        crowd.small.now(100_000_000L);
        crowd.push();
        assertEquals(0, crowd.small.freeLength());
        assertFalse(crowd.patient.append(1, 2, BufferUtil.address(PAYLOAD), LONGEST, 1));
        crowd.acknowledgeOne(0);
        crowd.push();
        assertEquals(0, crowd.small.freeLength(), "no other claim for a while");
        crowd.small.now(500_000_000L);
        crowd.acknowledgeOne(1);
        assertFalse(crowd.patient.append(1, 2, BufferUtil.address(PAYLOAD), LONGEST, 1));
        crowd.push();
        assertTrue(crowd.small.freeLength() > 0, "then another one");
    }

    @Test
    void shouldEndTheClaimOfAPeerWhoseCarrierBreaks() {
        final Crowd crowd = new Crowd();
        assertFalse(crowd.patient.append(1, 2, BufferUtil.address(PAYLOAD), LONGEST, 1));
        crowd.patient.rewind();
        crowd.acknowledgeOne(0);
        crowd.push();
        assertEquals(0, crowd.small.freeLength());
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
