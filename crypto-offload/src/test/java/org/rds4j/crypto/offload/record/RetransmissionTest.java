package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.OffloadRig.MSS;
import static org.rds4j.crypto.offload.OffloadRig.MTU;
import static org.rds4j.crypto.offload.OffloadRig.rig;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.DataSegment;
import org.rds4j.crypto.offload.wqe.DumpWqe;
import org.rds4j.crypto.offload.wqe.StaticParameters;
import org.rds4j.crypto.offload.wqe.UmrWqe;

/** What is sent again, or in another order, is the same octets as at first; and what is kept until then. */
class RetransmissionTest {
    @Test
    void shouldRetransmitFromTheStartOfARecordWithoutDumps() {
        final OffloadRig rig = sent(rig().build(), 4, 3000);
        rig.wire.clear();
        assertEquals(TransmitResult.ENCRYPTED, rig.send(3022, MSS));
        assertEquals(0, rig.count(ModelCounter.DUMPED_PACKETS));
        assertEquals(1, rig.count(OffloadCounter.RESYNCS));
        assertEquals(0, rig.count(OffloadCounter.RESYNCS_WITHOUT_PARAMETERS));
        assertEquals(1, rig.wire.count());
        rig.assertWire();
    }

    @ParameterizedTest
    @EnumSource(ModelMode.class)
    void shouldRetransmitAnyRangeAfterRunningWhatIsBeforeItThroughTheCipher(final ModelMode mode) {
        final OffloadRig rig = sent(rig().mode(mode).build(), 6, 10_000);
        for (int i = 0; i < 200; i++) {
            final int from = rig.random.nextInt(rig.length() - 1);
            final int length = 1 + rig.random.nextInt(Math.min(rig.length() - from, 30_000));
            final long dumped = rig.count(ModelCounter.DUMPED_BYTES);
            assertEquals(TransmitResult.ENCRYPTED, rig.send(from, length));
            final long expected = from % 10_022;
            assertEquals(expected, rig.count(ModelCounter.DUMPED_BYTES) - dumped);
        }
        rig.assertWire();
        assertEquals(rig.count(OffloadCounter.DUMP_BYTES), rig.count(ModelCounter.DUMPED_BYTES));
    }

    /** Record 7 starts at 0xfffffb00 and is sent again from 0x40: 1344 octets later, across the wrap. */
    @Test
    void shouldPostAResyncInTheOrderThatFencesNeed() {
        final OffloadRig rig = sent(rig().start(0xfffffb00, 7).build(), 2, 6000);
        rig.send(6022, 100);
        long place = rig.queue.produced();
        rig.post(0x540, 4096, MSS);
        assertElement(rig, place, ControlSegment.OPCODE_UMR, 1, ControlSegment.FENCE, 12);
        assertElement(rig, place + 3, ControlSegment.OPCODE_SET_PSV, 1, 0, 2);
        assertElement(rig, place + 4, ControlSegment.OPCODE_NOP, 0, ControlSegment.FENCE, 1);
        assertElement(rig, place + 5, ControlSegment.OPCODE_DUMP, 0, 0, 2);
        assertEquals(0x540, DataSegment.length(element(rig, place + 5) + DumpWqe.DATA_OFFSET));
        assertElement(rig, place + 6, ControlSegment.OPCODE_LSO, 0, ControlSegment.COMPLETION, 7);
        assertEquals(place + 8, rig.queue.produced());
        assertEquals(7, StaticParameters.recordNumber(element(rig, place) + UmrWqe.PARAMETERS_OFFSET));
        rig.run();
        place = rig.queue.produced();
        rig.post(0, 100, MSS);
        assertElement(rig, place, ControlSegment.OPCODE_SET_PSV, 1, ControlSegment.FENCE, 2);
        assertElement(rig, place + 1, ControlSegment.OPCODE_NOP, 0, ControlSegment.FENCE, 1);
        assertElement(rig, place + 2, ControlSegment.OPCODE_SEND, 0, ControlSegment.COMPLETION, 7);
        rig.run();
        rig.assertWire();
    }

    @Test
    void shouldNotPostTheParametersOfTheRecordThatTheDeviceHas() {
        final OffloadRig rig = sent(rig().build(), 2, 10_000);
        rig.send(10_022, 500);
        assertEquals(0, rig.count(OffloadCounter.RESYNCS_WITHOUT_PARAMETERS));
        rig.send(10_022 + 1000, 500);
        assertEquals(2, rig.count(OffloadCounter.RESYNCS));
        assertEquals(1, rig.count(OffloadCounter.RESYNCS_WITHOUT_PARAMETERS));
        assertEquals(1, rig.count(ModelCounter.STARTS_WITHOUT_PARAMETERS));
        rig.assertWire();
    }

