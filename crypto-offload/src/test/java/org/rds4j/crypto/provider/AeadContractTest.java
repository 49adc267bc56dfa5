package org.rds4j.crypto.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.Memory;

/** What every provider must keep; one subclass per provider. */
public abstract class AeadContractTest {
    private static final int NONCE = 0;
    private static final int AAD = 16;
    private static final int CONTENT = 64;
    private static final int MAX_CONTENT = 20_000;
    private static final int OUT = CONTENT + MAX_CONTENT + 128;
    private static final byte TYPE = 23;
    private static final int TRAILER = 1 + Aead.TAG_LENGTH;

    private final Random random = new Random(7);
    private final Memory memory = new Memory(OUT + MAX_CONTENT + 256);

    /** The provider under test, usable or not. */
    protected abstract AeadProvider provider();

    @Test
    void shouldEqualAnIndependentImplementationAtEverySmallSizeAndAroundEveryBoundary() throws Exception {
        for (final int keyLength : new int[] {16, 32}) {
            final byte[] key = randomOctets(keyLength);
            try (Aead aead = newAead(key)) {
                for (int length = 0; length <= 1200; length++) {
                    assertEqualsIndependent(aead, key, length);
                }
                for (final int length : new int[] {
                    1379, 1380, 2047, 2048, 2049, 4096, 8191, 16367, 16368, 16383, 16384, 16385, 16640, MAX_CONTENT}) {
                    assertEqualsIndependent(aead, key, length);
                }
            }
        }
    }

    /** RFC 8448, section 3: application data of client (record 0) and server (record 1). */
    @Test
    void shouldSealAndOpenTheRecordsOfRfc8448() {
        final String content = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            + "202122232425262728292a2b2c2d2e2f3031";
        assertRecord("17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9", content,
            "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b"
                + "62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4");
        assertRecord("9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e985", content,
            "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8"
                + "fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d");
    }

    /** Key of 256 bits: "ping" and "pong" (record 2) of the connection explained octet by octet at tls13.xargs.org. */
    @Test
    void shouldSealAndOpenRecordsOfAnotherLibraryUnderALongKey() {
        assertRecord("de2f4c7672723a692319873e5c227606691a32d1c59d8b9f51dbb9352e9ca9cc", "bb007956f474b25de902432f",
            "70696e67", "1703030015828139cb7b73aaabf5b82fbf9a2961bcde10038a32");
        assertRecord("01f78623f17e3edcc09e944027ba3218d57c8e0db93cd3ac419309274700ac27", "196a750b0c5049c0cc51a543",
            "706f6e67", "17030300150cda85f1447ae23fa66d56f4c5408482b1b1d4c998");
    }

    @Test
    void shouldNotMindWhereContentAndRecordStand() throws Exception {
        final byte[] key = randomOctets(16);
        try (Aead aead = newAead(key)) {
            for (int shift = 0; shift < 64; shift++) {
                for (final int length : new int[] {0, 17, 1100, 4096}) {
                    final byte[] content = prepare(length);
                    final int outShift = shift * 37 % 64;
                    memory.put(CONTENT + shift, content);
                    final long base = memory.address();
                    final long out = base + OUT + outShift;
                    assertTrue(aead.seal(base + NONCE, base + AAD, base + CONTENT + shift, length, TYPE, out));
                    assertArrayEquals(independent(key, content), memory.get(OUT + outShift, length + TRAILER));
                    assertTrue(aead.open(base + NONCE, base + AAD, out, length + 1));
                    assertArrayEquals(content, memory.get(OUT + outShift, length));
                }
            }
        }
    }

    /** What is lost on the way may be sealed again. */
    @Test
    void shouldSealTheSameRecordTwiceAlike() {
        try (Aead aead = newAead(randomOctets(16))) {
            prepare(300);
            assertTrue(seal(aead, 300));
            final byte[] first = memory.get(OUT, 300 + TRAILER);
            assertTrue(seal(aead, 300));
            assertArrayEquals(first, memory.get(OUT, 300 + TRAILER));
        }
    }

    @Test
    void shouldLeaveNoTextOfLargeRecordsWithWrongTagsBehind() {
        try (Aead aead = newAead(randomOctets(32))) {
            for (final int length : new int[] {1500, 4096, 16384}) {
                prepare(length);
                assertTrue(seal(aead, length));
                memory.flipBit((OUT + length + 1 + random.nextInt(Aead.TAG_LENGTH)) * 8);
                assertFalse(open(aead, length));
                assertArrayEquals(new byte[length + 1], memory.get(OUT, length + 1));
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

    /** Who guesses a tag octet by octet learns nothing from the time that a refusal takes. */
    @Test
    void shouldTakeTheSameTimeWhereverATagDiffers() {
        assumeTrue(provider().isGarbageFree(), "refuses by an exception, whose time hides that of any comparison");
        try (Aead aead = newAead(randomOctets(16))) {
            final TagTiming timing = new TagTiming(aead);
            final double ownNs = timing.ofLibrary();
            final double loopNs = timing.ofLibraryAndALoop();
            assertTrue(Math.abs(ownNs) < loopNs / 4, ownNs + " ns, and " + loopNs + " ns where a loop ends at what differs");
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
        assumeTrue(provider().isGarbageFree(), "says that it allocates");
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

    private void assertRecord(final String key, final String nonce, final String content, final String record) {
        final HexFormat hex = HexFormat.of();
        final byte[] octets = hex.parseHex(content);
        final byte[] expected = hex.parseHex(record);
        memory.put(NONCE, hex.parseHex(nonce));
        memory.put(AAD, Arrays.copyOf(expected, Aead.AAD_LENGTH));
        memory.put(CONTENT, octets);
        try (Aead aead = newAead(hex.parseHex(key))) {
            assertTrue(seal(aead, octets.length));
            assertArrayEquals(
                Arrays.copyOfRange(expected, Aead.AAD_LENGTH, expected.length), memory.get(OUT, octets.length + TRAILER));
            assertTrue(open(aead, octets.length));
            assertArrayEquals(octets, memory.get(OUT, octets.length));
        }
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
