package org.rds4j.tcp.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.AllocationMeter;

class TransmitBatchTest {
    private final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 64, 8);
    private final TransmitBatch batch = new TransmitBatch(pair.first(), 4);
    private final FrameBurst received = new FrameBurst(64);

    @Test
    void shouldSendWhatWasCommittedInOrderOnFlush() {
        put(1, 60);
        put(2, 61);
        assertEquals(2, batch.pending());
        assertEquals(0, pair.second().receiveBurst(received));
        assertEquals(2, batch.flush());
        assertEquals(0, batch.pending());
        expect(1, 2);
        assertAllHome();
    }

    @Test
    void shouldSendByItselfWhenFullAndKeepWhatThePortRefuses() {
        for (int i = 1; i <= 12; i++) {
            put(i, 60);
        }
        assertEquals(4, batch.pending());
        assertFalse(batch.hasRoom());
        assertEquals(0, batch.claim(60));
        expect(1, 8);
        assertTrue(batch.hasRoom());
        put(13, 60);
        batch.flush();
        expect(9, 5);
        assertAllHome();
    }

    @Test
    void shouldGiveAnAbortedFrameToTheNextClaim() {
        final long first = batch.claim(60);
        assertNotEquals(0, first);
        batch.abort();
        assertEquals(0, batch.pending());
        assertEquals(first, batch.claim(1514));
        batch.abort();
        assertAllHome();
    }

    @Test
    void shouldHaveNoRoomWhenThePoolIsDry() {
        final FrameBurst all = new FrameBurst(64);
        pair.first().allocate(all, 64);
        assertFalse(batch.hasRoom());
        assertEquals(0, batch.claim(60));
        pair.first().release(all);
        assertTrue(batch.hasRoom());
        assertAllHome();
    }

    @Test
    void shouldRefuseAFrameThatNoFrameOfThePortHolds() {
        assertEquals(0, batch.claim(5000));
        assertNotEquals(0, batch.claim(1514));
        batch.abort();
        assertAllHome();
    }

    @Test
    void shouldRefuseACapacityOfNothing() {
        assertThrows(IllegalArgumentException.class, () -> new TransmitBatch(pair.first(), 0));
    }

    @Test
    void shouldPassLengthAndFlagsToThePort() {
        final InMemoryLinkPair link = new InMemoryLinkPair(1500, 4, 4);
        final FlagRecorder recorder = new FlagRecorder(link.first());
        final TransmitBatch flagged = new TransmitBatch(recorder, 2);
        flagged.claim(100);
        flagged.commit(77, FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM);
        flagged.flush();
        assertEquals(FrameBurst.FLAG_COMPUTE_TCP_CHECKSUM, recorder.flags);
        assertEquals(77, recorder.length);
        flagged.close();
    }

    @Test
    void shouldAllocateNothingOnTheHeapInSteadyState() {
        assertEquals(0, AllocationMeter.leastAllocated(() -> {
            for (int i = 0; i < 2000; i++) {
                put(i, 60);
                batch.flush();
                pair.second().receiveBurst(received);
                pair.second().release(received);
            }
        }, 100));
        assertAllHome();
    }

    private void put(final int value, final int length) {
        final long address = batch.claim(length);
        if (address != 0) {
            UnsafeApi.putInt(address, value);
            batch.commit(length, 0);
        }
    }

    private void expect(final int firstValue, final int count) {
        assertEquals(count, pair.second().receiveBurst(received));
        for (int i = 0; i < count; i++) {
            assertEquals(firstValue + i, UnsafeApi.getInt(received.address(i)));
        }
        pair.second().release(received);
    }

    private void assertAllHome() {
        batch.close();
        assertTrue(pair.isPoolFull());
    }
}
