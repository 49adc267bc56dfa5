package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.record.RecordError;

/**
 * Somebody on the way who keeps records back, plays old ones again, changes them, and sends packets that the device goes over
 * and TCP does not take, such as those with an old time stamp. Nothing wrong is opened.
 */
class ReceptionAttackTest {
    private static final int CONTENT = 978;
    /** One packet each. */
    private static final int RECORD = 1000;
    private static final int SEEDS = Integer.getInteger("rds.reception.attacks", 60);

    /** One record in the place of three is not authentic; the device counts it and goes on, two numbers short. */
    @ParameterizedTest
    @EnumSource(names = {"REAL", "STRICT"})
    void shouldNotTakeAnOldRecordUnderANumberThatTheDeviceMiscounted(final ModelMode mode) {
        final ReceptionRig rig = rig(mode);
        rig.deliver(0, 2 * RECORD, RECORD);
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliverToTheDeviceAlone(2 * RECORD, Attacker.ownRecord(3 * RECORD)));
        rig.deliver(2 * RECORD, 5 * RECORD, RECORD);
        assertEquals(5, rig.opened());
        final byte[] old = rig.payload(3 * RECORD, RECORD);
        assertEquals(Completion.DECRYPTED, rig.deliver(5 * RECORD, old), "the number that the device is at");
        assertRefused(rig, 5);
    }

    /** Three records in the place of one; the peer has sent the third one of those that follow, and it is kept back. */
    @ParameterizedTest
    @EnumSource(names = {"REAL", "STRICT"})
    void shouldNotTakeALaterRecordUnderANumberThatTheDeviceMiscounted(final ModelMode mode) {
        final ReceptionRig rig = rig(mode);
        rig.deliver(0, 2 * RECORD, RECORD);
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliverToTheDeviceAlone(2 * RECORD, Attacker.ownRecord(500)));
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliverToTheDeviceAlone(2 * RECORD + 500, Attacker.ownRecord(500)));
        rig.deliver(2 * RECORD, RECORD);
        assertEquals(Completion.DECRYPTED, rig.deliver(3 * RECORD, rig.payload(4 * RECORD, RECORD)));
        assertRefused(rig, 3);
    }

    /** The device has counted wrongly from its start on. */
    @Test
    void shouldNotTakeAnOldRecordUnderTheNumberThatTheDeviceBeganWith() {
        final ReceptionRig rig = rig(ModelMode.STRICT);
        assertEquals(Completion.DECRYPTION_ERROR, rig.deliverToTheDeviceAlone(0, Attacker.ownRecord(2 * RECORD)));
        rig.deliver(0, 2 * RECORD, RECORD);
        assertEquals(Completion.DECRYPTED, rig.deliver(2 * RECORD, rig.payload(RECORD, RECORD)));
        assertRefused(rig, 2);
    }

    /**
     * The device is answered for a second place before the first answer is in force. Old packets lead it back to the first place,
     * from where it goes as far as a changed part of a record, and then to the second, from where it goes over the same record as
     * it was sent.
     */
    @Test
    void shouldNotTakeARecordThatTheDeviceGoesOverOnceForEachOfTwoAnswers() {
        final ReceptionRig rig = rig(ModelMode.ADVERSARIAL);
        rig.deliver(0, 2 * RECORD, RECORD);
        rig.deliver(3 * RECORD, RECORD); // asks
        rig.deliver(2 * RECORD, RECORD); // may be answered
        rig.deliver(5 * RECORD, RECORD); // asks
        rig.deliver(4 * RECORD, RECORD); // may be answered
        assertEquals(6, rig.opened());
        loseTheWay(rig, 2);
        replay(rig, 3, 5, RECORD);
        replay(rig, 5, 6, RECORD / 2);
        final int whole = rig.deliver(6 * RECORD, RECORD);
        rig.deliver(7 * RECORD, RECORD);
        final byte[] changed = rig.payload(8 * RECORD, 100);
        changed[50] ^= 4;
        rig.deliver(8 * RECORD, changed);
        loseTheWay(rig, 3);
        replay(rig, 5, 7, RECORD);
        replay(rig, 7, 8, RECORD / 2);
        rig.deliver(8 * RECORD, 100);
        rig.deliver(8 * RECORD + 100, RECORD - 100);
        assertRefused(rig, 8);
        assertEquals(Completion.DECRYPTED, whole, "the device was not led back");
    }

    /** Nothing but what was sent, in order; and all of it where nobody has written octets of his own. */
    @ParameterizedTest
    @EnumSource
    void shouldOpenNothingElseWhateverSomebodyOnTheWayDoes(final ModelMode mode) {
        long noticed = 0;
        long trusted = 0;
        long passed = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            final Attacker attacker = new Attacker(mode, seed, seed % 3 != 0);
            attacker.attack();
            attacker.assertNothingElse("seed " + seed);
            noticed += attacker.isNoticed() ? 1 : 0;
            trusted += attacker.count(OffloadCounter.RECORDS_DECRYPTED);
            passed += attacker.count(OffloadCounter.RESYNC_PASSED);
        }
        final String effects = noticed + " noticed, " + trusted + " records taken as decrypted, led back " + passed + " times";
        assertTrue(noticed > SEEDS / 4 && trusted > SEEDS && passed > SEEDS / 4, effects);
    }

    /** Packets behind a gap, without headers. */
    private static void loseTheWay(final ReceptionRig rig, final int packets) {
        for (int i = 0; i < packets; i++) {
            rig.deliverToTheDeviceAlone(15 * RECORD + 500 + 20 * i, new byte[10]);
        }
    }

    /** Octets that TCP has, and does not take. */
    private static void replay(final ReceptionRig rig, final int from, final int to, final int segment) {
        for (int at = from * RECORD; at < to * RECORD; at += segment) {
            rig.deliverToTheDeviceAlone(at, rig.payload(at, segment));
        }
    }

    private static void assertRefused(final ReceptionRig rig, final int opened) {
        assertEquals(RecordError.BAD_RECORD_MAC, rig.opener.error());
        assertEquals(opened, rig.opened());
    }

    private static ReceptionRig rig(final ModelMode mode) {
        final ReceptionRig rig = new ReceptionRig(mode);
        rig.attach();
        for (int i = 0; i < 20; i++) {
            rig.seal(CONTENT);
        }
        return rig;
    }
}
