package org.rds4j.crypto.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.TroubledProvider;
import org.rds4j.crypto.provider.AeadProvider;

/** What is taken over is wiped: when its cipher cannot be made, and when it cannot be closed. */
class FailingCiphersTest {
    private final TroubledProvider provider = new TroubledProvider();
    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);
    private final Memory memory = new Memory(256);

    private void requireWiped() {
        assertArrayEquals(new byte[TrafficKeys.SECRET_LENGTH], keys.secret());
        assertArrayEquals(new byte[16], keys.key());
        assertEquals(0, provider.open());
    }

    private void requireNotMade(final Supplier<AutoCloseable> maker) {
        provider.failMakingAfter(0);
        assertThrows(TroubledProvider.Trouble.class, maker::get);
        requireWiped();
    }

    @Test
    void shouldWipeTheKeysOfASealerThatCannotBeMade() {
        requireNotMade(() -> new RecordSealer(provider, keys, KeyLimits.DEFAULT));
    }

    @Test
    void shouldWipeTheKeysOfAnOpenerThatCannotBeMade() {
        requireNotMade(() -> new RecordOpener(provider, keys));
    }

    /** What is not copied before it is asked for a cipher need not be wiped when it has none. */
    @Test
    void shouldNotCopyTheIvBeforeThereIsACipher() {
        final AeadProvider wiping = (AeadProvider) Proxy.newProxyInstance(
            AeadProvider.class.getClassLoader(), new Class<?>[] {AeadProvider.class}, (proxy, method, arguments) -> {
                keys.close();
                return method.invoke(provider, arguments);
            });
        try (KeyInForce key = new KeyInForce(wiping, keys, 0)) {
            assertEquals(0, UnsafeApi.getLong(key.nonces().address()));
        }
    }

    @Test
    void shouldWipeTheKeysOfASealerThatCannotBeClosed() {
        final RecordSealer sealer = new RecordSealer(provider, keys, KeyLimits.DEFAULT);
        provider.failClosing();
        assertThrows(TroubledProvider.Trouble.class, sealer::close);
        requireWiped();
        assertEquals(0, sealer.seal(memory.address(), 1, memory.address() + 64));
        assertEquals(RecordError.CLOSED, sealer.error());
    }

    @Test
    void shouldWipeTheKeysOfAnOpenerThatCannotBeClosed() {
        final RecordOpener opener = new RecordOpener(provider, keys);
        provider.failClosing();
        assertThrows(TroubledProvider.Trouble.class, opener::close);
        requireWiped();
        assertEquals(-1, opener.open(memory.address(), 30));
    }

    /** The old cipher is closed when the new one is in force, whatever it throws. */
    @Test
    void shouldWipeTheOldKeysWhoseCipherCannotBeClosed() {
        final RecordSealer sealer = new RecordSealer(provider, keys, KeyLimits.DEFAULT);
        provider.failClosing();
        assertThrows(TroubledProvider.Trouble.class, () -> sealer.updateKeys(memory.address()));
        assertArrayEquals(new byte[TrafficKeys.SECRET_LENGTH], keys.secret());
        assertEquals(1, provider.open());
        assertEquals(0, sealer.seal(memory.address(), 1, memory.address() + 64), "the peer may not have been told");
    }
}
