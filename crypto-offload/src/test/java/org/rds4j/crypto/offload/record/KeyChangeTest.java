package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.OffloadRig.rig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.firmware.Capabilities;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.TrafficKeys;

/** New keys while octets of the old ones are on their way, limits of keys, and devices that have no key left. */
class KeyChangeTest {
    private static final int CONTEXTS = 64;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepEveryRecordUnderItsOwnKeyWhileOldOnesAreSentAgain(final boolean isByDevice) {
        final OffloadRig rig = rig().policy(isByDevice ? OffloadRig.BY_DEVICE : OffloadRig.BY_SOFTWARE).build();
        appendAndSend(rig, 4);
        final int update = rig.length();
        rig.updateKeys();
        final int newKey = rig.length();
        appendAndSend(rig, 4);
        rig.sendAll(update, rig.length());
        assertFalse(rig.stream.isPlain());
        for (int i = 0; i < 30; i++) {
            rig.send(rig.random.nextInt(rig.length() - 4000), 4000);
            rig.send(newKey - 100, 50);
            rig.send(newKey + 100, 50);
        }
        assertEquals(isByDevice, !rig.stream.isPlain(), "sealed are the old ones, or still in the device");
        rig.acknowledge(update);
        rig.changeKey();
        assertTrue(rig.isByDevice());
        final int resumed = rig.length();
        appendAndSend(rig, 4);
        rig.send(newKey + 10, 2000);
        rig.send(resumed + 500, 700);
        rig.send(resumed - 100, 200);
        rig.assertWire();
    }

    @Test
    void shouldKeepTheOldKeyUntilThePeerHasAllThatTheDeviceEncrypted() {
        final OffloadRig rig = rig().build();
        appendAndSend(rig, 2);
        final int update = rig.length();
        rig.updateKeys();
        rig.sendAll(update, rig.length());
        rig.acknowledge(update - 1);
        rig.run();
        assertFalse(rig.stream.isPlain());
        rig.acknowledge(update);
        assertTrue(rig.stream.isPlain());
    }

    @Test
    void shouldEncryptOldRecordsByTheOldKeyOfTheDeviceWhileTheNewOneWaits() {
        final OffloadRig rig = rig().build();
        appendAndSend(rig, 2);
        rig.append(3000);
        final int unsent = rig.length() - 3022;
        rig.updateKeys();
        rig.append(100);
        final long encrypted = rig.count(ModelCounter.ENCRYPTED_BYTES);
        rig.send(unsent, rig.length() - unsent);
        assertEquals(3022, rig.count(ModelCounter.ENCRYPTED_BYTES) - encrypted);
        assertEquals(0, rig.count(OffloadCounter.RECORDS_SEALED));
        rig.assertWhole();
    }

    @Test
    void shouldNotFreeTheOldKeyBeforeItsLastElementHasCompleted() {
        final OffloadRig rig = rig().build();
        appendAndSend(rig, 2);
        rig.post(100, 1000, OffloadRig.MSS);
        rig.updateKeys();
        rig.acknowledge(rig.length());
        assertFalse(rig.stream.isPlain());
        rig.run();
        assertTrue(rig.stream.isPlain());
    }

    /** Though the peer has the record by then, the key is in use. */
    @Test
    void shouldNotFreeTheOldKeyWhileARecordIsBeingSealedUnderIt() {
        final OffloadRig rig = rig().policy(OffloadRig.BY_SOFTWARE).build();
        appendAndSend(rig, 1);
        final int update = rig.length();
        rig.updateKeys();
        rig.send(update, rig.length() - update);
        rig.post(0, 1, OffloadRig.MSS);
        rig.poll();
        assertEquals(1, rig.asked());
        rig.acknowledge(rig.length());
        assertFalse(rig.stream.isPlain());
        rig.seal();
        rig.poll();
        assertTrue(rig.stream.isPlain());
        rig.assertWire();
    }

    @Test
    void shouldFrameUnderTheKeyOfTheContextAlone() {
        final OffloadRig rig = rig().build();
        rig.updateKeys();
        assertEquals(RecordError.INTERNAL_ERROR, rig.append(new byte[100], true));
    }

    @Test
    void shouldWipeAKeyThatNothingNeeds() {
        final OffloadRig rig = rig().build();
        final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
        final DeviceContext context = rig.inline.attach(keys, 0, rig.provider, rig.counters);
        assertNotNull(context);
        rig.inline.detach(context, false);
        assertArrayEquals(new byte[16], keys.key());
        assertArrayEquals(new byte[12], keys.iv());
        assertArrayEquals(new byte[32], keys.secret());
    }

