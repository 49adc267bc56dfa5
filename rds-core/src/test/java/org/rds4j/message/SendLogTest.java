package org.rds4j.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.frame.ArrivalTimes;
import org.rds4j.frame.FrameAssembler;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.frame.DirectMemory;
import org.rds4j.frame.ReassemblyPool;

class SendLogTest {
    private static final int BLOCK = 4096;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(64 << 10);
    private final long payload = BufferUtil.address(memory);
    private final List<Integer> released = new ArrayList<>();
    private final ReleaseHandler release = (owner, length) -> released.add(owner);
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final LogPool pool = new LogPool(20 * BLOCK, BLOCK, 3 * BLOCK - 100, 4 * BLOCK);
    private final SendLog log = new SendLog(pool, 1);
    private long carrierPosition;

    private int take(final int maxLength) {
        final int length = log.prepareChunk(maxLength);
        carrierPosition += length;
        log.onChunkTaken(carrierPosition);
        return length;
    }

    @Test
    void shouldEndChunksAtTheEndOfAMessage() {
        log.append(1, 2, payload, 52, 1);
        log.append(1, 2, payload, 152, 2);
        log.append(1, 2, payload, 252, 3);
        assertEquals(300, take(400));
        assertEquals(300, take(400));
        assertFalse(log.hasUnsent());
    }

    @Test
    void shouldCutAMessageLongerThanAChunkAndFillUpAfterIt() {
        log.append(1, 2, payload, 952, 1);
        log.append(1, 2, payload, 52, 2);
        assertEquals(400, take(400));
        assertEquals(400, take(400));
        assertEquals(300, take(400));
        log.onAcknowledged(800, release);
        assertTrue(released.isEmpty());
        log.onAcknowledged(1099, release);
        assertTrue(released.isEmpty());
        log.onAcknowledged(1100, release);
        assertEquals(List.of(1, 2), released);
        assertTrue(log.isEmpty());
    }

    @Test
    void shouldRefuseWhatDoesNotFitAndTakeItAfterARelease() {
        for (int i = 1; i <= 4; i++) {
            assertTrue(log.append(1, 2, payload, BLOCK - 64, i), "a block each");
        }
        assertFalse(log.hasRoomFor(0));
        assertFalse(log.append(1, 2, payload, 0, 5));
        assertEquals(6, log.nextSequence() + log.messageCount() - 3, "a refused message takes no number");
        assertEquals(BLOCK - 16, take(BLOCK));
        log.onAcknowledged(carrierPosition, release);
        assertTrue(log.append(1, 2, payload, 0, 5));
        assertEquals(4, log.messageCount());
    }

    @Test
    void shouldHoldNoMemoryWhenEmpty() {
        assertEquals(0, log.heldLength());
        log.append(1, 2, payload, 3 * BLOCK, 1);
        assertEquals(4L * BLOCK, log.heldLength());
        assertEquals(pool.length() - 4 * BLOCK, pool.freeLength());
        while (log.hasUnsent()) {
            take(BLOCK);
        }
        log.onAcknowledged(carrierPosition, release);
        assertEquals(0, log.heldLength());
        assertEquals(pool.length(), pool.freeLength());
    }

    @Test
    void shouldKeepHeadersAndRecordsWhole() {
        log.append(1, 2, payload, BLOCK - 120, 1);
        log.append(1, 2, payload, 100, 2);
        assertEquals(BLOCK - 72, take(2 * BLOCK), "no room for a header: the block ends here");
        log.prepareChunk(2 * BLOCK);
        assertEquals(2, header.wrap(log.chunkAddress()).sequence());
    }

    @Test
    void shouldCutAPayloadAtTheEndOfABlockOnly() {
        log.append(1, 2, payload, 1_000, 1);
        log.append(1, 2, payload, BLOCK, 2);
        final int first = take(2 * BLOCK);
        assertEquals(BLOCK - 2 * 16, first, "all the block holds");
        assertEquals(1_048 + BLOCK + 48 - first, take(2 * BLOCK));
        assertFalse(log.hasUnsent());
    }

