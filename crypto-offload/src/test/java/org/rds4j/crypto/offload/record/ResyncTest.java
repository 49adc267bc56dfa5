package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/** A NIC that has lost its way, and how it is told which record it is at. */
class ResyncTest {
    private static final int CONTENT = 978;
    /** One packet each. */
    private static final int RECORD = 1000;
    private static final int NO = Completion.NOT_DECRYPTED;
    private static final int YES = Completion.DECRYPTED;
    private static final int ASK = Completion.RESYNC;

    @Test
    void shouldTellADeviceThatMissedAHeaderWhichRecordItIsAt() {
        final ReceptionRig rig = rig(ModelMode.STRICT, 10);
        assertArrayEquals(new int[] {YES, YES}, records(rig, 0, 2));
        // one is lost; one header convinces nobody
        assertArrayEquals(new int[] {NO, ASK}, records(rig, 3, 5));
        assertEquals(1, rig.count(ModelCounter.READBACKS));
        assertEquals(0, rig.count(OffloadCounter.RESYNC_ANSWERS), "nobody knows yet that a record begins there");
        assertArrayEquals(new int[] {ASK, NO}, new int[] {rig.deliver(5 * RECORD, RECORD), rig.deliver(2 * RECORD, RECORD)});
        assertEquals(1, rig.count(OffloadCounter.RESYNC_ANSWERS));
        assertArrayEquals(new int[] {YES, YES, YES, YES}, records(rig, 6, 10));
        rig.assertAllOpened();
        assertEquals(4, rig.count(OffloadCounter.RECORDS_DECRYPTED));
        assertEquals(2, rig.count(OffloadCounter.RECORDS_RESTORED), "the first ones, whose tags show that it counts rightly");
        assertEquals(1, rig.count(ModelCounter.RESYNC_ANSWERS));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 14})
    void shouldResumeWithTheRecordsThatTheDeviceCountedMeanwhile(final int meanwhile) {
        final ReceptionRig rig = rig(ModelMode.STRICT, 30);
        records(rig, 0, 2);
        rig.silence();
        records(rig, 3, 5);
        rig.deliver(2 * RECORD, RECORD);
        records(rig, 5, 5 + meanwhile);
        rig.runDevice(); // is asked
        rig.runDevice(); // is answered
        final int[] rest = records(rig, 5 + meanwhile, 30);
        assertTrue(Arrays.stream(rest).allMatch(decryption -> decryption == YES), Arrays.toString(rest));
        rig.assertAllOpened();
        assertEquals(1, rig.count(OffloadCounter.RESYNC_ANSWERS));
    }

    @Test
    void shouldGoOnWithoutBeingToldBehindAGapThatEndsInTheSameRecord() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        rig.seal(5_000);
        rig.seal(CONTENT);
        rig.deliver(0, RECORD);
        rig.deliver(2 * RECORD, rig.start(1) - 2 * RECORD);
        assertEquals(YES, rig.deliver(rig.start(1), RECORD));
        rig.deliver(RECORD, RECORD);
        rig.assertAllOpened();
        assertEquals(0, rig.count(OffloadCounter.RESYNC_REQUESTS));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotAnswerWhereNoRecordBegins(final ModelMode mode) {
        final ReceptionRig rig = new ReceptionRig(mode);
        rig.attach();
        rig.seal(CONTENT);
        final int lost = rig.length();
        rig.seal(CONTENT);
        rig.seal(full("170303002d", rig), RecordHeaderFlyweight.TYPE_APPLICATION_DATA); // each header leads to another
        final int behind = rig.length();
        rig.deliver(0, RECORD);
        rig.deliver(lost + RECORD + 500, behind, 500);
        rig.deliver(lost, behind, 500);
        assertEquals(3, rig.opened());
        assertTrue(rig.count(ModelCounter.READBACKS) > 0, "the device was not misled");
        final int from = rig.length();
        for (int i = 0; i < 30; i++) {
            rig.seal(CONTENT);
        }
        rig.deliver(from, 1);
        assertEquals(0, rig.count(OffloadCounter.RESYNC_ANSWERS));
        rig.deliver(from + 1, RECORD - 1);
        assertEquals(1, rig.count(OffloadCounter.RESYNC_FALSE));
        rig.deliver(from + RECORD, rig.length(), RECORD);
        rig.assertAllOpened();
        assertTrue(rig.count(OffloadCounter.RECORDS_DECRYPTED) > 10, "the device did not find its way");
    }

    @ParameterizedTest
    @EnumSource
    void shouldDecryptNothingWronglyWhenAllPayloadLooksLikeHeaders(final ModelMode mode) {
        for (final String pattern : new String[] {"0303", "170303", "1703030011", "170303002d", "1703034000", "1503030303"}) {
            final ReceptionRig rig = new ReceptionRig(mode);
            rig.attach();
            for (int i = 0; i < 40; i++) {
                rig.seal(full(pattern, rig), RecordHeaderFlyweight.TYPE_APPLICATION_DATA);
            }
            for (int at = 0; at < rig.length(); at += 700) {
                if (rig.random.nextInt(10) != 0) {
                    rig.deliver(at, Math.min(700, rig.length() - at));
                }
            }
            rig.deliver(0, rig.length(), 700);
            rig.assertAllOpened();
            assertEquals(0, rig.count(OffloadCounter.DECRYPTION_ERRORS));
        }
    }

    @Test
    void shouldAnswerForARecordThatIsGone() {
        final ReceptionRig rig = rig(ModelMode.STRICT, 200);
        records(rig, 0, 2);
        records(rig, 3, 4);
        rig.silence();
        records(rig, 4, 5);
        records(rig, 2, 3);
        assertEquals(5, rig.opened(), "nothing waits for the device");
        rig.runDevice();
        rig.runDevice();
        assertEquals(1, rig.count(OffloadCounter.RESYNC_ANSWERS));
        assertEquals(YES, records(rig, 5, 6)[0]);
    }

    /** Old packets lead the device back, in front of octets that it has decrypted as somebody changed them. */
    @Test
    void shouldNotSendTheDeviceOverARecordTwice() {
        final ReceptionRig rig = rig(ModelMode.STRICT, 20);
        records(rig, 0, 5);
        assertEquals(YES, rig.deliver(5 * RECORD, changed(rig, 5 * RECORD)), "nothing ends here");
        rig.silence();
        assertEquals(ASK, rig.deliver(7 * RECORD, 2 * RECORD));
        assertEquals(NO, rig.deliver(9 * RECORD + 500, 300), "searches");
        assertEquals(ASK, rig.deliver(3 * RECORD, 2 * RECORD), "is led back");
        rig.runDevice(); // is asked
        rig.runDevice(); // would be answered
        assertRefused(rig, 5);
        assertEquals(1, rig.count(OffloadCounter.RESYNC_PASSED));
    }

    /** The second question is for the place of the first, before the device has taken the answer. */
    @Test
    void shouldNotAnswerTwiceForAPlace() {
        final ReceptionRig rig = rigThatAsks(20);
        records(rig, 2, 3);
        rig.runDevice(); // is asked, and the answer posted
        rig.silence();
        assertEquals(ASK, records(rig, 5, 6)[0]);
        rig.runDevice(); // has the answer, and is asked again
        rig.silence();
        assertEquals(YES, rig.deliver(6 * RECORD, changed(rig, 6 * RECORD)));
        rig.deliver(8 * RECORD + 500, 300); // searches
        assertEquals(ASK, rig.deliver(3 * RECORD, 3 * RECORD), "is led back");
        rig.readBack();
        assertRefused(rig, 6);
        assertEquals(1, rig.count(OffloadCounter.RESYNC_PASSED));
    }

    /** The first part of a record, with a bit flipped. */
    private static byte[] changed(final ReceptionRig rig, final int offset) {
        final byte[] payload = rig.payload(offset, 100);
        payload[50] ^= 4;
        return payload;
    }

    /** A record of whose first part TCP has another copy comes as it is. */
    private static void assertRefused(final ReceptionRig rig, final int record) {
        rig.deliver(record * RECORD, 100);
        rig.deliver(record * RECORD + 100, RECORD - 100);
        assertEquals(RecordError.BAD_RECORD_MAC, rig.opener.error());
        assertEquals(record, rig.opened());
    }

    @Test
    void shouldBeAskedAgainWhenNobodyKnowsTheRecordAnyMore() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        rig.attach();
        for (int i = 0; i < 400; i++) {
            rig.seal(CONTENT);
        }
        records(rig, 0, 2);
        records(rig, 3, 4);
        rig.silence();
        records(rig, 4, 5); // is asked where it is
        records(rig, 2, 3);
        records(rig, 5, 6);
        rig.readBack();
        for (int i = 6; i < 300; i++) {
            rig.deliverPastTheDevice(i * RECORD, RECORD);
        }
        rig.runDevice();
        assertEquals(1, rig.count(OffloadCounter.RESYNC_FALSE));
        records(rig, 300, 400);
        rig.assertAllOpened();
        assertTrue(rig.count(OffloadCounter.RECORDS_DECRYPTED) > 90);
    }

    @Test
    void shouldAskOnceAtATimeAndAgainBeforeItAnswersForWhatWasStillToCome() {
        final ReceptionRig rig = rig(ModelMode.STRICT, 30);
        records(rig, 0, 2);
        records(rig, 3, 5);
        assertEquals(1, rig.count(ModelCounter.READBACKS));
        records(rig, 6, 8); // lost again, and the device believes in another place
        assertEquals(1, rig.count(ModelCounter.READBACKS), "a second question while the first is open");
        assertTrue(rig.count(OffloadCounter.RESYNC_REQUESTS_SKIPPED) > 0);
        rig.deliver(2 * RECORD, RECORD);
        assertEquals(2, rig.count(ModelCounter.READBACKS));
        assertEquals(0, rig.count(OffloadCounter.RESYNC_ANSWERS), "for a place where the device is not any more");
        assertEquals(ASK, records(rig, 8, 9)[0]);
        rig.deliver(5 * RECORD, RECORD);
        assertEquals(YES, records(rig, 9, 10)[0]);
        records(rig, 10, 30);
        rig.assertAllOpened();
        assertEquals(1, rig.count(OffloadCounter.RESYNC_ANSWERS));
        assertEquals(0, rig.count(ModelCounter.VAIN_RESYNC_ANSWERS));
    }

    /** The device loses its way again between its report and the answer. */
    @Test
    void shouldMakeTheContextOfALostDeviceAnew() {
        final ReceptionRig rig = rigThatAsks(40);
        records(rig, 2, 3);
        rig.runDevice(); // is asked, and the answer posted
        rig.silence();
        assertArrayEquals(new int[] {NO, ASK}, records(rig, 6, 8)); // asks for another place
        rig.deliver(5 * RECORD, RECORD);
        assertFalse(rig.isLost());
        rig.runDevice();
        assertTrue(rig.isLost());
        records(rig, 8, 10);
        assertEquals(1, rig.count(OffloadCounter.RESYNC_LOST));
        assertEquals(1, rig.count(OffloadCounter.RESYNC_ANSWERS));
        rig.unsteer();
        assertTrue(rig.isQuiet());
        rig.detach();
        rig.attach();
        assertFalse(rig.isLost());
        assertArrayEquals(new int[] {YES, YES}, records(rig, 10, 12));
        records(rig, 12, 40);
        rig.assertAllOpened();
    }

    @Test
    void shouldRetryWhenTheTrackerDoesNotTrack() {
        final ReceptionRig rig = new ReceptionRig(ModelMode.ADVERSARIAL);
        rig.attach();
        rig.seal(CONTENT);
        rig.seal(CONTENT);
        rig.seal(10_000);
        for (int i = 0; i < 40; i++) {
            rig.seal(CONTENT);
        }
        rig.deliver(0, RECORD);
        // no header in what follows, but it asks
        rig.deliver(2 * RECORD + 500, rig.start(3), 1_000);
        assertTrue(rig.count(OffloadCounter.RESYNC_RETRIES) > 0, "the tracker was sure of itself");
        assertEquals(0, rig.count(OffloadCounter.RESYNC_ANSWERS));
        rig.deliver(RECORD, RECORD + 500);
        rig.deliver(rig.start(3), rig.length(), RECORD);
        rig.assertAllOpened();
        assertTrue(rig.count(OffloadCounter.RECORDS_DECRYPTED) > 10);
    }

    @Test
    void shouldNotAnswerUnderAKeyThatIsNotTheDevicesAnyMore() {
        final ReceptionRig rig = rigThatAsks(10);
        rig.end();
        rig.runDevice();
        rig.deliver(2 * RECORD, RECORD);
        records(rig, 5, 10);
        rig.assertAllOpened();
        assertEquals(0, rig.count(OffloadCounter.RESYNC_ANSWERS));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldKeepTheContextUntilTheDeviceHasDoneAllThatWasPostedForIt(final int elements) {
        final ReceptionRig rig = new ReceptionRig(ModelMode.STRICT);
        if (elements == 0) {
            rig.begin();
        } else {
            ask(rig);
        }
        if (elements == 2) {
            rig.runDevice(); // is asked, and the answer posted
        }
        rig.unsteer();
        assertFalse(rig.isQuiet());
        rig.runDevice();
        assertTrue(rig.isQuiet());
        rig.detach();
        rig.runDevice();
        rig.assertAllOpened();
        rig.attach();
        final int from = rig.length();
        rig.seal(CONTENT);
        assertEquals(YES, rig.deliver(from, RECORD));
        rig.assertAllOpened();
    }

    private static void ask(final ReceptionRig rig) {
        rig.attach();
        for (int i = 0; i < 5; i++) {
            rig.seal(CONTENT);
        }
        records(rig, 0, 2);
        rig.silence();
        records(rig, 3, 5);
        records(rig, 2, 3);
    }

    @Test
    void shouldOpenEverythingWhenTheDeviceIsReset() {
        final ReceptionRig rig = rigThatAsks(10);
        rig.nic.reset();
        rig.runDevice();
        rig.deliver(2 * RECORD, RECORD);
        records(rig, 5, 10);
        rig.assertOpened();
    }

    /** The device has missed the third record, and asks for the place of another; it has decrypted two. */
    private static ReceptionRig rigThatAsks(final int records) {
        final ReceptionRig rig = rig(ModelMode.STRICT, records);
        records(rig, 0, 2);
        rig.silence();
        records(rig, 3, 5);
        return rig;
    }

    private static ReceptionRig rig(final ModelMode mode, final int records) {
        final ReceptionRig rig = new ReceptionRig(mode);
        rig.attach();
        for (int i = 0; i < records; i++) {
            rig.seal(CONTENT);
        }
        return rig;
    }

    private static int[] records(final ReceptionRig rig, final int from, final int to) {
        final int[] decryptions = new int[to - from];
        for (int i = from; i < to; i++) {
            decryptions[i - from] = rig.deliver(i * RECORD, RECORD);
        }
        return decryptions;
    }

    /** Content whose ciphertext is a pattern. */
    private static byte[] full(final String pattern, final ReceptionRig rig) {
        final byte[] octets = HexFormat.of().parseHex(pattern);
        final byte[] content = rig.keystream(RecordHeaderFlyweight.MAX_CONTENT_LENGTH);
        for (int i = 0; i < content.length; i++) {
            content[i] ^= octets[i % octets.length];
        }
        return content;
    }
}
