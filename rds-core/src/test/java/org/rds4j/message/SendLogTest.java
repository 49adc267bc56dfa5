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
import org.rds4j.frame.FrameAssembler;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.frame.ReassemblyPool;

class SendLogTest {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(64 << 10);
    private final long payload = BufferUtil.address(memory);
    private final List<Integer> released = new ArrayList<>();
    private final ReleaseHandler release = (owner, length) -> released.add(owner);
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final SendLog log = new SendLog(8192, 1);
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
        assertTrue(log.append(1, 2, payload, 4048, 1));
        assertTrue(log.append(1, 2, payload, 4048, 2));
        assertFalse(log.append(1, 2, payload, 0, 3));
        take(4096);
        log.onAcknowledged(4096, release);
        assertTrue(log.append(1, 2, payload, 4048, 3));
        assertEquals(2, log.messageCount());
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

    /** The stream of chunks, read back by the assembler, over many turns of the ring with random rewinds. */
    @Test
    void shouldKeepTheStreamWholeAcrossTheEndOfTheRing() {
        final SplittableRandom random = new SplittableRandom(5);
        final List<Long> sequences = new ArrayList<>();
        final FrameAssembler assembler = new FrameAssembler(1 << 20, new ReassemblyPool(4 << 20), (head, body, length) -> {
            final long sequence = header.wrap(head).sequence();
            sequences.add(sequence);
            for (int i = 0; i < length; i++) {
                assertEquals((byte) (sequence + i), UnsafeApi.getByte(body + i));
            }
            return true;
        });
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
