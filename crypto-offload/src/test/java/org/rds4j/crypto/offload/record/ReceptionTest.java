package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.record.RecordError;

/** Records of which a NIC has decrypted all, some or nothing, sealed by the JDK. */
class ReceptionTest {
    private static final int SEGMENT = 1000;
    /** Three segments of 1000. */
    private static final int CONTENT = 3 * SEGMENT - 22;

    @ParameterizedTest
    @EnumSource(names = {"REAL", "STRICT"})
    void shouldTakeRecordsOfWhichTheDeviceHasDecryptedAllParts(final ModelMode mode) {
        final ReceptionRig rig = new ReceptionRig(mode);
        rig.attach();
        for (int i = 0; i < 50; i++) {
            rig.seal(i % 7 == 0 ? 0 : rig.random.nextInt(16_385));
        }
        rig.deliverAll(ReceptionRig.MSS);
        rig.assertAllOpened();
        assertEquals(49, rig.count(OffloadCounter.RECORDS_DECRYPTED));
        assertEquals(1, rig.count(OffloadCounter.RECORDS_RESTORED), "the first, whose tag shows that the device counts rightly");
        assertEquals(rig.length(), rig.count(OffloadCounter.DECRYPTED_BYTES));
    }

    @Test
    void shouldVerifyTheTagOfTheFirstRecordOfEachContext() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        for (int context = 1; context <= 3; context++) {
            rig.attach();
            final int from = rig.length();
            rig.seal(500);
            rig.seal(500);
            rig.deliver(from, rig.length(), 522);
            assertEquals(context, rig.count(OffloadCounter.RECORDS_RESTORED));
            assertEquals(context, rig.count(OffloadCounter.RECORDS_DECRYPTED));
            rig.unsteer();
            rig.detach();
        }
        rig.assertAllOpened();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldVerifyTheTagOfARecordWhoseFirstPartIsDecrypted(final boolean isTampered) {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(CONTENT);
        assertEquals(Completion.DECRYPTED, rig.deliver(0, SEGMENT));
        assertEquals(Completion.NOT_DECRYPTED, rig.deliver(2 * SEGMENT, SEGMENT));
        assertOpened(rig, SEGMENT, isTampered, Completion.NOT_DECRYPTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldVerifyTheTagOfARecordWhoseLastPartIsDecrypted(final boolean isTampered) {
        final ReceptionRig rig = new ReceptionRig(ModelMode.REAL);
        rig.attach();
        rig.seal(2 * SEGMENT + 500 - 22);
        rig.seal(CONTENT);
        assertEquals(Completion.DECRYPTED, rig.deliver(0, SEGMENT));
        // the gap ends in the first record, whose last packet has the second one's beginning
        assertEquals(Completion.NOT_DECRYPTED, rig.deliver(2 * SEGMENT, flipped(rig, 2 * SEGMENT, isTampered ? 700 : -1)));
        final int last = rig.deliver(3 * SEGMENT, rig.length() - 3 * SEGMENT);
        assertEquals(isTampered ? Completion.DECRYPTION_ERROR : Completion.DECRYPTED, last);
        rig.deliver(SEGMENT, SEGMENT);
        if (isTampered) {
            assertEquals(RecordError.BAD_RECORD_MAC, rig.opener.error());
            assertEquals(1, rig.opened());
        } else {
            rig.assertAllOpened();
            assertEquals(2, rig.count(OffloadCounter.RECORDS_RESTORED));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldVerifyTheTagOfARecordWhosePartsAlternate(final boolean isTampered) {
        final ReceptionRig rig = new ReceptionRig(ModelMode.ADVERSARIAL);
        rig.attach();
        rig.seal(CONTENT);
        assertEquals(Completion.DECRYPTED, rig.deliver(0, SEGMENT));
        assertEquals(Completion.DECRYPTED, rig.deliver(2 * SEGMENT, SEGMENT), "without being authenticated");
        assertOpened(rig, SEGMENT, isTampered, Completion.NOT_DECRYPTED);
    }

    @Test
    void shouldOpenRecordsOfWhichNoPartIsDecrypted() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.seal(CONTENT);
        rig.deliverAll(SEGMENT);
        rig.assertAllOpened();
        assertEquals(0, rig.count(OffloadCounter.DECRYPTED_PACKETS));
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenWhateverIsLostReorderedCutOrRepeated(final ModelMode mode) {
        for (int sequence : new int[] {0x11223344, 0xfffff000}) {
            final ReceptionRig rig = new ReceptionRig(mode, sequence);
            rig.attach();
            for (int i = 0; i < 200; i++) {
                rig.seal(rig.random.nextInt(rig.random.nextBoolean() ? 200 : 16_385));
            }
            deliverBadly(rig);
            rig.assertAllOpened();
            final long whole = rig.count(OffloadCounter.RECORDS_DECRYPTED);
            final long restored = rig.count(OffloadCounter.RECORDS_RESTORED);
            assertTrue(whole > 10 && restored > 10, whole + " records by the device, " + restored + " by both");
            assertTrue(rig.count(ModelCounter.RESYNC_ANSWERS) > 0, "the device was never told where it is");
        }
    }

    @Test
    void shouldOpenValidRecordsInWhichTheDeviceFindsAnError() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(500);
        rig.changeKeys();
        rig.deliverAll(ReceptionRig.MSS);
        final int from = rig.length();
        rig.seal(500); // one packet, as it came
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliver(from, rig.length() - from));
        rig.assertAllOpened();
        assertEquals(1, rig.count(OffloadCounter.DECRYPTION_ERRORS));
        final int longer = rig.length();
        rig.seal(CONTENT); // the first parts are decrypted under the key before
        assertEquals(Completion.DECRYPTED, rig.deliver(longer, SEGMENT));
        assertEquals(Completion.DECRYPTED, rig.deliver(longer + SEGMENT, SEGMENT));
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliver(longer + 2 * SEGMENT, SEGMENT));
        rig.assertAllOpened();
        assertEquals(2, rig.count(OffloadCounter.RECORDS_RESTORED), "and the first of all");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 100, 504, 505, 506, 521})
    void shouldRefuseARecordWithAFlippedBitWhateverTheDeviceSays(final int octet) {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(500);
        rig.seal(500);
        rig.deliver(0, 522);
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliver(522, flipped(rig, 522, octet, 522)));
        assertEquals(RecordError.BAD_RECORD_MAC, rig.opener.error());
        assertEquals(1, rig.opened());
    }

    @Test
    void shouldRefuseARecordWithAFlippedBitInADecryptedPart() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(CONTENT);
        assertEquals(Completion.DECRYPTED, rig.deliver(0, flipped(rig, 0, 300)), "nothing ends here");
        assertEquals(Completion.DECRYPTED, rig.deliver(SEGMENT, SEGMENT));
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliver(2 * SEGMENT, SEGMENT));
        assertEquals(RecordError.BAD_RECORD_MAC, rig.opener.error());
        assertEquals(0, rig.opened());
    }

    @Test
    void shouldNotTakeARecordUnderTheKeyBeforeThoughTheDeviceAuthenticatesIt() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.changeKeys();
        rig.deliverAll(ReceptionRig.MSS);
        final byte[] old = rig.sealUnderTheKeyBefore(500);
        assertEquals(Completion.DECRYPTED, rig.deliver(rig.length(), old), "the device knows of no other key");
        assertEquals(RecordError.BAD_RECORD_MAC, rig.opener.error());
    }

    @Test
    void shouldGoOnWithTheNextKeyInTheDevice() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(5_000);
        rig.changeKeys();
        rig.seal(5_000);
        rig.deliverAll(ReceptionRig.MSS);
        rig.unsteer();
        assertTrue(rig.isQuiet());
        assertFalse(rig.isDecrypted());
        rig.detach();
        rig.attach();
        final long before = rig.count(OffloadCounter.RECORDS_DECRYPTED);
        final int from = rig.length();
        for (int i = 0; i < 10; i++) {
            rig.seal(5_000);
        }
        rig.deliver(from, rig.length(), ReceptionRig.MSS);
        rig.assertAllOpened();
        assertEquals(before + 9, rig.count(OffloadCounter.RECORDS_DECRYPTED));
        assertEquals(0, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
    }

    @Test
    void shouldDropDecryptedPacketsWhenItCannotRememberThem() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.ADVERSARIAL);
        rig.attach();
        rig.seal(16_000);
        rig.deliver(0, 100);
        for (int at = 200; at + 100 < rig.length(); at += 200) {
            rig.deliver(at, 100); // with a gap before each
        }
        assertFalse(rig.hasRoom());
        assertTrue(rig.count(OffloadCounter.DECRYPTED_DROPPED) > 0);
        rig.deliverAll(100);
        rig.deliverAll(100); // as the device knows all of it by now, none is dropped any more
        rig.assertAllOpened();
        assertTrue(rig.hasRoom());
    }

    @ParameterizedTest
    @ValueSource(ints = {63, 64, 65})
    void shouldDropADecryptedPacketThatFallsIntoTooManyPieces(final int runs) {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(978);
        rig.seal(978);
        for (int i = 0; i < runs; i++) {
            rig.deliverPastTheDevice(10 * i + 10, 1);
        }
        assertEquals(Completion.DECRYPTED, rig.deliver(0, 1000));
        assertEquals(runs == 63 ? 0 : 1, rig.count(OffloadCounter.DECRYPTED_DROPPED));
        assertEquals(runs == 63 ? 1 : 0, rig.opened());
        assertEquals(Completion.DECRYPTED, rig.deliver(1000, 1000));
        assertEquals(Completion.NOT_DECRYPTED, rig.deliver(0, 1000), "comes again");
        rig.assertAllOpened();
    }

    @Test
    void shouldNotLookAtPacketsWhoseChecksumIsWrong() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(500);
        assertEquals(Completion.NOT_DECRYPTED, rig.receiveDamaged(0, 522));
        assertEquals(Completion.DECRYPTED, rig.deliver(0, 522));
        rig.assertAllOpened();
    }

    /** The one missing part comes, as it is or with a bit flipped. */
    private static void assertOpened(
        final ReceptionRig rig, final int offset, final boolean isTampered, final int decryption) {
        assertEquals(decryption, rig.deliver(offset, flipped(rig, offset, isTampered ? 400 : -1)));
        if (isTampered) {
            assertEquals(RecordError.BAD_RECORD_MAC, rig.opener.error());
            assertEquals(0, rig.opened());
        } else {
            rig.assertAllOpened();
            assertEquals(1, rig.count(OffloadCounter.RECORDS_RESTORED));
        }
    }

    private static byte[] flipped(final ReceptionRig rig, final int offset, final int octet) {
        return flipped(rig, offset, octet, SEGMENT);
    }

    private static byte[] flipped(final ReceptionRig rig, final int offset, final int octet, final int length) {
        final byte[] payload = rig.payload(offset, length);
        if (octet >= 0) {
            payload[octet] ^= 4;
        }
        return payload;
    }

    /** Segments of all lengths, some of which come late, or twice in other cuts. */
    private static void deliverBadly(final ReceptionRig rig) {
        final Deque<int[]> late = new ArrayDeque<>();
        for (int at = 0; at < rig.length();) {
            final int length = Math.min(1 + rig.random.nextInt(2_000), rig.length() - at);
            if (rig.random.nextInt(20) == 0) {
                late.add(new int[] {at, length});
            } else {
                rig.deliver(at, length);
            }
            if (rig.random.nextInt(30) == 0) {
                final int back = Math.min(at, rig.random.nextInt(3_000));
                rig.deliver(at - back, Math.min(back + 10, 1 + rig.random.nextInt(1_500)));
            }
            if (!late.isEmpty() && rig.random.nextInt(5) == 0) {
                final int[] segment = late.remove();
                rig.deliver(segment[0], segment[1]);
            }
            at += length;
        }
        late.forEach(segment -> rig.deliver(segment[0], segment[1]));
    }
}
