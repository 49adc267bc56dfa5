package org.rds4j.crypto.offload.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadRig;
import org.rds4j.crypto.offload.Wire;

/** Contexts and keys of a device, and when a key object may be given another key. */
class PoolsTest {
    private static final byte[] KEY = TestSecrets.secret(1);

    private ConnectXModel nic = new ConnectXModel(ModelMode.REAL, 1500, new Wire());
    private FirmwareChannel channel = new FirmwareChannel(nic);
    private KeyPool keys = new KeyPool(channel);

    @Test
    void shouldReadTheCapabilitiesOfTheDevice() {
        assertEquals(ConnectXModel.ALL, channel.capabilities());
        assertEquals(FirmwareStatus.OK, channel.status());
        assertEquals(2048, channel.capabilities().maxKeys());
    }

    @Test
    void shouldMakeContextsInBulkAndUseThemAgain() {
        final TisPool pool = new TisPool(channel);
        final int first = pool.acquire();
        assertEquals(TisPool.BULK - 1, pool.idle());
        pool.release(first);
        assertEquals(first, pool.acquire());
        final Set<Integer> numbers = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertTrue(numbers.add(pool.acquire()));
        }
        assertEquals(101, pool.live());
    }

    @Test
    void shouldSayWhenThereIsNoContextLeft() {
        use(ConnectXModel.ALL, 20);
        final TisPool pool = new TisPool(channel);
        for (int i = 0; i < 20; i++) {
            assertNotEquals(FirmwareChannel.NONE, pool.acquire());
        }
        assertEquals(FirmwareChannel.NONE, pool.acquire());
        assertEquals(FirmwareStatus.NO_RESOURCES, channel.status());
        pool.release(0x1c);
        assertEquals(0x1c, pool.acquire());
    }

    @Test
    void shouldReuseKeysOnlyAfterManyWereSynchronizedTogether() {
        final int[] ids = new int[KeyPool.SYNCHRONIZE_THRESHOLD + 1];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = keys.acquire(KEY);
        }
        for (int i = 0; i < KeyPool.SYNCHRONIZE_THRESHOLD - 1; i++) {
            keys.release(ids[i]);
        }
        assertEquals(0, nic.counters().get(ModelCounter.SYNC_COMMANDS));
        assertEquals(0, keys.clean());
        final int made = keys.acquire(KEY);
        assertEquals(ids.length + 1, keys.objects());
        keys.release(made);
        assertEquals(1, nic.counters().get(ModelCounter.SYNC_COMMANDS));
        assertEquals(KeyPool.SYNCHRONIZE_THRESHOLD, keys.clean());
        keys.acquire(KEY);
        assertEquals(ids.length + 1, keys.objects());
        assertEquals(ids.length + 1, nic.keys());
    }

    @Test
    void shouldSynchronizeEarlyRatherThanRefuse() {
        use(new Capabilities(true, true, true, true, true, true, true, true, 3), 64);
        final int[] ids = {keys.acquire(KEY), keys.acquire(KEY), keys.acquire(KEY), keys.acquire(KEY)};
        assertEquals(FirmwareChannel.NONE, keys.acquire(KEY));
        keys.release(ids[2]);
        assertEquals(ids[2], keys.acquire(KEY));
        assertEquals(1, nic.counters().get(ModelCounter.SYNC_COMMANDS));
        assertEquals(0, nic.counters().get(ModelCounter.KEY_SYNC_VIOLATIONS));
    }

    @Test
    void shouldDestroyKeysOfADeviceThatCannotSynchronize() {
        use(new Capabilities(true, true, true, true, true, true, true, false, 4), 64);
        final int id = keys.acquire(KEY);
        keys.release(id);
        assertEquals(0, nic.keys());
        assertNotEquals(id, keys.acquire(KEY));
        assertFalse(channel.synchronizeKeys());
    }

    @Test
    void shouldCountAKeyChangedWithoutSynchronization() {
        for (final ModelMode mode : new ModelMode[] {ModelMode.REAL, ModelMode.STRICT}) {
            final OffloadRig rig = OffloadRig.rig().mode(mode).build();
            rig.append(100);
            rig.send(0, rig.length());
            final int used = 0x305;
            final FirmwareChannel other = new FirmwareChannel(rig.nic);
            assertEquals(mode == ModelMode.REAL, other.modifyKey(used, KEY));
            assertEquals(1, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
            assertTrue(other.synchronizeKeys());
            assertTrue(other.modifyKey(used, KEY));
            assertEquals(1, rig.count(ModelCounter.KEY_SYNC_VIOLATIONS));
        }
    }

    @Test
    void shouldLeaveNoKeyInItsCommands() {
        final int id = keys.acquire(KEY);
        assertNoKey();
        channel.modifyKey(id, KEY);
        assertNoKey();
        channel.modifyKey(4711, KEY);
        assertEquals(FirmwareStatus.BAD_RESOURCE, channel.status());
        assertNoKey();
    }

    @Test
    void shouldNotReadKeysBack() {
        final int id = keys.acquire(KEY);
        final Memory memory = new Memory(1024);
        EncryptionKeyCommand.query(memory.address(), id);
        nic.execute(memory.address(), 16, memory.address() + 64, 528);
        assertEquals(FirmwareStatus.OK, FirmwareCommand.status(memory.address() + 64));
        assertArrayEquals(new byte[512], memory.get(64 + 16, 512));
    }

    @Test
    void shouldRefuseCommandsThatDoNotExist() {
        final Memory memory = new Memory(256);
        FirmwareCommand.begin(memory.address(), 16, 0x777, 0);
        nic.execute(memory.address(), 16, memory.address() + 64, 16);
        assertEquals(FirmwareStatus.BAD_OPERATION, FirmwareCommand.status(memory.address() + 64));
        assertEquals(0x777, FirmwareCommand.syndrome(memory.address() + 64));
        assertFalse(channel.destroyTis(4711));
        assertEquals(FirmwareStatus.BAD_RESOURCE, channel.status());
    }

    private void assertNoKey() {
        for (int i = 0; i < channel.commandMemory().capacity() - 3; i++) {
            assertNotEquals(0x01020304, channel.commandMemory().getInt(i));
        }
        assertEquals(0, channel.commandMemory().getLong(80));
        assertEquals(0, channel.commandMemory().getLong(104));
    }

    private void use(final Capabilities capabilities, final int maxTis) {
        nic = new ConnectXModel(ModelMode.REAL, 1500, new Wire(), capabilities, maxTis);
        channel = new FirmwareChannel(nic);
        keys = new KeyPool(channel);
    }
}
