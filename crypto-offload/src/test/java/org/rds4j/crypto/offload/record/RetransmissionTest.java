package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.OffloadRig.MSS;
import static org.rds4j.crypto.offload.OffloadRig.MTU;
import static org.rds4j.crypto.offload.OffloadRig.rig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.DataSegment;
import org.rds4j.crypto.offload.wqe.DumpWqe;
import org.rds4j.crypto.offload.wqe.StaticParameters;
import org.rds4j.crypto.offload.wqe.UmrWqe;
import org.rds4j.crypto.record.RecordError;

/** What is sent again, or in another order, is the same octets as at first; and what is kept until then. */
class RetransmissionTest {
    @Test
    void shouldRetransmitFromTheStartOfARecordWithoutDumps() {
        final OffloadRig rig = sent(rig().build(), 4, 3000);
        rig.wire.clear();
        rig.send(3022, MSS);
        assertEquals(0, rig.count(ModelCounter.DUMPED_PACKETS));
        assertEquals(2, rig.count(OffloadCounter.RESYNCS), "the first of all included");
        assertEquals(0, rig.count(OffloadCounter.RESYNCS_WITHOUT_PARAMETERS));
        assertEquals(1, rig.wire.count());
        assertByDevice(rig);
    }

    @ParameterizedTest
    @EnumSource(ModelMode.class)
    void shouldRetransmitAnyRangeAfterRunningWhatIsBeforeItThroughTheCipher(final ModelMode mode) {
        final OffloadRig rig = sent(rig().mode(mode).build(), 6, 10_000);
        for (int i = 0; i < 200; i++) {
            final int from = i % 10 == 0 ? rig.random.nextInt(6) * 10_022 : rig.random.nextInt(rig.length() - 1);
            final int length = 1 + rig.random.nextInt(Math.min(rig.length() - from, 30_000));
            final long dumped = rig.count(ModelCounter.DUMPED_BYTES);
            rig.send(from, length);
            assertEquals(from % 10_022, rig.count(ModelCounter.DUMPED_BYTES) - dumped);
        }
        assertByDevice(rig);
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
        assertByDevice(rig);
    }

    @Test
    void shouldNotPostTheParametersOfTheRecordThatTheDeviceHas() {
        final OffloadRig rig = sent(rig().build(), 2, 10_000);
        final long resyncs = rig.count(OffloadCounter.RESYNCS);
        rig.send(10_022, 500);
        assertEquals(0, rig.count(OffloadCounter.RESYNCS_WITHOUT_PARAMETERS));
        rig.send(10_022 + 1000, 500);
        assertEquals(2, rig.count(OffloadCounter.RESYNCS) - resyncs);
        assertEquals(1, rig.count(OffloadCounter.RESYNCS_WITHOUT_PARAMETERS));
        assertEquals(1, rig.count(ModelCounter.STARTS_WITHOUT_PARAMETERS));
        assertByDevice(rig);
    }

