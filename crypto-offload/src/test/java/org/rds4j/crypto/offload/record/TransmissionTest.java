package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.OffloadRig.MSS;
import static org.rds4j.crypto.offload.OffloadRig.rig;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.TrafficKeys;

/** What leaves the device is what an independent cipher makes of the same records: new data, in order. */
class TransmissionTest {
    private static final String RECORD_5 = "170303002188f32f79a13d7419edd179765efc34af9d151453d57d30730e9723c1045a8dbfd4";
    private static final String EMPTY_RECORD_6 = "17030300118775703fb211bfabee980ad68627033ba8";

    @Test
    void shouldStartAtAnyRecordNumber() {
        for (final long number : new long[] {0, 5, Long.MIN_VALUE}) {
            final OffloadRig rig = rig().start(1000, number).build();
            rig.append(100);
            rig.append(3000);
            rig.sendAll(0, rig.length());
            assertByDevice(rig);
        }
    }

    @Test
    void shouldMakeTheKnownOctetsOfRecordsFiveAndSix() {
        final OffloadRig rig = rig().start(1000, 5).build();
        rig.append(HexFormat.of().parseHex("524453206d6573736167652030303031"), true);
        rig.append(0);
        rig.send(0, rig.length());
        assertEquals(RECORD_5 + EMPTY_RECORD_6, HexFormat.of().formatHex(rig.wire.payloads()));
        assertByDevice(rig);
    }

    @ParameterizedTest
    @EnumSource(ModelMode.class)
    void shouldEncryptTenThousandRandomCuts(final ModelMode mode) {
        final OffloadRig rig = rig().mode(mode).build();
        int at = 0;
        for (int i = 0; i < 10_000; i++) {
            while (rig.length() - at < 9000) {
                rig.append(rig.random.nextInt(rig.random.nextBoolean() ? 60 : 16_385));
            }
            final int length = 1 + rig.random.nextInt(i % 10 == 0 ? 9000 : 1500);
            rig.send(at, length);
            at += length;
            if (i % 100 == 0) {
                rig.acknowledge(at);
            }
        }
        assertArrayEquals(Arrays.copyOf(rig.reference(), at), rig.wire.payloads());
        rig.sendAll(at, rig.length());
        assertByDevice(rig);
    }

    @ParameterizedTest
    @ValueSource(ints = {1448, 536})
    void shouldCutATrainOfThreeRecords(final int mss) {
        final OffloadRig rig = rig().build();
        rig.append(5000);
        rig.append(16_384);
        rig.append(777);
        rig.post(0, rig.length(), mss);
        rig.run();
        assertEquals((rig.length() + mss - 1) / mss, rig.wire.count());
        assertEquals(mss, rig.wire.payload(0).length);
        assertByDevice(rig);
    }

    @Test
    void shouldEncryptARecordThatEndsWithItsSegmentAndHeadersCutInTwo() {
        for (final int firstCut : new int[] {MSS, MSS + 1, MSS + 4, MSS - 1, MSS - 16}) {
            final OffloadRig rig = rig().build();
            rig.append(MSS - 22);
            rig.append(MSS - 22);
            assertEquals(2 * MSS, rig.length());
            for (final int[] range : new int[][] {{0, firstCut}, {firstCut, 2 * MSS}}) {
                rig.sendAll(range[0], range[1]);
            }
            assertByDevice(rig);
        }
    }

    @Test
    void shouldEncryptEmptyAndLongestRecordsAndRefuseLongerOnes() {
        final OffloadRig rig = rig().build();
        rig.append(0);
        rig.append(16_384);
        assertEquals(RecordError.CONTENT_TOO_LONG, rig.append(new byte[16_385], true));
        rig.append(10);
        rig.sendAll(0, rig.length());
        assertByDevice(rig);
    }

    @Test
    void shouldCrossTheRecordNumber32BitsWide() {
        final OffloadRig rig = rig().start(1000, 0xffff_fffeL).build();
        for (int i = 0; i < 4; i++) {
            rig.append(50);
        }
        rig.sendAll(0, rig.length());
        rig.send(2 * 72 + 10, 100);
        rig.assertWire();
    }

    @Test
    void shouldRefuseTheLastRecordNumber() {
        final OffloadRig rig = rig().start(1000, -2L).build();
        rig.append(10);
        assertEquals(RecordError.KEY_EXHAUSTED, rig.append(new byte[10], true));
        assertEquals(RecordError.KEY_EXHAUSTED, rig.append(new byte[10], false));
        rig.sendAll(0, rig.length());
        assertByDevice(rig);
    }