    @Test
    void shouldResyncForwardForNewDataAndDumpOnlyInsideARecord() {
        final OffloadRig rig = rig().build();
        for (int i = 0; i < 4; i++) {
            rig.append(3000);
        }
        rig.sendAll(0, 2 * 3022);
        rig.send(0, MSS);
        assertEquals(TransmitResult.ENCRYPTED, rig.send(2 * 3022, 1000));
        assertEquals(2, rig.count(OffloadCounter.RESYNCS));
        assertEquals(0, rig.count(OffloadCounter.DUMP_BYTES));
        rig.send(0, MSS);
        assertEquals(TransmitResult.ENCRYPTED, rig.send(2 * 3022 + 1000, 500));
        assertEquals(4, rig.count(OffloadCounter.RESYNCS));
        assertEquals(1000, rig.count(OffloadCounter.DUMP_BYTES));
        rig.assertWire();
    }

    @Test
    void shouldKeepARecordThatIsAcknowledgedInPart() {
        final OffloadRig rig = sent(rig().build(), 2, 10_000);
        rig.acknowledge(5000);
        assertEquals(2, rig.transmitter.records());
        assertEquals(rig.first, rig.transmitter.releasable());
        assertEquals(TransmitResult.ENCRYPTED, rig.send(5000, 4000));
        assertEquals(5000, rig.count(OffloadCounter.DUMP_BYTES));
        rig.assertWire();
    }

    @Test
    void shouldDropWhatThePeerHas() {
        final OffloadRig rig = sent(rig().build(), 2, 10_000);
        rig.acknowledge(10_022);
        rig.wire.clear();
        final int expected = rig.transmitter.expected();
        assertEquals(TransmitResult.ACKNOWLEDGED, rig.send(5000, 1000));
        assertEquals(TransmitResult.ACKNOWLEDGED, rig.send(10_000, 1000));
        assertEquals(2, rig.count(OffloadCounter.DROPPED_ACKNOWLEDGED));
        assertEquals(expected, rig.transmitter.expected());
        assertEquals(0, rig.wire.count());
        assertEquals(TransmitResult.UNKNOWN, rig.send(rig.length() - 1, 2));
    }

    @Test
    void shouldKeepARecordUntilTheDumpThatReadsItHasCompleted() {
        final OffloadRig rig = sent(rig().build(), 2, 10_000);
        assertEquals(TransmitResult.ENCRYPTED, rig.post(5000, 1000, MSS));
        rig.acknowledge(rig.length());
        rig.transmitter.poll();
        assertEquals(rig.first, rig.transmitter.releasable());
        rig.nic.poll(4);
        rig.transmitter.poll();
        assertEquals(rig.first, rig.transmitter.releasable());
        rig.run();
        assertEquals(rig.first + rig.length(), rig.transmitter.releasable());
        assertEquals(0, rig.transmitter.records());
    }

    @Test
    void shouldResyncAcrossTheWrapOfSequenceNumbers() {
        for (final int first : new int[] {0xfffffb00, -3022, -1, 0, Integer.MAX_VALUE - 3011}) {
            final OffloadRig rig = sent(rig().start(first, 7).build(), 3, 3000);
            assertEquals(TransmitResult.ENCRYPTED, rig.send(0x540, 1000));
            assertEquals(0x540, rig.count(OffloadCounter.DUMP_BYTES));
            assertEquals(TransmitResult.ENCRYPTED, rig.send(3022, 3022));
            assertEquals(TransmitResult.ENCRYPTED, rig.send(3000, 100));
            rig.assertWire();
            rig.acknowledge(3022);
            assertEquals(TransmitResult.ACKNOWLEDGED, rig.send(3000, 100));
            assertEquals(first + 3022, rig.transmitter.releasable());
        }
    }

    @Test
    void shouldResyncWhenSegmentsLeaveInAnotherOrder() {
        final OffloadRig rig = rig().build();
        rig.append(10_000);
        for (final int segment : new int[] {0, 2, 1, 3}) {
            assertEquals(TransmitResult.ENCRYPTED, rig.send(segment * MSS, MSS));
        }
        assertEquals(3, rig.count(OffloadCounter.OUT_OF_ORDER));
        rig.assertWire();
    }

