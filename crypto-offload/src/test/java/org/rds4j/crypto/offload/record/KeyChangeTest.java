package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rds4j.crypto.offload.OffloadRig.rig;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.firmware.Capabilities;
import org.rds4j.crypto.record.KeyLimits;

/** New keys while octets of the old ones are on their way, limits of keys, and devices that have no key left. */
class KeyChangeTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepEveryRecordUnderItsOwnKeyWhileOldOnesAreSentAgain(final boolean isByDevice) {
        final OffloadRig rig = rig().policy(policy(isByDevice)).build();
        appendAndSend(rig, 4);
        final int boundary = rig.length();
        rig.changeKeys();
        rig.sendAll(boundary, rig.length());
        final int newKey = rig.length();
        appendAndSend(rig, 4);
        rig.transmitter.maintain();
        assertEquals(OffloadMode.KEY_CHANGE, rig.transmitter.mode());
        for (int i = 0; i < 30; i++) {
            final int from = rig.random.nextInt(rig.length() - 4000);
            rig.send(from, 4000);
            rig.send(newKey - 100, 50);
            rig.send(newKey + 100, 50);
        }
        rig.acknowledge(newKey - 1);
        rig.transmitter.maintain();
        assertEquals(OffloadMode.KEY_CHANGE, rig.transmitter.mode());
        assertEquals(0, rig.keyPool.freed());
        rig.acknowledge(newKey);
        rig.transmitter.maintain();
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
        assertEquals(1, rig.keyPool.freed());
        assertEquals(1, rig.tisPool.live());
        final int resumed = rig.length();
        appendAndSend(rig, 4);
        assertEquals(TransmitResult.SEALED, rig.send(newKey + 10, 2000));
        assertEquals(isByDevice ? TransmitResult.ENCRYPTED : TransmitResult.SEALED, rig.send(resumed + 500, 700));
        assertEquals(TransmitResult.SEALED, rig.send(resumed - 100, 200));
        rig.assertWire();
    }

    @Test
    void shouldEncryptOldRecordsByTheOldKeyOfTheDeviceWhileTheNewOneWaits() {
        final OffloadRig rig = rig().build();
        appendAndSend(rig, 2);
        rig.append(3000);
        final int unsent = rig.length() - 3022;
        rig.changeKeys();
        rig.append(100);
        assertEquals(TransmitResult.ENCRYPTED, rig.send(unsent, 3022));
        assertEquals(TransmitResult.SEALED, rig.send(rig.length() - 122, 122));
        rig.assertWire();
    }

    @Test
    void shouldNotFreeTheOldKeyBeforeItsLastElementHasCompleted() {
        final OffloadRig rig = rig().build();
        appendAndSend(rig, 2);
        rig.post(100, 1000, OffloadRig.MSS);
        rig.changeKeys();
        rig.acknowledge(rig.length());
        rig.transmitter.maintain();
        assertEquals(OffloadMode.KEY_CHANGE, rig.transmitter.mode());
        assertEquals(0, rig.keyPool.freed());
        rig.run();
        rig.transmitter.maintain();
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
        assertEquals(1, rig.keyPool.freed());
        assertEquals(0, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
    }

    @Test
    void shouldNotFreeTheOldKeyBeforeTheDeviceHasTakenItsParameters() {
        final OffloadRig rig = rig().build();
        rig.transmitter.changeKeys();
        rig.transmitter.maintain();
        assertEquals(OffloadMode.KEY_CHANGE, rig.transmitter.mode());
        assertEquals(0, rig.keyPool.freed());
    }

    @Test
    void shouldKeepTheKeyOfTheDeviceWhileItsRecordsWaitBehindThoseOfAnOlderOne() {
        final OffloadRig rig = rig().build();
        appendAndSend(rig, 2);
        rig.changeKeys();
        final int second = rig.length();
        appendAndSend(rig, 2);
        rig.changeKeys();
        rig.acknowledge(second);
        rig.transmitter.maintain();
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
        final int third = rig.length();
        appendAndSend(rig, 2);
        rig.changeKeys();
        rig.transmitter.maintain();
        assertEquals(OffloadMode.KEY_CHANGE, rig.transmitter.mode());
        assertEquals(1, rig.keyPool.freed());
        assertEquals(TransmitResult.ENCRYPTED, rig.send(third, 100));
        rig.acknowledge(third);
        rig.transmitter.maintain();
        assertEquals(OffloadMode.KEY_CHANGE, rig.transmitter.mode());
        rig.acknowledge(rig.length());
        rig.transmitter.maintain();
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
        assertEquals(2, rig.keyPool.freed());
        rig.assertWire();
    }

    @Test
    void shouldWipeAKeyThatNothingNeeds() {
        final OffloadRig rig = rig().build();
        appendAndSend(rig, 2);
        final int update = rig.length();
        rig.changeKeys();
        rig.sendAll(update, rig.length());
        rig.transmitter.maintain();
        assertFalse(Arrays.equals(new byte[16], rig.given.key()));
        rig.acknowledge(rig.length());
        rig.transmitter.maintain();
        assertArrayEquals(new byte[16], rig.given.key());
        assertArrayEquals(new byte[12], rig.given.iv());
        assertArrayEquals(new byte[32], rig.given.secret());
        final OffloadRig closed = rig().build();
        closed.transmitter.close();
        assertArrayEquals(new byte[16], closed.given.key());
        assertEquals(1, closed.keyPool.freed());
    }

    @ParameterizedTest
    @EnumSource(ModelMode.class)
    void shouldChangeKeysAHundredTimesUnderLoss(final ModelMode mode) {
        final OffloadRig rig = rig().mode(mode).build();
        int acknowledged = 0;
        for (int change = 0; change < 100; change++) {
            appendAndSend(rig, 1 + rig.random.nextInt(3));
            if (rig.random.nextBoolean()) {
                rig.send(acknowledged + rig.random.nextInt(rig.length() - acknowledged - 1), 1);
            }
            final int update = rig.length();
            rig.changeKeys();
            rig.sendAll(update, rig.length());
            if (change % 3 > 0) {
                acknowledged = rig.random.nextBoolean() ? rig.length() : update;
                rig.acknowledge(acknowledged);
            }
            rig.transmitter.maintain();
        }
        assertTrue(rig.count(OffloadCounter.RESUMPTIONS) > 10);
        rig.assertWire();
        rig.acknowledge(rig.length());
        rig.transmitter.maintain();
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
        rig.transmitter.close();
        assertEquals(0, rig.tisPool.live());
        assertEquals(0, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
    }

    @Test
    void shouldAskForANewKeyAtTheSoftLimitAndRefuseAtTheHardOne() {
        final OffloadRig byRecords = rig().policy(policy(true).withLimits(new KeyLimits(3, 5, 1000, 2000))).build();
        for (int i = 0; i < 5; i++) {
            assertEquals(i >= 3, byRecords.transmitter.isKeyUpdateDue());
            byRecords.append(10);
        }
        assertEquals(AppendResult.KEY_EXHAUSTED, byRecords.tryAppend(10, 23, true));
        final OffloadRig byBlocks = rig().policy(policy(true).withLimits(new KeyLimits(30, 50, 8, 20))).build();
        byBlocks.append(95);
        assertFalse(byBlocks.transmitter.isKeyUpdateDue());
        byBlocks.append(0);
        assertTrue(byBlocks.transmitter.isKeyUpdateDue());
        assertEquals(AppendResult.KEY_EXHAUSTED, byBlocks.tryAppend(16 * 11, 23, true));
        byBlocks.append(16 * 9 - 1);
        assertEquals(AppendResult.KEY_EXHAUSTED, byBlocks.tryAppend(0, 23, true));
        byBlocks.append(2, 21, true);
        byBlocks.changeKeys();
        assertFalse(byBlocks.transmitter.isKeyUpdateDue());
        byBlocks.append(10);
        byBlocks.sendAll(0, byBlocks.length());
        byBlocks.assertWire();
    }

    @Test
    void shouldStayInSoftwareWhereTheDeviceCannotOrHasNoContextOrKeyLeft() {
        final Capabilities noTls13 = new Capabilities(true, true, true, true, false, true, true, true, 12);
        final Capabilities noKeys = new Capabilities(true, true, true, true, true, true, true, true, 0);
        assertSoftware(rig().device(Capabilities.NONE, 64).build());
        assertSoftware(rig().device(noTls13, 64).build());
        assertSoftware(rig().device(noKeys, 64).build());
        assertSoftware(rig().device(ConnectXModel.ALL, 0).build());
    }

    @Test
    void shouldStayInSoftwareWhenAnotherTookTheLastKeyDuringTheChange() {
        final Capabilities twoKeys = new Capabilities(true, true, true, true, true, true, true, true, 2);
        final OffloadRig rig = rig().device(twoKeys, 64).build();
        final int other = rig.keyPool.acquire(new byte[16]);
        appendAndSend(rig, 2);
        final int update = rig.length();
        rig.changeKeys();
        rig.sendAll(update, rig.length());
        rig.acknowledge(rig.length());
        rig.transmitter.maintain();
        assertEquals(OffloadMode.DEVICE, rig.transmitter.mode());
        assertEquals(1, rig.count(ModelCounter.SYNC_COMMANDS));
        appendAndSend(rig, 2);
        rig.assertWire();
        rig.keyPool.release(other);
    }

    private static void assertSoftware(final OffloadRig rig) {
        assertEquals(OffloadMode.SOFTWARE, rig.transmitter.mode());
        assertEquals(1, rig.count(OffloadCounter.REFUSED));
        assertEquals(0, rig.tisPool.live());
        rig.markPlaintext();
        appendAndSend(rig, 3);
        rig.send(100, 2000);
        rig.changeKeys();
        appendAndSend(rig, 3);
        rig.transmitter.maintain();
        assertEquals(OffloadMode.SOFTWARE, rig.transmitter.mode());
        assertEquals(0, rig.count(ModelCounter.ENCRYPTED_PACKETS));
        rig.assertWire();
        rig.transmitter.close();
    }

    private static OffloadPolicy policy(final boolean isByDevice) {
        return OffloadPolicy.DEFAULT.withDeviceRetransmissions(isByDevice).withRetransmissions(1000, 1L << 40);
    }

    private static void appendAndSend(final OffloadRig rig, final int records) {
        final int from = rig.length();
        for (int i = 0; i < records; i++) {
            rig.append(1 + rig.random.nextInt(6000));
        }
        rig.sendAll(from, rig.length());
    }
}