    @Test
    void shouldCarryTheTypeOfAControlRecordInside() {
        final OffloadRig rig = rig().build();
        rig.append(100);
        rig.appendAlert(90);
        rig.append(100);
        rig.sendAll(0, rig.length());
        rig.assertWhole();
        final byte[] alert = Arrays.copyOfRange(rig.wire.payloads(), 122, 146);
        assertEquals(23, alert[0]);
        final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
        final byte[] opened = JceRecords.open(keys, 1, alert);
        assertNotNull(opened);
        assertEquals(21, opened[2]);
    }

    /** What straddles the first record leaves in two packets, of which one has no cipher. */
    @Test
    void shouldSendWhatIsBeforeTheStartAsItIsAndCutWhatStraddlesIt() {
        final OffloadRig rig = rig().before(100).build();
        rig.append(200);
        rig.send(-100, 60);
        rig.send(-40, 60);
        rig.send(20, rig.length() - 20);
        rig.send(-40, 40);
        assertEquals(5, rig.wire.count());
        assertArrayEquals(new byte[60], rig.wire.payload(0));
        assertArrayEquals(new byte[40], rig.wire.payload(1));
        assertArrayEquals(Arrays.copyOf(rig.reference(), 20), rig.wire.payload(2));
        assertArrayEquals(Arrays.copyOfRange(rig.reference(), 20, 222), rig.wire.payload(3));
        assertArrayEquals(new byte[40], rig.wire.payload(4));
        assertEquals(960, rig.wire.sequence(1));
        assertEquals(1000, rig.wire.sequence(2));
        assertEquals(3, rig.count(ModelCounter.PLAIN_PACKETS));
        assertEquals(222, rig.count(ModelCounter.ENCRYPTED_BYTES));
    }

    @Test
    void shouldKnowTheStartWhereSequenceNumbersWrap() {
        for (final int start : new int[] {0, 1, -1, Integer.MIN_VALUE}) {
            final OffloadRig rig = rig().before(100).start(start, 0).build();
            rig.append(200);
            rig.send(-100, 99);
            rig.send(-1, 2);
            rig.send(1, 10);
            rig.send(-100, 50);
            assertEquals(11, rig.count(ModelCounter.ENCRYPTED_BYTES));
            assertEquals(3, rig.count(ModelCounter.PLAIN_PACKETS));
            assertArrayEquals(Arrays.copyOf(rig.reference(), 1), rig.wire.payload(2));
        }
    }

    /** Half the sequence numbers later, what was once behind the start would look as if it were before. */
    @Test
    void shouldNotTakeDataForHandshakeTwoGigabytesLater() {
        final OffloadRig rig = rig().before(100).build();
        rig.append(3000);
        rig.send(0, rig.length());
        for (int i = 0; i < 5; i++) {
            rig.skip(1 << 29);
            rig.append(3000);
            rig.send(0, 1000);
            rig.send(1000, rig.length() - 1000);
            assertEquals((i + 2) * 3022L, rig.count(ModelCounter.ENCRYPTED_BYTES));
            rig.assertWhole();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldEncryptSmallRecordsInSoftwareAndTheOthersByTheDeviceInOneStream(final ModelMode mode) {
        final OffloadRig rig = rig().mode(mode).policy(OffloadPolicy.DEFAULT).build();
        for (int i = 0; i < 300; i++) {
            rig.append(rig.random.nextInt(3000), rig.random.nextInt(3) > 0);
        }
        for (int at = 0; at < rig.length();) {
            final int length = Math.min(1 + rig.random.nextInt(5000), rig.length() - at);
            rig.send(at, length);
            at += length;
        }
        rig.assertWhole();
        assertEquals(0, rig.count(OffloadCounter.RECORDS_SEALED));
        assertTrue(rig.count(OffloadCounter.SEALED_PACKETS) > 10);
        assertTrue(rig.count(OffloadCounter.RESYNCS) > 10);
        assertTrue(rig.count(ModelCounter.ENCRYPTED_PACKETS) > 10);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotAllocateWhileItSends(final boolean isByDevice) {
        final OffloadRig rig = rig().build();
        for (int i = 0; i < 20; i++) {
            rig.append(10_000, isByDevice);
        }
        final Memory header = new Memory(128);
        Wire.writeHeader(header, 0, 1000, MSS);
        final int end = 1000 + rig.length();
        assertEquals(0, Allocation.leastOf(() -> {
            for (int at = 1000; at + MSS < end; at += MSS) {
                rig.stream.transmit(at, MSS, MSS, header.address(), Wire.HEADER_LENGTH);
                rig.stream.poll(1000);
                rig.stream.releasable();
            }
        }));
    }

    private static void assertByDevice(final OffloadRig rig) {
        rig.assertWhole();
        assertEquals(rig.length(), rig.count(ModelCounter.ENCRYPTED_BYTES));
    }
}
