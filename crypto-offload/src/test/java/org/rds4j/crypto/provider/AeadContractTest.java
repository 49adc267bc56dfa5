package org.rds4j.crypto.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.Memory;

/** What every provider must keep; one subclass per provider. */
abstract class AeadContractTest {
    private static final int NONCE = 0;
    private static final int AAD = 16;
    private static final int CONTENT = 64;
    private static final int MAX_CONTENT = 16384;
    private static final int OUT = CONTENT + MAX_CONTENT + 64;
    private static final byte TYPE = 23;
    private static final int TRAILER = 1 + Aead.TAG_LENGTH;

    private final Random random = new Random(7);
    private final Memory memory = new Memory(OUT + MAX_CONTENT + 128);

    abstract AeadProvider provider();

    @Test
    void shouldEqualAnIndependentImplementationAtEverySmallSizeAndAroundEveryBoundary() throws Exception {
        for (final int keyLength : new int[] {16, 32}) {
            final byte[] key = randomOctets(keyLength);
            try (Aead aead = newAead(key)) {
                for (int length = 0; length <= 1200; length++) {
                    assertEqualsIndependent(aead, key, length);
                }
                for (final int length : new int[] {1379, 1380, 2047, 2048, 2049, 4096, 8191, 16367, 16368, 16383, 16384}) {
                    assertEqualsIndependent(aead, key, length);
                }
            }
        }
    }

    @Test
    void shouldSealWhereTheContentAlreadyStands() throws Exception {
        final byte[] key = randomOctets(16);
        try (Aead aead = newAead(key)) {
            for (final int length : new int[] {0, 1, 15, 16, 64, 1024, 1025, 16384}) {
                final byte[] content = prepare(length);
                memory.put(OUT, content);
                final long out = memory.address() + OUT;
                assertTrue(aead.seal(memory.address() + NONCE, memory.address() + AAD, out, length, TYPE, out));
                assertArrayEquals(independent(key, content), memory.get(OUT, length + TRAILER), "length " + length);
            }
        }
    }

    @Test
    void shouldOnlyReadTheContentAndWriteNothingBehindTheTag() {
        try (Aead aead = newAead(randomOctets(16))) {
            for (final int length : new int[] {0, 1, 63, 64, 65, 1380, 16384}) {
                final byte[] content = prepare(length);
                final byte[] guard = randomOctets(64);
                memory.put(OUT + length + TRAILER, guard);
                assertTrue(seal(aead, length));
                assertArrayEquals(content, memory.get(CONTENT, length));
                assertArrayEquals(guard, memory.get(OUT + length + TRAILER, guard.length));
            }
        }
    }

    @Test
    void shouldRefuseEveryFlippedBitAndLeaveNoTextBehind() {
        try (Aead aead = newAead(randomOctets(16))) {
            final int length = 100;
            prepare(length);
            assertTrue(seal(aead, length));
            final byte[] sealed = memory.get(OUT, length + TRAILER);
            for (int bit = 0; bit < sealed.length * 8; bit++) {
                memory.put(OUT, sealed);
                memory.flipBit(OUT * 8 + bit);
                assertFalse(open(aead, length), "bit " + bit);
                assertArrayEquals(new byte[length + 1], memory.get(OUT, length + 1));
            }
            memory.put(OUT, sealed);
            assertTrue(open(aead, length));
        }
    }

    @Test
    void shouldRefuseAnotherNonceAnotherHeaderAndAnotherKey() {
        final byte[] key = randomOctets(32);
        try (Aead aead = newAead(key); Aead other = newAead(randomOctets(32))) {
            prepare(40);
            assertTrue(seal(aead, 40));
            final byte[] sealed = memory.get(OUT, 40 + TRAILER);
            memory.flipBit((NONCE + 11) * 8);
            assertFalse(open(aead, 40));
            memory.flipBit((NONCE + 11) * 8);
            memory.put(OUT, sealed);
            memory.flipBit((AAD + 4) * 8);
            assertFalse(open(aead, 40));
            memory.flipBit((AAD + 4) * 8);
            memory.put(OUT, sealed);
            assertFalse(open(other, 40));
        }
    }

    @Test
    void shouldKeepTwoKeysApartWhenTheyTakeTurns() throws Exception {
        final byte[] firstKey = randomOctets(16);
        final byte[] secondKey = randomOctets(32);
        try (Aead first = newAead(firstKey); Aead second = newAead(secondKey)) {
            for (int i = 0; i < 50; i++) {
                assertEqualsIndependent(first, firstKey, i * 31);
                assertEqualsIndependent(second, secondKey, i * 37);
            }
        }
    }

    @Test
    void shouldRefuseEverythingOnceClosed() {
        final Aead aead = newAead(randomOctets(16));
        prepare(10);
        assertTrue(seal(aead, 10));
        aead.close();
        aead.close();
        assertFalse(seal(aead, 10));
        assertFalse(open(aead, 10));
    }

    @Test
    void shouldRefuseKeysOfOtherLengths() {
        assumeTrue(provider().isAvailable(), provider().unavailabilityCause());
        assertThrows(IllegalArgumentException.class, () -> provider().newAead(new byte[24]));
    }

    @Test
    void shouldNotAllocate() {
        try (Aead aead = newAead(randomOctets(16))) {
            prepare(MAX_CONTENT);
            assertEquals(0, Allocation.leastOf(() -> assertTrue(sealAndOpen(aead, 10_000))));
        }
    }

    private boolean sealAndOpen(final Aead aead, final int count) {
        boolean isRight = true;
        for (int i = 0; i < count; i++) {
            final int length = (i & 1) == 0 ? 64 : 2000;
            isRight &= seal(aead, length);
            isRight &= open(aead, length);
        }
        return isRight;
    }

    private void assertEqualsIndependent(final Aead aead, final byte[] key, final int length) throws Exception {
        final byte[] content = prepare(length);
        assertTrue(seal(aead, length));
        assertArrayEquals(independent(key, content), memory.get(OUT, length + TRAILER), "length " + length);
        assertTrue(open(aead, length));
        assertArrayEquals(content, memory.get(OUT, length));
        assertEquals(TYPE, memory.get(OUT + length, 1)[0]);
    }

    private byte[] prepare(final int length) {
        final byte[] content = randomOctets(length);
        memory.put(NONCE, randomOctets(Aead.NONCE_LENGTH));
        memory.put(AAD, randomOctets(Aead.AAD_LENGTH));
        memory.put(CONTENT, content);
        return content;
    }

    private boolean seal(final Aead aead, final int length) {
        final long base = memory.address();
        return aead.seal(base + NONCE, base + AAD, base + CONTENT, length, TYPE, base + OUT);
    }

    private boolean open(final Aead aead, final int length) {
        final long base = memory.address();
        return aead.open(base + NONCE, base + AAD, base + OUT, length + 1);
    }

    private byte[] independent(final byte[] key, final byte[] content) throws Exception {
        final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"),
            new GCMParameterSpec(128, memory.get(NONCE, Aead.NONCE_LENGTH)));
        cipher.updateAAD(memory.get(AAD, Aead.AAD_LENGTH));
        final byte[] text = Arrays.copyOf(content, content.length + 1);
        text[content.length] = TYPE;
        return cipher.doFinal(text);
    }

    private Aead newAead(final byte[] key) {
        assumeTrue(provider().isAvailable(), provider().unavailabilityCause());
        return provider().newAead(key);
    }

    private byte[] randomOctets(final int length) {
        final byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }
}
