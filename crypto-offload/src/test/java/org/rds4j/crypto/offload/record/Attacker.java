package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/**
 * Somebody on the way at random: packets in another order, again, past TCP; and, where he writes, a changed one, or records of
 * his own past TCP and another record in the place of the next. All records have one length, so that each fits there.
 */
final class Attacker {
    private static final int RECORDS = 60;
    private static final int RECORD = 500;
    private static final int STEPS = 40;

    private final ReceptionRig rig;
    private final Random random;
    private final boolean isWriting;

    Attacker(final ModelMode mode, final int seed, final boolean isWriting) {
        this.isWriting = isWriting;
        random = new Random(seed);
        rig = new ReceptionRig(mode);
        rig.attach();
        for (int i = 0; i < RECORDS; i++) {
            rig.seal(RECORD - RecordHeaderFlyweight.OVERHEAD);
        }
    }

    /** No octet of it is what the peer has sent. */
    static byte[] ownRecord(final int length) {
        final byte[] record = new byte[length];
        final int rest = length - RecordHeaderFlyweight.HEADER_LENGTH;
        record[0] = RecordHeaderFlyweight.TYPE_APPLICATION_DATA;
        record[1] = 3;
        record[2] = 3;
        record[3] = (byte) (rest >> 8);
        record[4] = (byte) rest;
        return record;
    }

    void attack() {
        for (int i = random.nextInt(STEPS); i > 0; i--) {
            step();
        }
        if (isWriting) {
            strike();
        }
        rig.deliverAll(RECORD);
    }

    /** What he writes is not what was sent, so it ends all; unless the device says that it is authentic. */
    private void strike() {
        deliver(rig.received(), RECORD - rig.received() % RECORD);
        if (random.nextBoolean()) {
            shiftCount();
            deliverOther();
        } else {
            deliverChanged();
            for (int i = random.nextInt(20); i > 0; i--) {
                beside();
            }
        }
    }

    void assertNothingElse(final String message) {
        rig.assertNothingElseOpened(message);
        if (!isWriting) {
            assertEquals(RecordError.NONE, rig.opener.error(), message);
            rig.assertAllOpened();
        }
    }

    boolean isNoticed() {
        return rig.opener.error() != RecordError.NONE;
    }

    long count(final OffloadCounter counter) {
        return rig.count(counter);
    }

    private void step() {
        switch (random.nextInt(4)) {
            case 0, 1 -> deliver(rig.received(), (1 + random.nextInt(4)) * RECORD / 2);
            default -> beside();
        }
        renewLostContext();
    }

    /** Nothing of it is the next of the stream. */
    private void beside() {
        final int record = rig.received() / RECORD;
        switch (random.nextInt(8)) {
            case 0, 1 -> deliver((record + 1 + random.nextInt(4)) * RECORD, (1 + random.nextInt(2)) * RECORD);
            case 2, 3, 4 -> replay(record - random.nextInt(4), 1 + random.nextInt(5));
            case 5 -> skip();
            case 6 -> rig.silence();
            default -> rig.runDevice();
        }
    }

    /** Records of his own, for some of the peer's that then come too. */
    private void shiftCount() {
        final int records = 1 + random.nextInt(3);
        final int own = 1 + random.nextInt(3);
        final int from = rig.received();
        for (int i = 0; i < own; i++) {
            final int length = records * RECORD / own + (i == own - 1 ? records * RECORD % own : 0);
            rig.deliverToTheDeviceAlone(from + i * (records * RECORD / own), ownRecord(length));
        }
        deliver(from, records * RECORD);
    }

    /** As it was sent, in packets of half a record. */
    private void deliver(final int from, final int length) {
        for (int at = from; at < Math.min(from + length, rig.length()); at += RECORD / 2) {
            rig.deliver(at, Math.min(RECORD / 2, rig.length() - at));
        }
    }

    private void replay(final int record, final int count) {
        for (int i = Math.max(0, record); i < Math.min(RECORDS, record + count); i++) {
            rig.deliverToTheDeviceAlone(i * RECORD, rig.payload(i * RECORD, RECORD));
        }
    }

    /** A packet behind a gap, without headers. */
    private void skip() {
        final int at = Math.min(rig.received() / RECORD + 3 + random.nextInt(10), RECORDS - 1) * RECORD + 100;
        rig.deliverToTheDeviceAlone(at, rig.payload(at, 50));
    }

    /** Another record in the place of the next. */
    private void deliverOther() {
        final int other = Math.clamp(rig.received() / RECORD + random.nextInt(6) - 3, 0, RECORDS - 1);
        if (rig.received() < rig.length()) {
            rig.deliver(rig.received(), rig.payload(other * RECORD, RECORD));
        }
    }

    /** The first half of the next record. */
    private void deliverChanged() {
        if (rig.received() < rig.length()) {
            final byte[] payload = rig.payload(rig.received(), RECORD / 2);
            payload[100] ^= 1;
            rig.deliver(rig.received(), payload);
        }
    }

    private void renewLostContext() {
        if (rig.isLost()) {
            rig.unsteer();
            if (!rig.isDecrypted()) {
                rig.runDevice();
                rig.detach();
                rig.attach();
            }
        }
    }
}