    @ParameterizedTest
    @EnumSource(RingEnd.class)
    void shouldPostNothingOfAResyncWithoutRoomAndSucceedLater(final RingEnd ringEnd) {
        final OffloadRig rig = sent(rig().queue(64, ringEnd).build(), 6, 16_000);
        int segments = 0;
        while (rig.post(segments * MSS % 6000, 100, MSS) == TransmitResult.ENCRYPTED) {
            segments++;
        }
        assertTrue(segments > 2);
        final int expected = rig.transmitter.expected();
        final long produced = rig.queue.produced();
        assertEquals(TransmitResult.NO_ROOM, rig.post(15_000, 100, MSS));
        assertEquals(produced, rig.queue.produced());
        assertEquals(expected, rig.transmitter.expected());
        rig.run();
        assertEquals(TransmitResult.ENCRYPTED, rig.send(15_000, 100));
        rig.assertWire();
    }

    @Test
    void shouldSealWhatIsSentAgainWithoutMovingTheDevice() {
        final OffloadRig rig = sent(rig().policy(OffloadPolicy.DEFAULT).build(), 4, 10_000);
        final int expected = rig.transmitter.expected();
        rig.wire.clear();
        for (int i = 0; i < 20; i++) {
            final int from = rig.random.nextInt(rig.length() - 5000);
            assertEquals(TransmitResult.SEALED, rig.send(from, 5000));
        }
        assertEquals(expected, rig.transmitter.expected());
        assertEquals(0, rig.count(OffloadCounter.RESYNCS));
        rig.append(3000);
        assertEquals(TransmitResult.ENCRYPTED, rig.send(rig.length() - 3022, 3022));
        assertEquals(0, rig.count(OffloadCounter.RESYNCS));
        rig.assertWire();
    }

    @Test
    void shouldLeaveTheDeviceForGoodWhenTooMuchIsSentAgain() {
        final OffloadPolicy policy = OffloadPolicy.DEFAULT.withDeviceRetransmissions(true).withRetransmissions(20, 100_000);
        final OffloadRig rig = rig().policy(policy).build();
        int at = 0;
        for (int i = 0; i < 100; i++) {
            rig.append(2000);
            rig.send(at, 2022);
            at += 2022;
        }
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
        for (int i = 0; i < 50; i++) {
            rig.append(2000);
            rig.send(at, 2022);
            rig.send(at - 4000, 100);
            at += 2022;
        }
        assertEquals(OffloadMode.SOFTWARE, rig.transmitter.mode());
        assertEquals(1, rig.count(OffloadCounter.FALLBACKS));
        rig.transmitter.maintain();
        assertEquals(0, rig.tisPool.live());
        final long encrypted = rig.count(ModelCounter.ENCRYPTED_PACKETS);
        for (int i = 0; i < 10; i++) {
            rig.append(2000);
            assertEquals(TransmitResult.SEALED, rig.send(at, 2022));
            assertEquals(TransmitResult.SEALED, rig.send(at - 4000, 100));
            at += 2022;
        }
        assertEquals(encrypted, rig.count(ModelCounter.ENCRYPTED_PACKETS));
        rig.assertWire();
    }

    @Test
    void shouldStayWithTheDeviceWhenLittleIsSentAgain() {
        final OffloadPolicy policy = OffloadPolicy.DEFAULT.withRetransmissions(20, 10_000);
        final OffloadRig rig = rig().policy(policy).build();
        for (int i = 0; i < 100; i++) {
            rig.append(2000);
            rig.send(i * 2022, 2022);
            rig.send(i * 2022, 30);
        }
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
    }

    @Test
    void shouldAbortWhenThePlaintextOfARecordHasChanged() {
        for (final boolean isByDevice : new boolean[] {true, false}) {
            final OffloadRig rig = sent(
                rig().policy(OffloadPolicy.DEFAULT.withDeviceRetransmissions(isByDevice)).build(), 2, 10_000);
            final int packets = rig.wire.count();
            final byte[] octet = rig.read(rig.first + 9000, 1);
            rig.write(rig.first + 9000, new byte[] {(byte) (octet[0] + 1)});
            assertEquals(TransmitResult.IMAGE_CHANGED, rig.send(0, 100));
            assertEquals(TransmitResult.IMAGE_CHANGED, rig.send(11_000, 100));
            rig.write(rig.first + 9000, octet);
            assertEquals(TransmitResult.IMAGE_CHANGED, rig.send(0, 100));
            assertEquals(packets, rig.wire.count());
            assertEquals(1, rig.count(OffloadCounter.IMAGE_CHANGED));
        }
    }