    @Test
    void shouldResyncForwardForNewDataAndDumpOnlyInsideARecord() {
        final OffloadRig rig = rig().build();
        for (int i = 0; i < 4; i++) {
            rig.append(3000);
        }
        rig.sendAll(0, 2 * 3022);
        final long resyncs = rig.count(OffloadCounter.RESYNCS);
        rig.send(0, MSS);
        rig.send(2 * 3022, 1000);
        assertEquals(2, rig.count(OffloadCounter.RESYNCS) - resyncs);
        assertEquals(0, rig.count(OffloadCounter.DUMP_BYTES));
        rig.send(0, MSS);
        rig.send(2 * 3022 + 1000, 500);
        assertEquals(4, rig.count(OffloadCounter.RESYNCS) - resyncs);
        assertEquals(1000, rig.count(OffloadCounter.DUMP_BYTES));
        assertByDevice(rig);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepARecordThatIsAcknowledgedInPart(final boolean isByDevice) {
        final OffloadRig rig = sent(rig().policy(policy(isByDevice)).build(), 3, 10_000);
        rig.acknowledge(15_000);
        rig.run();
        assertEquals(10_022, rig.releasable(), "its header is needed");
        rig.send(15_000, 4000);
        assertEquals(isByDevice ? 15_000 - 10_022 : 0, rig.count(OffloadCounter.DUMP_BYTES));
        assertEquals(isByDevice ? 0 : 1, rig.count(OffloadCounter.RECORDS_SEALED));
        rig.assertWire();
    }

    @Test
    void shouldDropWhatThePeerHas() {
        final OffloadRig rig = sent(rig().build(), 2, 10_000);
        rig.acknowledge(10_022);
        rig.wire.clear();
        final long produced = rig.queue.produced();
        rig.send(5000, 1000);
        rig.send(10_000, 1000);
        assertEquals(2, rig.count(OffloadCounter.DROPPED_ACKNOWLEDGED));
        assertEquals(produced, rig.queue.produced(), "the device is not touched");
        assertEquals(0, rig.wire.count());
        assertEquals(0, rig.asked());
    }

    @Test
    void shouldKeepARecordUntilTheDumpThatReadsItHasCompleted() {
        final OffloadRig rig = sent(rig().build(), 2, 10_000);
        rig.post(5000, 1000, MSS);
        rig.acknowledge(rig.length());
        rig.poll();
        assertEquals(0, rig.releasable());
        rig.nic.poll(4);
        rig.poll();
        assertEquals(0, rig.releasable());
        rig.run();
        assertEquals(rig.length(), rig.releasable());
    }

    @Test
    void shouldResyncAcrossTheWrapOfSequenceNumbers() {
        for (final int first : new int[] {0xfffffb00, -3022, -1, 0, Integer.MAX_VALUE - 3011}) {
            final OffloadRig rig = sent(rig().start(first, 7).build(), 3, 3000);
            rig.send(0x540, 1000);
            assertEquals(0x540, rig.count(OffloadCounter.DUMP_BYTES));
            rig.send(3022, 3022);
            rig.send(3000, 100);
            assertByDevice(rig);
            rig.acknowledge(3022);
            rig.send(3000, 100);
            assertEquals(1, rig.count(OffloadCounter.DROPPED_ACKNOWLEDGED));
            assertEquals(3022, rig.releasable());
        }
    }

    /** Whoever sends the third segment before the second tells the device so, three times. */
    @Test
    void shouldResyncWhenSegmentsLeaveInAnotherOrder() {
        final OffloadRig rig = rig().mode(ModelMode.REAL).build();
        rig.append(10_000);
        for (final int segment : new int[] {0, 2, 1, 3}) {
            rig.post(segment * MSS, MSS, MSS);
        }
        rig.run();
        assertEquals(4, rig.count(OffloadCounter.OUT_OF_ORDER), "the first of all included");
        assertByDevice(rig);
    }

    /** Who asks for room before each segment finds it for all that the segment may need. */
    @ParameterizedTest
    @EnumSource(RingEnd.class)
    void shouldPostNothingOfAResyncWithoutRoomAndSucceedLater(final RingEnd ringEnd) {
        final OffloadRig rig = sent(rig().queue(128, ringEnd).build(), 6, 16_000);
        final long encrypted = rig.count(OffloadCounter.ENCRYPTED_PACKETS);
        for (int round = 0; round < 20; round++) {
            int segments = 0;
            for (; rig.stream.hasRoom(); segments++) {
                rig.post(segments % 6 * 16_022 + 15_000 + round * 10, 500, MSS);
            }
            assertTrue(segments > 3, segments + " segments");
            final long produced = rig.queue.produced();
            rig.poll();
            assertFalse(rig.stream.hasRoom());
            assertEquals(produced, rig.queue.produced());
            rig.run();
        }
        assertTrue(rig.count(OffloadCounter.ENCRYPTED_PACKETS) - encrypted > 60);
        assertEquals(0, rig.count(OffloadCounter.NO_ROOM));
        assertByDevice(rig);
    }

    @Test
    void shouldSealWhatIsSentAgainWithoutMovingTheDevice() {
        final OffloadRig rig = sent(rig().policy(OffloadRig.BY_SOFTWARE).build(), 4, 10_000);
        rig.wire.clear();
        for (int i = 0; i < 20; i++) {
            rig.send(rig.random.nextInt(rig.length() - 5000), 5000);
        }
        assertEquals(4, rig.count(OffloadCounter.RECORDS_SEALED), "each of them once");
        rig.append(3000);
        rig.send(rig.length() - 3022, 3022);
        assertEquals(1, rig.count(OffloadCounter.RESYNCS), "the first of all");
        assertEquals(4 * 10_022 + 3022, rig.count(ModelCounter.ENCRYPTED_BYTES));
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
        assertFalse(rig.stream.isLeaving());
        for (int i = 0; i < 50; i++) {
            rig.append(2000);
            rig.send(at, 2022);
            rig.send(at - 4000, 100);
            at += 2022;
        }
        assertTrue(rig.stream.isLeaving());
        assertEquals(1, rig.count(OffloadCounter.FALLBACKS));
        assertTrue(rig.stream.isPlain() && rig.stream.isQuiet());
        final long encrypted = rig.count(ModelCounter.ENCRYPTED_PACKETS);
        for (int i = 0; i < 10; i++) {
            rig.append(2000, i % 2 == 0);
            rig.send(at, 2022);
            rig.send(at - 4000, 100);
            at += 2022;
        }
        assertEquals(encrypted, rig.count(ModelCounter.ENCRYPTED_PACKETS));
        assertEquals(1, rig.count(OffloadCounter.FALLBACKS));
        rig.append(2000, true);
        rig.run();
        assertTrue(rig.stream.isPlain(), "sealed before it is sent");
        rig.assertWire();
        assertSealed(rig);
    }

    @Test
    void shouldStayWithTheDeviceWhenLittleIsSentAgain() {
        final OffloadRig rig = rig().policy(OffloadPolicy.DEFAULT.withRetransmissions(20, 10_000)).build();
        for (int i = 0; i < 100; i++) {
            rig.append(2000);
            rig.send(i * 2022, 2022);
            rig.send(i * 2022, 30);
        }
        assertFalse(rig.stream.isLeaving());
    }

    /** Whoever is told so ends the connection; until then nothing of the record is sent, not even as it was. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldAbortWhenThePlaintextOfARecordHasChanged(final boolean isByDevice) {
        final OffloadRig rig = sent(rig().policy(policy(isByDevice)).build(), 2, 10_000);
        final int packets = rig.wire.count();
        final byte[] octet = rig.read(9000, 1);
        rig.write(9000, new byte[] {(byte) (octet[0] + 1)});
        rig.send(0, 100);
        assertEquals(RecordError.INTERNAL_ERROR, rig.sealError());
        rig.write(9000, octet);
        rig.send(0, 100);
        rig.send(9000, 1000);
        assertEquals(packets, rig.wire.count());
        assertEquals(1, rig.count(OffloadCounter.IMAGE_CHANGED));
        assertEquals(0, rig.count(OffloadCounter.RECORDS_SEALED));
        assertFalse(rig.stream.isPlain());
        rig.assertWire();
    }

    @Test
    void shouldNotRunChangedPlaintextThroughTheCipherForTheRestOfItsRecord() {
        final OffloadRig rig = sent(rig().build(), 1, 10_000);
        rig.append(10_000);
        rig.send(10_022, MSS);
        rig.send(0, 100);
        final int packets = rig.wire.count();
        rig.write(10_022 + 500, new byte[] {1, 2, 3});
        rig.send(10_022 + MSS, MSS);
        assertEquals(packets, rig.wire.count());
        assertEquals(RecordError.INTERNAL_ERROR, rig.sealError());
        assertEquals(1, rig.count(OffloadCounter.IMAGE_CHANGED));
    }

    @Test
    void shouldNotShowPlaintextWhenTheDeviceIsResetInTheMiddle() {
        final OffloadRig rig = sent(rig().mode(ModelMode.REAL).build(), 3, 5000);
        rig.append(5000);
        rig.send(3 * 5022, 2000);
        final int packets = rig.wire.count();
        rig.nic.reset();
        rig.post(3 * 5022 + 2000, 1000, MSS);
        rig.run();
        assertFalse(rig.stream.hasRoom());
        assertTrue(rig.stream.isLeaving());
        assertEquals(1, rig.count(OffloadCounter.FALLBACKS));
        assertEquals(packets, rig.wire.count());
        assertTrue(rig.stream.isPlain() && rig.stream.isQuiet());
        assertSealed(rig);
        assertEquals(0, rig.count(ModelCounter.PLAINTEXT_LEAK));
        rig.wire.assertSlicesOf(rig.reference(), 1000);
        rig.acknowledge(rig.length());
        rig.run();
        assertEquals(rig.length(), rig.releasable());
    }

    @Test
    void shouldSealInSoftwareWhatNoDeviceTakes() {
        final OffloadRig rig = rig().mode(ModelMode.REAL).build();
        rig.append(5000);
        rig.append(5000);
        rig.send(0, 2000);
        rig.stream.leave();
        rig.send(2000, rig.length() - 2000);
        assertEquals(2000, rig.count(ModelCounter.ENCRYPTED_BYTES));
        rig.assertWhole();
        assertSealed(rig);
    }

    @Test
    void shouldDumpInPiecesNoLongerThanThePacketsOfTheDevice() {
        final OffloadRig rig = sent(rig().build(), 1, 16_384);
        rig.send(16_000, 400);
        assertEquals(16_000, rig.count(OffloadCounter.DUMP_BYTES));
        assertEquals((16_000 + MTU - 1) / MTU, rig.count(OffloadCounter.DUMP_PACKETS));
        assertByDevice(rig);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldHaveNoPieceAcrossTheEndOfTheStreamsMemory(final boolean isByDevice) {
        final OffloadRig rig = rig().policy(policy(isByDevice)).build();
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
        assertEquals(isByDevice, rig.count(OffloadCounter.DUMP_BYTES) > 0);
        assertNotEquals(isByDevice, rig.count(OffloadCounter.RECORDS_SEALED) > 0);
    }

    private static OffloadPolicy policy(final boolean isByDevice) {
        return isByDevice ? OffloadRig.BY_DEVICE : OffloadRig.BY_SOFTWARE;
    }

    /** The wire is right, and software had no part in it. */
    private static void assertByDevice(final OffloadRig rig) {
        rig.assertWire();
        assertEquals(0, rig.count(OffloadCounter.RECORDS_SEALED));
    }

    /** The stream holds the octets that any way out may send. */
    private static void assertSealed(final OffloadRig rig) {
        assertArrayEquals(rig.reference(), rig.read(0, rig.length()));
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
        final QueueMemory memory = rig.queue.memory();
        return memory.ring() + (place & memory.blocks() - 1) * ControlSegment.BLOCK_LENGTH;
    }

    private static OffloadRig sent(final OffloadRig rig, final int records, final int contentLength) {
        for (int i = 0; i < records; i++) {
            rig.append(contentLength);
        }
        rig.sendAll(0, rig.length());
        return rig;
    }
}
