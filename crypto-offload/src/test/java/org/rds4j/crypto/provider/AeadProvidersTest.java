package org.rds4j.crypto.provider;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

class AeadProvidersTest {
    @Test
    void shouldSayWhatIsMissingInsteadOfFailingLater() {
        for (final AeadProvider provider : AeadProviders.all()) {
            if (!provider.isAvailable()) {
                assertNotNull(provider.unavailabilityCause());
                assertThrows(IllegalStateException.class, () -> provider.newAead(new byte[16]));
            }
        }
    }

    @Test
    void shouldFindAWrongAnswer() {
        final AeadProvider good = AeadProviders.best();
        assertSame(good, AeadProviders.verified(good));
        assertFalse(AeadProviders.verified(new Tampering(good, true)).isAvailable());
        assertTrue(KnownAnswer.isRightFrom(good));
        assertFalse(KnownAnswer.isRightFrom(new Tampering(good, true)));
        assertFalse(KnownAnswer.isRightFrom(new Tampering(good, false)));
    }

    /** A library that errs in one bit of what it seals, or refuses what it should open. */
    private record Tampering(AeadProvider good, boolean isSealWrong) implements AeadProvider {
        @Override
        public String name() {
            return "tampering";
        }

        @Override
        public String unavailabilityCause() {
            return null;
        }

        @Override
        public Aead newAead(final byte[] key) {
            final Aead aead = good.newAead(key);
            return new Aead() {
                @Override
                public boolean seal(
                    final long nonceAddress,
                    final long aadAddress,
                    final long contentAddress,
                    final int contentLength,
                    final byte contentType,
                    final long outAddress) {
                    aead.seal(nonceAddress, aadAddress, contentAddress, contentLength, contentType, outAddress);
                    UnsafeApi.putByte(outAddress, (byte) (UnsafeApi.getByte(outAddress) ^ (isSealWrong ? 1 : 0)));
                    return true;
                }

                @Override
                public boolean open(
                    final long nonceAddress, final long aadAddress, final long address, final int length) {
                    return isSealWrong && aead.open(nonceAddress, aadAddress, address, length);
                }

                @Override
                public void close() {
                    aead.close();
                }
            };
        }
    }
}