    @Test
    void shouldTakeACancelledMessageOutAndLeaveAGapInTheSequence() {
        for (int i = 1; i <= 4; i++) {
            log.append(1, 10 + i, payload, 52, i & 1);
        }
        assertEquals(1, log.cancel(1, 11, release));
        assertEquals(List.of(1), released);
        assertEquals(2, log.firstSequence());
        assertEquals(1, log.cancel(0, 12, release));
        assertEquals(3, log.firstSequence());
        assertEquals(0, log.cancel(0, 12, release), "it is gone");
        assertEquals(200, take(1_000));
        log.append(1, 15, payload, 52, 1);
        assertEquals(5, log.nextSequence() - 1);
        assertEquals(100, take(1_000));
        log.onAcknowledged(carrierPosition, release);
        assertEquals(List.of(1, 0, 1, 0, 1), released);
        assertTrue(log.isEmpty());
    }

    @Test
    void shouldCompleteACancelledMessageThatHasBegunAndNeverSendItAgain() {
        log.append(1, 2, payload, 952, 7);
        log.append(1, 2, payload, 52, 8);
        assertEquals(400, take(400));
        assertEquals(1, log.cancel(7, SendLog.ANY_PORT, release));
        assertEquals(List.of(7), released, "the send buffer is free at once");
        assertEquals(700, log.unsentLength(), "the stream stays framed");
        assertEquals(400, take(400));
        assertEquals(300, take(400));
        log.rewind();
        assertEquals(100, log.prepareChunk(400));
        assertEquals(2, header.wrap(log.chunkAddress()).sequence());
        take(400);
        log.onAcknowledged(carrierPosition, release);
        assertEquals(List.of(7, 8), released, "named once");
    }

    @Test
    void shouldGiveTheMemoryOfCancelledMessagesBackFromBetweenOthers() {
        log.append(1, 2, payload, 10, 1);
        log.append(1, 2, payload, 3 * BLOCK, 2);
        log.append(1, 2, payload, 10, 3);
        assertEquals(4L * BLOCK, log.heldLength());
        log.cancel(2, SendLog.ANY_PORT, release);
        assertEquals(BLOCK, log.heldLength());
        assertEquals(116, take(1_000));
    }

    @Test
    void shouldWantACarrierForAMessageThatFoundNoRoom() {
        for (int i = 0; i < 4; i++) {
            final SendLog hog = new SendLog(pool, 1);
            while (hog.append(1, 2, payload, 0, 1)) {
                assertFalse(log.wantsCarrier());
            }
        }
        assertFalse(log.append(1, 2, payload, 6_000, 1));
        assertTrue(log.wantsCarrier(), "nobody can tell whether the peer lives");
        log.onFlowing();
        assertFalse(log.wantsCarrier());
        assertTrue(log.append(1, 2, payload, 6_000, 1), "out of the reserve");
        log.rewind();
        log.cancel(1, SendLog.ANY_PORT, release);
        assertFalse(log.append(1, 2, payload, 6_000, 1), "the carrier has ended");
    }

    @Test
    void shouldLetATailShareItsChunkWithWhatFollows() {
        for (int i = 1; i <= 3; i++) {
            log.append(1, 2, payload, 952, i);
        }
        assertEquals(900, take(900));
        assertEquals(900, take(900));
        log.onAcknowledged(1800, release);
        assertEquals(List.of(1), released);
        assertEquals(2, log.firstSequence());
    }

    @Test
    void shouldMarkOnlyWhatWasOfferedAndSendItAgainFirst() {
        for (int i = 1; i <= 4; i++) {
            log.append(1, 2, payload, 52, i);
        }
        take(200);
        take(100);
        log.onAcknowledged(200, release);
        assertEquals(List.of(1, 2), released);
        assertEquals(3, log.firstSequence());
        assertEquals(1, log.rewind());
        log.prepareChunk(200);
        header.wrap(log.chunkAddress());
        assertEquals(3, header.sequence());
        assertEquals(RdsHeaderFlyweight.FLAG_RETRANSMITTED, header.flags());
        header.wrap(log.chunkAddress() + 100);
        assertEquals(4, header.sequence());
        assertEquals(0, header.flags());
    }

