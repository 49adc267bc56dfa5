package org.rds4j.crypto.offload.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.TroubledProvider;
import org.rds4j.crypto.model.ConnectXModel;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.OffloadDevice;
import org.rds4j.crypto.offload.Wire;
import org.rds4j.crypto.offload.firmware.FirmwareCommand;
import org.rds4j.crypto.offload.firmware.TisPool;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/** A device, or what goes with it in software, that fails by an error in the middle: no key stays, and nothing is lost. */
class FailingDeviceTest {
    private static final byte[] NO_SECRET = new byte[32];
    private static final int LAST_OF_FIRST_BULK = 0x1c + TisPool.BULK - 1;

    private final ConnectXModel nic = new ConnectXModel(ModelMode.STRICT, 1500, new Wire());
    private final OffloadCounters counters = OffloadCounters.allocate();
    private final TroubledProvider provider = new TroubledProvider();
    private final List<String> calls = new ArrayList<>();
    private int failingOpcode = -1;
    private final InlineTls inline = new InlineTls(device(), OffloadPolicy.DEFAULT, 1);

    /** The model, but for the command that fails. */
    private OffloadDevice device() {
        return (OffloadDevice) Proxy.newProxyInstance(
            OffloadDevice.class.getClassLoader(), new Class<?>[] {OffloadDevice.class}, (proxy, method, arguments) -> {
                calls.add(method.getName());
                if ("execute".equals(method.getName()) && FirmwareCommand.opcode((long) arguments[0]) == failingOpcode) {
                    throw new TroubledProvider.Trouble();
                }
                try {
                    return method.invoke(nic, arguments);
                } catch (final InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    private static TrafficKeys keys() {
        return TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    }

    @Test
    void shouldWipeTheKeysOfWhichNoCipherCanBeMade() {
        final TrafficKeys keys = keys();
        provider.failMakingAfter(0);
        assertThrows(TroubledProvider.Trouble.class, () -> inline.attach(keys, 0, provider, counters));
        assertArrayEquals(NO_SECRET, keys.secret());
        assertEquals(0, nic.keys());
    }

    @ParameterizedTest
    @ValueSource(ints = {FirmwareCommand.CREATE_TIS, FirmwareCommand.CREATE_GENERAL_OBJECT})
    void shouldLeaveNothingOfAContextThatCannotBeMade(final int opcode) {
        final TrafficKeys keys = keys();
        failingOpcode = opcode;
        assertThrows(TroubledProvider.Trouble.class, () -> inline.attach(keys, 0, provider, counters));
        assertArrayEquals(NO_SECRET, keys.secret());
        assertEquals(0, provider.open());
        failingOpcode = -1;
        final DeviceContext first = inline.attach(keys(), 0, provider, counters);
        assertEquals(LAST_OF_FIRST_BULK, first.tis(), "the one before was not given back");
    }

    /** In software the connection goes on; what it had got is given back when it ends. */
    @Test
    void shouldKeepTheQueueOfAConnectionWhoseKeyTheDeviceDoesNotTake() {
        final RecordSealer sealer = new RecordSealer(AeadProviders.best(), keys(), KeyLimits.DEFAULT);
        final Memory ring = new Memory(4096);
        final AttachTask task = new AttachTask(inline, provider, counters, ring.address(), 4096, null, any -> { });
        failingOpcode = FirmwareCommand.CREATE_GENERAL_OBJECT;
        assertThrows(TroubledProvider.Trouble.class, () -> task.execute(sealer, null));
        assertNotNull(task.queue());
        assertNull(task.context());
    }

    @Test
    void shouldWipeAndGiveBackTheRestWhenTheDeviceFailsAtTheEndOfAKey() {
        final RecordSealer sealer = new RecordSealer(AeadProviders.best(), keys(), KeyLimits.DEFAULT);
        final Memory ring = new Memory(4096);
        final AttachTask attach = new AttachTask(inline, provider, counters, ring.address(), 4096, null, any -> { });
        attach.execute(sealer, null);
        provider.failClosing();
        final DetachTask detach = new DetachTask(inline, attach.context(), attach.queue(), true, () -> { });
        assertThrows(TroubledProvider.Trouble.class, () -> detach.execute(sealer, null));
        assertEquals(0, provider.open());
        assertEquals("closeQueue", calls.getLast());
        final DeviceContext next = inline.attach(keys(), 0, AeadProviders.best(), counters);
        assertEquals(attach.context().tis(), next.tis(), "the context was not given back");
    }

    @Test
    void shouldWipeAllKeysAndCloseTheDeviceWhateverOneOfThemThrows() {
        final TrafficKeys first = keys();
        final TrafficKeys second = keys();
        inline.attach(first, 0, provider, counters);
        inline.attach(second, 0, provider, counters);
        provider.failClosing();
        assertThrows(TroubledProvider.Trouble.class, inline::close);
        assertArrayEquals(NO_SECRET, first.secret());
        assertArrayEquals(NO_SECRET, second.secret());
        assertEquals(0, provider.open());
        assertEquals("close", calls.getLast());
    }
}