    @ParameterizedTest
    @EnumSource(ModelMode.class)
    void shouldChangeKeysAHundredTimesUnderLoss(final ModelMode mode) {
        final OffloadRig rig = rig().mode(mode).build();
        int acknowledged = 0;
        int returns = 0;
        for (int change = 0; change < 100; change++) {
            appendAndSend(rig, 1 + rig.random.nextInt(3));
            if (rig.random.nextBoolean()) {
                rig.send(acknowledged + rig.random.nextInt(rig.length() - acknowledged - 1), 1);
            }
            final int update = rig.length();
            rig.updateKeys();
            rig.sendAll(update, rig.length());
            if (change % 3 > 0) {
                acknowledged = rig.random.nextBoolean() ? rig.length() : update;
                rig.acknowledge(acknowledged);
            }
            rig.changeKey();
            returns += rig.isByDevice() ? 1 : 0;
        }
        assertTrue(returns > 10 && returns < 90, returns + " returns");
        rig.assertWire();
        rig.acknowledge(rig.length());
        rig.changeKey();
        assertTrue(rig.isByDevice());
        rig.detach();
        assertEquals(0, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
    }

    /** An image counts for its key as a sealed record does. */
    @Test
    void shouldAskForANewKeyAtTheSoftLimitAndRefuseAtTheHardOne() {
        final OffloadRig byRecords = rig().limits(new KeyLimits(3, 5, 1000, 2000)).build();
        for (int i = 0; i < 5; i++) {
            assertEquals(i >= 3, byRecords.sealer.isKeyUpdateDue());
            byRecords.append(10);
        }
        assertEquals(RecordError.KEY_EXHAUSTED, byRecords.append(new byte[10], true));
        final OffloadRig byBlocks = rig().limits(new KeyLimits(30, 50, 8, 20)).build();
        byBlocks.append(95);
        assertFalse(byBlocks.sealer.isKeyUpdateDue());
        byBlocks.append(0);
        assertTrue(byBlocks.sealer.isKeyUpdateDue());
        assertEquals(RecordError.KEY_EXHAUSTED, byBlocks.append(new byte[16 * 11], true));
        byBlocks.append(16 * 9 - 1);
        assertEquals(RecordError.KEY_EXHAUSTED, byBlocks.append(new byte[0], true));
        byBlocks.appendAlert(90);
        byBlocks.updateKeys();
        assertFalse(byBlocks.sealer.isKeyUpdateDue());
        byBlocks.append(10);
        byBlocks.sendAll(0, byBlocks.length());
        byBlocks.assertWhole();
    }

    @Test
    void shouldStayInSoftwareWhereTheDeviceCannotOrHasNoContextOrKeyLeft() {
        final Capabilities noTls13 = new Capabilities(true, true, true, true, false, true, true, true, 12);
        assertSoftware(rig().device(Capabilities.NONE, CONTEXTS).build());
        assertSoftware(rig().device(noTls13, CONTEXTS).build());
        assertSoftware(rig().device(keys(0), CONTEXTS).build());
        assertSoftware(rig().device(ConnectXModel.ALL, 0).build());
    }

    @Test
    void shouldGiveTheContextBackForWhichThereIsNoKey() {
        final OffloadRig rig = rig().device(keys(1), CONTEXTS).build();
        for (int i = 0; i < 2 * CONTEXTS; i++) {
            assertNull(attachOther(rig));
        }
        rig.detach();
        assertNotNull(attachOther(rig));
    }

    /** There are two keys. The other connection has one, and then both. */
    @Test
    void shouldStayInSoftwareWhenAnotherTookTheLastKeyDuringTheChange() {
        final OffloadRig rig = rig().device(keys(2), CONTEXTS).build();
        assertNotNull(attachOther(rig));
        assertNull(attachOther(rig));
        changeKeys(rig);
        rig.attach();
        assertTrue(rig.isByDevice());
        assertEquals(1, rig.count(ModelCounter.SYNC_COMMANDS));
        appendAndSend(rig, 2);
        changeKeys(rig);
        assertNotNull(attachOther(rig));
        rig.attach();
        assertFalse(rig.isByDevice());
        assertTrue(rig.stream.isLeaving());
        final long encrypted = rig.count(ModelCounter.ENCRYPTED_BYTES);
        appendAndSend(rig, 2);
        assertNotEquals(0, encrypted);
        assertEquals(encrypted, rig.count(ModelCounter.ENCRYPTED_BYTES));
        assertEquals(0, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
        rig.assertWhole();
    }

    private static void changeKeys(final OffloadRig rig) {
        appendAndSend(rig, 2);
        final int update = rig.length();
        rig.updateKeys();
        rig.sendAll(update, rig.length());
        rig.acknowledge(rig.length());
        assertTrue(rig.stream.isPlain());
        rig.detach();
    }

    private static DeviceContext attachOther(final OffloadRig rig) {
        return rig.inline.attach(TrafficKeys.derive(TestSecrets.secret(1), 16), 0, rig.provider, rig.counters);
    }

    private static Capabilities keys(final int logMaxKeys) {
        return new Capabilities(true, true, true, true, true, true, true, true, logMaxKeys);
    }

    private static void assertSoftware(final OffloadRig rig) {
        assertNull(rig.context());
        assertEquals(1, rig.count(OffloadCounter.REFUSED));
        assertTrue(rig.stream.isLeaving());
        appendAndSend(rig, 3);
        rig.send(100, 2000);
        rig.updateKeys();
        appendAndSend(rig, 3);
        assertEquals(0, rig.count(ModelCounter.ENCRYPTED_PACKETS));
        rig.assertWire();
    }

    private static void appendAndSend(final OffloadRig rig, final int records) {
        final int from = rig.length();
        for (int i = 0; i < records; i++) {
            rig.append(1 + rig.random.nextInt(6000));
        }
        rig.sendAll(from, rig.length());
    }
}