    @Test
    void shouldMarkAMessageOfWhichOnlyAPieceWasOffered() {
        log.append(1, 2, payload, 1000, 1);
        take(500);
        assertTrue(log.hasOffered());
        assertEquals(1, log.rewind());
        assertEquals(1048, log.prepareChunk(4096));
    }

    @Test
    void shouldDropWhatAnEarlierCarrierWasOffered() {
        for (int i = 1; i <= 3; i++) {
            log.append(1, 2, payload, 52, i);
        }
        take(200);
        assertEquals(0, log.dropOffered(Long.MAX_VALUE, release), "not before the carrier has ended");
        log.rewind();
        assertEquals(2, log.dropOffered(Long.MAX_VALUE, release));
        assertEquals(List.of(1, 2), released);
        assertEquals(3, log.firstSequence());
        assertEquals(100, take(200));
    }

    @Test
    void shouldMoveALentPayloadToAnotherLogWithoutGivingItBack() {
        final List<Long> returned = new ArrayList<>();
        UnsafeApi.putByte(payload + 4_999, (byte) 9);
        log.appendLent(1, 2, payload, 5_000, 7, returned::add, 77);
        log.append(1, 2, payload, 10, 8);
        final SendLog target = new SendLog(pool, 1);
        assertEquals(2, log.moveTo(target));
        assertTrue(log.isEmpty() && returned.isEmpty());
        assertEquals(48, target.prepareChunk(9_000));
        target.onChunkTaken(48);
        assertEquals(5_000, target.prepareChunk(9_000));
        assertEquals(payload, target.chunkAddress());
        target.onChunkTaken(5_048);
        target.onAcknowledged(5_048, release);
        assertEquals(List.of(77L), returned);
        assertEquals(List.of(7), released);
    }

    /** The stream of chunks, read back by the assembler, over many blocks with random rewinds. */
    @Test
    void shouldKeepTheStreamWholeAcrossBlocks() {
        final SplittableRandom random = new SplittableRandom(5);
        final List<Long> sequences = new ArrayList<>();
        final ReassemblyPool memory = new ReassemblyPool(4 << 20, DirectMemory.ofProcess());
        final FrameAssembler assembler = new FrameAssembler(1 << 20, memory, (head, body, length) -> {
            final long sequence = header.wrap(head).sequence();
            sequences.add(sequence);
            for (int i = 0; i < length; i++) {
                assertEquals((byte) (sequence + i), UnsafeApi.getByte(body + i));
            }
            return true;
        }, new ArrivalTimes(() -> 0));
        long next = 1;
        while (next < 20_000) {
            final int length = random.nextInt(random.nextInt(20) == 0 ? 5000 : 300);
            for (int i = 0; i < length; i++) {
                UnsafeApi.putByte(payload + i, (byte) (next + i));
            }
            if (log.append(1, 2, payload, length, (int) next)) {
                next++;
            }
            while (log.hasUnsent() && random.nextInt(4) != 0) {
                final int chunk = log.prepareChunk(48 + random.nextInt(2000));
                final long address = log.chunkAddress();
                carrierPosition += chunk;
                log.onChunkTaken(carrierPosition);
                assertEquals(chunk, assembler.onBytes(address, chunk));
            }
            if (random.nextInt(5) == 0) {
                log.onAcknowledged(carrierPosition, release);
            }
            if (random.nextInt(50) == 0) {
                log.rewind();
                assembler.reset();
                final long first = log.firstSequence();
                sequences.removeIf(sequence -> sequence >= first);
            }
        }
        for (int i = 0; i < sequences.size(); i++) {
            assertEquals(i + 1, sequences.get(i));
        }
        for (int i = 0; i < released.size(); i++) {
            assertEquals(i + 1, released.get(i));
        }
        assertTrue(released.size() > 19_000);
    }
}
