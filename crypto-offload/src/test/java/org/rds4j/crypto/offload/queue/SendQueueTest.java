package org.rds4j.crypto.offload.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.HexDump.assertDump;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.firmware.FirmwareChannel;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.WqeError;

/** Places in the ring, doorbells, completions, and the end of the ring. */
class SendQueueTest {
    private static final int BLOCKS = 16;
    private static final int TIS = 0x1c;

    private final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, new Wire());
    private final FirmwareChannel channel = new FirmwareChannel(nic);
    private final int tis = channel.createTis();
    private final int key = channel.createKey(new byte[16]);
    private final QueueMemory memory = nic.openQueue(BLOCKS);

    @Test
    void shouldWriteTheStartOfTransmissionAtItsPlaceInTheRing() {
        final Memory ring = new Memory(1024 * 64);
        final Memory rest = new Memory(1024 * 64 + 64);
        final QueueMemory large = new QueueMemory(
            0x12a4, ring.address(), 1024, rest.address(), rest.address() + 8, rest.address() + 64, 1024,
            rest.address() + 16);
        final SendQueue queue = new SendQueue(large, RingEnd.PAD, 0x100);
        post(queue, 5, 0x305);
        queue.ring();
        assertDump(320, """
            0000: 01 01 00 25 00 12 a4 0c 00 00 00 00 00 00 1c 00
            0010: 80 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00
            0080: 8d 00 00 01 00 00 00 00 00 00 00 00 00 00 00 05
            0090: 00 00 00 00 38 0b 54 1d c2 52 b1 f0 61 8a ea 80
            00a0: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            00c0: 01 01 03 20 00 12 a4 02 00 00 00 20 00 00 00 00
            00d0: 00 00 00 1c 00 00 00 00 00 00 00 00 00 00 00 00
            0100: 00 01 04 00 00 12 a4 01 00 00 00 20 00 00 00 00
            """, ring.get(0x100 * 64, 320));
        assertEquals(0x105, queue.produced());
        assertDump(16, "0000: 00 00 01 05 00 00 00 00 00 01 04 00 00 12 a4 01", rest.get(0, 16));
    }

    @Test
    void shouldWriteTheStartOfReceptionAndTheQuestionAtTheirPlaceInTheRing() {
        final Memory ring = new Memory(64 * 64);
        final Memory rest = new Memory(64 * 64 + 64);
        final QueueMemory control = new QueueMemory(
            0x77, ring.address(), 64, rest.address(), rest.address() + 8, rest.address() + 64, 64, rest.address() + 16);
        final SendQueue queue = new SendQueue(control, RingEnd.PAD, 0x10);
        queue.postReceiveParameters(0, 0x2d, TlsVersion.TLS_1_3, 0, 0, 0x380b541d, 0xc252b1f0618aea80L, 0x305);
        queue.postReceiveProgress(0x2d, 0x11223344);
        queue.postReadback(0x2d, 0x00181800, 0x7f0012350040L);
        queue.postReceiveParameters(0, 0x2d, TlsVersion.TLS_1_3, 9, 0x11228000, 0x380b541d, 0xc252b1f0618aea80L, 0x305);
        assertDump(512, """
            0000: 02 00 10 25 00 00 77 0c 00 00 00 00 00 00 2d 00
            0010: 80 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00
            0080: 8d 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00
            0090: 00 00 00 00 38 0b 54 1d c2 52 b1 f0 61 8a ea 80
            00a0: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            00c0: 02 00 13 20 00 00 77 02 00 00 00 08 00 00 00 00
            00d0: 00 00 00 2d 11 22 33 44 00 00 00 00 00 00 00 00
            0100: 02 00 14 21 00 00 77 04 00 00 00 08 00 00 00 00
            0120: 00 00 00 10 00 18 18 00 00 00 7f 00 12 35 00 40
            0130: 00 00 00 2d 00 00 00 00 00 00 00 00 00 00 00 00
            0140: 02 00 15 25 00 00 77 0c 00 00 00 00 00 00 2d 00
            0150: 80 00 00 00 00 00 00 04 00 00 00 00 00 00 00 00
            01c0: 8d 00 00 01 00 00 00 00 00 00 00 00 00 00 00 09
            01d0: 11 22 80 00 38 0b 54 1d c2 52 b1 f0 61 8a ea 80
            01e0: 00 00 03 05 00 00 00 00 00 00 00 00 00 00 00 00
            """, ring.get(0x10 * 64, 512));
    }

    @ParameterizedTest
    @EnumSource(RingEnd.class)
    void shouldCompleteARingOfParametersAloneForEver(final RingEnd ringEnd) {
        final SendQueue queue = new SendQueue(memory, ringEnd);
        for (int i = 0; i < 20_000; i++) {
            assertTrue(queue.hasRoom(5, 3), "round " + i);
            post(queue, i, key);
            queue.ring();
            nic.poll();
            queue.poll();
            assertEquals(WqeError.NONE, queue.failure(), "round " + i);
        }
        assertEquals(20_000, nic.counters().get(ModelCounter.STARTS_WITH_PARAMETERS));
        assertEquals(ringEnd == RingEnd.PAD, queue.produced() > 100_000);
    }

    @Test
    void shouldFillTheEndOfTheRingWithNothings() {
        final SendQueue queue = new SendQueue(memory, RingEnd.PAD);
        for (int i = 0; i < 14; i++) {
            queue.postFence();
        }
        queue.ring();
        nic.poll();
        queue.poll();
        postParameters(queue, 1);
        assertEquals(19, queue.produced());
        queue.ring();
        assertEquals(4, 1 + nic.poll());
    }

    @Test
    void shouldContinueAnElementAtTheStartOfTheRing() {
        final SendQueue queue = new SendQueue(memory, RingEnd.WRAP);
        for (int i = 0; i < 14; i++) {
            queue.postFence();
        }
        queue.ring();
        nic.poll();
        queue.poll();
        postParameters(queue, 1);
        assertEquals(17, queue.produced());
        queue.ring();
        assertEquals(1, nic.poll());
        assertEquals(WqeError.NONE, nic.failure(memory));
    }

    @Test
    void shouldNotPostMoreThanTheRingHolds() {
        final SendQueue queue = new SendQueue(memory, RingEnd.PAD);
        assertTrue(queue.hasRoom(BLOCKS - 2, 3));
        assertFalse(queue.hasRoom(BLOCKS - 1, 3));
        assertFalse(new SendQueue(memory, RingEnd.WRAP).hasRoom(BLOCKS + 1, 3));
        for (int i = 0; i < BLOCKS; i++) {
            assertTrue(queue.hasRoom(1, 1));
            queue.postFence();
        }
        assertFalse(queue.hasRoom(1, 1));
        queue.ring();
        nic.poll();
        assertFalse(queue.hasRoom(1, 1));
        assertTrue(queue.poll() > 0);
        assertTrue(queue.hasRoom(BLOCKS, 1));
        assertEquals(BLOCKS, queue.completed());
    }

    @Test
    void shouldAskForACompletionAtLeastEveryHalfRing() {
        final SendQueue queue = new SendQueue(memory, RingEnd.PAD);
        for (int i = 0; i < BLOCKS; i++) {
            queue.postFence();
        }
        for (int i = 0; i < BLOCKS; i++) {
            final int flags = ControlSegment.flags(memory.ring() + i * 64L);
            assertEquals(i == 7 || i == 15, (flags & ControlSegment.COMPLETION) != 0, "element " + i);
        }
    }

    @Test
    void shouldDoNothingMoreWhenTheDeviceHasStoppedIt() {
        final SendQueue queue = new SendQueue(memory, RingEnd.PAD);
        final Memory data = new Memory(100);
        queue.postDump(tis + 77, 100, nic.register(data.address(), 100), data.address());
        queue.ring();
        nic.poll();
        queue.poll();
        assertEquals(WqeError.TIS_UNKNOWN, queue.failure());
        assertFalse(queue.hasRoom(1, 1));
        assertEquals(0, queue.completed());
    }

    @Test
    void shouldRefuseRingsThatAreNoPowersOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new QueueMemory(1, 0, 24, 0, 0, 0, 16, 0));
        assertThrows(IllegalArgumentException.class, () -> new QueueMemory(1, 0, 16, 0, 0, 0, 15, 0));
    }

    @Test
    void shouldNotAllocate() {
        final SendQueue queue = new SendQueue(memory, RingEnd.WRAP);
        assertEquals(0, Allocation.leastOf(() -> {
            for (int i = 0; i < 1000 && queue.hasRoom(5, 3); i++) {
                post(queue, i, key);
                queue.ring();
                queue.poll();
            }
        }));
    }

    private static void post(final SendQueue queue, final long number, final int key) {
        queue.postStaticParameters(0, TIS, TlsVersion.TLS_1_3, number, 0x380b541d, 0xc252b1f0618aea80L, key);
        queue.postProgressParameters(ControlSegment.FENCE, TIS);
        queue.postFence();
    }

    private void postParameters(final SendQueue queue, final long number) {
        queue.postStaticParameters(0, tis, TlsVersion.TLS_1_3, number, 1, 2, key);
    }
}
