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
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
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
            rig.assertWire();
            assertArrayEquals(rig.reference(), rig.wire.payloads());
        }
    }

    @Test
    void shouldMakeTheKnownOctetsOfRecordsFiveAndSix() {
        final OffloadRig rig = rig().start(1000, 5).build();
        rig.tryAppend(HexFormat.of().parseHex("524453206d6573736167652030303031"), 23, true);
        rig.append(0);
        rig.send(0, rig.length());
        assertEquals(RECORD_5 + EMPTY_RECORD_6, HexFormat.of().formatHex(rig.wire.payloads()));
    }

    @ParameterizedTest
    @EnumSource(ModelMode.class)
    void shouldEncryptTenThousandRandomCuts(final ModelMode mode) {
        final OffloadRig rig = rig().mode(mode).build();
        int at = 0;
        int released = 0;
        for (int i = 0; i < 10_000; i++) {
            while (rig.length() - at < 9000) {
                rig.append(rig.random.nextInt(rig.random.nextBoolean() ? 60 : 16_385));
            }
            final int length = 1 + rig.random.nextInt(i % 10 == 0 ? 9000 : 1500);
            assertEquals(TransmitResult.ENCRYPTED, rig.send(at, length));
            at += length;
            if (at - released > 100_000) {
                rig.acknowledge(at);
                released = at;
            }
        }
        rig.assertWire();
        assertArrayEquals(Arrays.copyOf(rig.reference(), at), rig.wire.payloads());
    }

    @ParameterizedTest
    @ValueSource(ints = {1448, 536})
    void shouldCutATrainOfThreeRecords(final int mss) {
        final OffloadRig rig = rig().build();
        rig.append(5000);
        rig.append(16_384);
        rig.append(777);
        assertEquals(TransmitResult.ENCRYPTED, rig.post(0, rig.length(), mss));
        rig.run();
        assertEquals((rig.length() + mss - 1) / mss, rig.wire.count());
        assertEquals(mss, rig.wire.payload(0).length);
        rig.assertWire();
        assertArrayEquals(rig.reference(), rig.wire.payloads());
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
            rig.assertWire();
            assertArrayEquals(rig.reference(), rig.wire.payloads());
        }
    }

    @Test
    void shouldEncryptEmptyAndLongestRecordsAndRefuseLongerOnes() {
        final OffloadRig rig = rig().build();
        rig.append(0);
        rig.append(16_384);
        assertEquals(AppendResult.TOO_LONG, rig.tryAppend(16_385, 23, true));
        rig.sendAll(0, rig.length());
        rig.assertWire();
        assertArrayEquals(rig.reference(), rig.wire.payloads());
    }

    @Test
    void shouldRefuseWhatIsNotARecord() {
        final OffloadRig rig = rig().build();
        rig.write(rig.first, new byte[64]);
        assertEquals(AppendResult.MALFORMED, rig.transmitter.append(64, true));
        rig.write(rig.first, new byte[] {23, 3, 3, 0, 58});
        assertEquals(AppendResult.MALFORMED, rig.transmitter.append(64, true));
        assertEquals(AppendResult.MALFORMED, rig.transmitter.append(21, true));
        rig.write(rig.first, new byte[] {23, 3, 3, 0, 59});
        assertEquals(AppendResult.APPENDED, rig.transmitter.append(64, true));
    }

    @Test
    void shouldCrossTheRecordNumber32BitsWide() {
        final OffloadRig rig = rig().start(1000, 0xffff_fffeL).build();
        for (int i = 0; i < 4; i++) {
            rig.append(50);
        }
        rig.sendAll(0, rig.length());
        rig.assertWire();
    }

    @Test
    void shouldRefuseTheLastRecordNumber() {
        final OffloadRig rig = rig().start(1000, -2L).build();
        rig.append(10);
        assertEquals(AppendResult.KEY_EXHAUSTED, rig.tryAppend(10, 23, true));
        rig.sendAll(0, rig.length());
        rig.assertWire();
    }

    @Test
    void shouldCarryTheTypeOfAControlRecordInside() {
        final OffloadRig rig = rig().build();
        rig.append(100);
        rig.append(2, 21, true);
        rig.append(100);
        rig.sendAll(0, rig.length());
        rig.assertWire();
        final byte[] alert = Arrays.copyOfRange(rig.wire.payloads(), 122, 146);
        assertEquals(23, alert[0]);
        final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
        final byte[] opened = JceRecords.open(keys, 1, alert);
        assertNotNull(opened);
        assertEquals(21, opened[2]);
    }

    @Test
    void shouldSendWhatIsBeforeTheStartAsItIsAndNothingThatStraddlesIt() {
        final OffloadRig rig = rig().before(100).build();
        rig.write(rig.first - 100, new byte[100]);
        rig.append(200);
        assertEquals(TransmitResult.UNTAGGED, rig.send(-100, 60));
        assertEquals(TransmitResult.STRADDLING, rig.send(-40, 60));
        assertEquals(TransmitResult.UNTAGGED, rig.send(-40, 40));
        assertEquals(TransmitResult.ENCRYPTED, rig.send(0, rig.length()));
        assertEquals(3, rig.wire.count());
        assertArrayEquals(new byte[60], rig.wire.payload(0));
        assertArrayEquals(new byte[40], rig.wire.payload(1));
        assertArrayEquals(rig.reference(), rig.wire.payload(2));
        assertEquals(1, rig.count(OffloadCounter.DROPPED_STRADDLING));
        assertEquals(2, rig.count(ModelCounter.PLAIN_PACKETS));
    }

    @Test
    void shouldKnowTheStartWhereSequenceNumbersWrap() {
        final OffloadRig rig = rig().before(100).start(0, 0).build();
        rig.append(200);
        assertEquals(TransmitResult.UNTAGGED, rig.send(-100, 100));
        assertEquals(TransmitResult.STRADDLING, rig.send(-1, 2));
        assertEquals(TransmitResult.ENCRYPTED, rig.send(0, 10));
        assertEquals(TransmitResult.UNTAGGED, rig.send(-100, 50));
    }

    /** Half the sequence numbers later, what was once behind the start would look as if it were before. */
    @Test
    void shouldNotTakeDataForHandshakeTwoGigabytesLater() {
        final OffloadRig rig = rig().before(100).build();
        final byte[] content = new byte[16_384];
        int at = 0;
        for (long total = 0; total < (1L << 31) + (1 << 20); total += content.length + 22) {
            rig.write(rig.transmitter.end(), new byte[] {23, 3, 3, 0x40, 0x11});
            assertEquals(AppendResult.APPENDED, rig.transmitter.append(content.length + 22, true));
            at += content.length + 22;
            rig.acknowledge(at - content.length - 22);
        }
        rig.post(at - content.length - 22, 1000, MSS);
        rig.run();
        assertEquals(0, rig.count(OffloadCounter.UNTAGGED_PACKETS));
        assertEquals(1, rig.count(OffloadCounter.ENCRYPTED_PACKETS));
        assertEquals(TransmitResult.ACKNOWLEDGED, rig.send(at - 2 * content.length, 1000));
    }

    @Test
    void shouldEncryptSmallRecordsInSoftwareAndTheOthersByTheDeviceInOneStream() {
        for (final ModelMode mode : ModelMode.values()) {
            final OffloadRig rig = rig().mode(mode).policy(OffloadPolicy.DEFAULT).build();
            for (int i = 0; i < 300; i++) {
                rig.append(rig.random.nextInt(3000), 23, rig.random.nextInt(3) > 0);
            }
            for (int at = 0; at < rig.length();) {
                final int length = Math.min(1 + rig.random.nextInt(5000), rig.length() - at);
                rig.send(at, length);
                at += length;
            }
            rig.assertWire();
            assertArrayEquals(rig.reference(), rig.wire.payloads());
            assertTrue(rig.count(OffloadCounter.SEALED_PACKETS) > 10);
            assertTrue(rig.count(OffloadCounter.RESYNCS) > 10);
            assertTrue(rig.count(ModelCounter.ENCRYPTED_PACKETS) > 10);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotAllocateWhileItSends(final boolean isByDevice) {
        final OffloadRig rig = rig().build();
        for (int i = 0; i < 20; i++) {
            rig.append(10_000, 23, isByDevice);
        }
        final long header = rig.header(0, MSS);
        final int end = rig.length();
        assertEquals(0, Allocation.leastOf(() -> {
            for (int at = 0; at + MSS < end; at += MSS) {
                rig.transmitter.transmit(rig.first + at, MSS, MSS, header, 66);
                rig.queue.ring();
                rig.transmitter.poll();
                rig.transmitter.releasable();
            }
        }));
    }
}