    @Test
    void shouldNotSealARecordAgainWhoseSecondPartHasChangedBeforeItWasSent() {
        final OffloadRig rig = rig().policy(OffloadPolicy.DEFAULT).build();
        rig.append(2000, 23, false);
        rig.append(10_000, 23, false);
        rig.send(0, 2022 + MSS);
        rig.send(0, 100);
        rig.write(rig.first + 9000, new byte[] {1, 2, 3});
        assertEquals(TransmitResult.IMAGE_CHANGED, rig.send(2022 + MSS, MSS));
    }

    @Test
    void shouldNotShowPlaintextWhenTheDeviceIsResetInTheMiddle() {
        final OffloadRig rig = sent(rig().mode(ModelMode.REAL).build(), 3, 5000);
        rig.append(5000);
        rig.markPlaintext();
        rig.send(3 * 5022, 2000);
        rig.nic.reset();
        rig.post(3 * 5022 + 2000, 1000, MSS);
        rig.run();
        assertEquals(TransmitResult.QUEUE_FAILED, rig.send(3 * 5022 + 2000, 1000));
        rig.transmitter.maintain();
        assertEquals(OffloadMode.SOFTWARE, rig.transmitter.mode());
        assertEquals(0, rig.count(ModelCounter.PLAINTEXT_LEAK));
        final Memory other = new Memory(3022);
        assertEquals(TransmitResult.SEALED, rig.transmitter.encrypt(rig.first + 3 * 5022 + 2000, 3022, other.address()));
        assertArrayEquals(Arrays.copyOfRange(rig.reference(), 3 * 5022 + 2000, 4 * 5022), other.get(0, 3022));
        rig.wire.assertSlicesOf(rig.reference(), rig.first);
        assertEquals(0, rig.tisPool.live());
        rig.acknowledge(rig.length());
        assertEquals(rig.first + rig.length(), rig.transmitter.releasable());
    }

    @Test
    void shouldSealInSoftwareWhatNoDeviceTakes() {
        final OffloadRig rig = rig().mode(ModelMode.REAL).build();
        rig.append(5000);
        rig.append(5000);
        rig.markPlaintext();
        rig.send(0, 2000);
        rig.transmitter.fallBack();
        assertEquals(TransmitResult.SEALED, rig.send(2000, rig.length() - 2000));
        assertEquals(0, rig.count(ModelCounter.PLAINTEXT_LEAK));
        rig.assertWire();
    }

    @Test
    void shouldDumpInPiecesNoLongerThanThePacketsOfTheDevice() {
        final OffloadRig rig = sent(rig().build(), 1, 16_384);
        assertEquals(TransmitResult.ENCRYPTED, rig.send(16_000, 400));
        assertEquals(16_000, rig.count(OffloadCounter.DUMP_BYTES));
        assertEquals((16_000 + MTU - 1) / MTU, rig.count(OffloadCounter.DUMP_PACKETS));
        rig.assertWire();
    }

    @Test
    void shouldHaveNoPieceAcrossTheEndOfTheStreamsMemory() {
        final OffloadRig rig = rig().build();
        int at = 0;
        while (at < OffloadRig.RING - 20_000) {
            rig.append(16_384);
            rig.send(at, 16_406);
            at += 16_406;
            rig.acknowledge(at);
        }
        rig.append(16_384);
        rig.append(16_384);
        assertFalse(at + 2 * 16_406 < OffloadRig.RING);
        rig.send(at, 2 * 16_406);
        rig.send(at + 16_406 + 15_000, 1000);
        rig.send(at + 1000, 30_000);
        rig.assertWire();
        assertNotEquals(0, rig.count(OffloadCounter.DUMP_BYTES));
    }

    private static void assertElement(
        final OffloadRig rig, final long place, final int opcode, final int modifier, final int flags, final int segments) {
        final long element = element(rig, place);
        assertEquals(opcode, ControlSegment.opcode(element));
        assertEquals(modifier, ControlSegment.modifier(element));
        assertEquals(flags, ControlSegment.flags(element));
        assertEquals(segments, ControlSegment.segments(element));
    }

    private static long element(final OffloadRig rig, final long place) {
        return rig.memory.ring() + (place & rig.memory.blocks() - 1) * ControlSegment.BLOCK_LENGTH;
    }

    private static OffloadRig sent(final OffloadRig rig, final int records, final int contentLength) {
        for (int i = 0; i < records; i++) {
            rig.append(contentLength);
        }
        rig.sendAll(0, rig.length());
        return rig;
    }
}
