package org.rds4j.crypto.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.TroubledProvider;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;

/** What is computed on the way to a key, and what stands beside it, goes when nobody needs it any more. */
class KeyWipingTest {
    private final TroubledProvider provider = new TroubledProvider();
    private final TrafficKeys keys = TrafficKeys.derive(TestSecrets.specificationSecret(), 16);

    /** SHA-256, whose caller's arrays are noted. */
    private static final class NotingDigest extends MessageDigestSpi {
        private final List<byte[]> noted;
        private final MessageDigest digest;

        NotingDigest(final List<byte[]> noted) throws NoSuchAlgorithmException {
            this.noted = noted;
            try {
                digest = MessageDigest.getInstance("SHA-256", "SUN");
            } catch (final NoSuchProviderException e) {
                throw new NoSuchAlgorithmException(e);
            }
        }

        @Override
        protected void engineUpdate(final byte input) {
            digest.update(input);
        }

        @Override
        protected void engineUpdate(final byte[] input, final int offset, final int length) {
            noted.add(input);
            digest.update(input, offset, length);
        }

        @Override
        protected byte[] engineDigest() {
            throw new AssertionError("into an array that nobody can wipe");
        }

        @Override
        protected int engineDigest(final byte[] output, final int offset, final int length) throws DigestException {
            noted.add(output);
            return digest.digest(output, offset, length);
        }

        @Override
        protected void engineReset() {
            digest.reset();
        }
    }

    /** Before all other providers. */
    private static final class NotingDigests extends Provider {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        NotingDigests(final List<byte[]> noted) {
            super("noting", "1", "a digest that notes arrays");
            putService(new Service(this, "MessageDigest", "SHA-256", NotingDigest.class.getName(), null, null) {
                @Override
                public Object newInstance(final Object parameter) throws NoSuchAlgorithmException {
                    return new NotingDigest(noted);
                }
            });
        }
    }

    /** A secret that is only padded, as HMAC pads it, is one still. */
    @Test
    void shouldWipeWhatADerivationComputes() {
        final List<byte[]> noted = new ArrayList<>();
        Security.insertProviderAt(new NotingDigests(noted), 1);
        try {
            ExpandLabel.expand(TestSecrets.specificationSecret(), "key", new byte[16]);
        } finally {
            Security.removeProvider("noting");
        }
        noted.removeIf(octets -> octets.length < TrafficKeys.SECRET_LENGTH); // the label
        assertEquals(5, noted.size(), "two blocks, the inner hash as answer and as text, and the outer one");
        noted.forEach(octets -> assertArrayEquals(new byte[octets.length], octets));
    }

    @Test
    void shouldOverwriteTheIvThatNoncesAreMadeOf() {
        final byte[] iv = keys.iv();
        final NonceSequence nonces = new NonceSequence(iv, 5);
        assertArrayEquals(new byte[TrafficKeys.IV_LENGTH], iv);
        final byte[] next = keys.iv();
        nonces.restart(next, 0);
        assertArrayEquals(new byte[TrafficKeys.IV_LENGTH], next);
    }

    @Test
    void shouldWipeTheNoncesOfAKeyThatIsClosed() {
        final KeyInForce key = new KeyInForce(provider, keys, 0);
        final long nonce = key.nonces().address();
        assertNotEquals(0, UnsafeApi.getInt(nonce));
        key.close();
        assertEquals(0, UnsafeApi.getInt(nonce));
        assertEquals(0, UnsafeApi.getLong(nonce + Integer.BYTES));
        key.nonces().advance();
        assertEquals(Long.reverseBytes(1), UnsafeApi.getLong(nonce + Integer.BYTES), "the number alone");
    }

    @Test
    void shouldCloseTheCipherOfAKeyThatGetsNoNonces() {
        final AeadProvider breaking = new AeadProvider() {
            @Override
            public String name() {
                return provider.name();
            }

            @Override
            public String unavailabilityCause() {
                return null;
            }

            @Override
            public Aead newAead(final byte[] octets) {
                makeUnreadable(keys, "memory");
                return provider.newAead(octets);
            }
        };
        assertThrows(IndexOutOfBoundsException.class, () -> new KeyInForce(breaking, keys, 0));
        assertEquals(0, provider.open());
    }

    @Test
    void shouldCloseTheCipherOfTheNextKeyThatGetsNoNonces() {
        final KeyInForce key = new KeyInForce(provider, keys, 0);
        makeUnreadable(key.nonces(), "nonce");
        assertThrows(IndexOutOfBoundsException.class, key::change);
        assertEquals(1, provider.open(), "that of the key in force");
    }

    /** Whoever reads or writes it by an index throws. */
    private static void makeUnreadable(final Object owner, final String buffer) {
        try {
            final Field field = owner.getClass().getDeclaredField(buffer);
            field.setAccessible(true);
            ((ByteBuffer) field.get(owner)).limit(0);
        } catch (final ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
