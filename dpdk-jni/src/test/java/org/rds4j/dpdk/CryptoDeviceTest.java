package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CryptoDeviceTest {
    private static final int RECORDS = 100;
    private static final int STRIDE = 2048;
    private static final int NONCES = RECORDS * STRIDE;
    private static final int AAD = NONCES + RECORDS * 16;
    private static final int SESSIONS = 4;
    private static final byte TYPE = 23;

    private final Random random = new Random(5);
    private final ByteBuffer memory = ByteBuffer.allocateDirect(AAD + 16);
    private final long base = BufferUtil.address(memory);
    private final byte[][] keys = {octets(16), octets(32)};
    private final byte[][] contents = new byte[RECORDS][];
    private final long[] sealing = new long[2];
    private final long[] opening = new long[2];
    private CryptoDevice device;

    @BeforeEach
    void open() {
        try {
            device = CryptoDevice.open(DpdkTestSupport.environment(), "crypto_aesni_gcm", SESSIONS);
        } catch (final DpdkException e) {
            assumeTrue(false, e.getMessage());
        }
        for (int i = 0; i < keys.length; i++) {
            sealing[i] = device.newSession(true, keys[i]);
            opening[i] = device.newSession(false, keys[i]);
        }
        memory.put(AAD, octets(5));
        for (int i = 0; i < RECORDS; i++) {
            memory.put(NONCES + i * 16, octets(12));
        }
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    @Test
    void shouldSealAndOpenABurstOfTwoKeysInTurn() throws Exception {
        final RecordBurst burst = sealed(i -> i / 3 % 2);
        for (int i = 0; i < RECORDS; i++) {
            assertTrue(burst.isDone(i));
            final byte[] record = new byte[contents[i].length + 17];
            memory.get(i * STRIDE, record);
            assertArrayEquals(independent(keys[i / 3 % 2], i), record, "record " + i);
        }
        burst.clear();
        for (int i = 0; i < RECORDS; i++) {
            burst.open(opening[i / 3 % 2], nonce(i), base + AAD, record(i), contents[i].length + 1);
        }
        assertEquals(RECORDS, device.process(burst));
        for (int i = 0; i < RECORDS; i++) {
            assertText(i, contents[i]);
        }
    }

    @Test
    void shouldRefuseTheOneRecordThatWasChangedAndOpenTheOthers() {
        final RecordBurst burst = sealed(i -> 0);
        memory.put(40 * STRIDE + contents[40].length + 3, (byte) ~memory.get(40 * STRIDE + contents[40].length + 3));
        burst.clear();
        for (int i = 0; i < RECORDS; i++) {
            burst.open(opening[0], nonce(i), base + AAD, record(i), contents[i].length + 1);
        }
        assertEquals(RECORDS - 1, device.process(burst));
        for (int i = 0; i < RECORDS; i++) {
            assertEquals(i != 40, burst.isDone(i));
            assertText(i, i == 40 ? new byte[contents[i].length] : contents[i]);
        }
    }

    @Test
    void shouldWipeASessionThatIsFreed() {
        final int sessionLength = 1024;
        final long[] schedule = words(sealing[0], sessionLength);
        assertTrue(Arrays.stream(schedule).filter(word -> word != 0).count() > 50);
        device.freeSession(sealing[0]);
        final long[] wiped = words(sealing[0], sessionLength);
        assertEquals(0, Arrays.stream(wiped, 8, wiped.length).filter(word -> word != 0).count());
    }

    @Test
    void shouldSayThatAllSessionsAreInUseAndGiveBackWhatWasFreed() {
        assertThrows(DpdkException.class, () -> device.newSession(true, keys[0]));
        device.freeSession(sealing[0]);
        assertNotEquals(0, device.newSession(true, keys[0]));
    }

    @Test
    void shouldRefuseWhatIsNoDriverForThis() {
        assertThrows(DpdkException.class, () -> CryptoDevice.open(DpdkTestSupport.environment(), "crypto_nothing", 1));
        final DpdkException e = assertThrows(
            DpdkException.class, () -> CryptoDevice.open(DpdkTestSupport.environment(), "crypto_openssl", 1));
        assertFalse(e.getMessage().isEmpty());
        assertThrows(DpdkException.class, () -> device.newSession(true, new byte[17]));
        assertThrows(DpdkException.class, () -> device.newSession(true, new byte[33]));
    }

    private interface KeyOf {
        int record(int index);
    }

    private RecordBurst sealed(final KeyOf key) {
        final RecordBurst burst = new RecordBurst(RECORDS);
        for (int i = 0; i < RECORDS; i++) {
            contents[i] = octets(random.nextInt(1500));
            memory.put(i * STRIDE, contents[i]);
            burst.seal(sealing[key.record(i)], nonce(i), base + AAD, record(i), contents[i].length, TYPE, record(i));
        }
        assertEquals(RECORDS, burst.count());
        assertEquals(RECORDS, device.process(burst));
        return burst;
    }

    private long nonce(final int index) {
        return base + NONCES + index * 16L;
    }

    private long record(final int index) {
        return base + (long) index * STRIDE;
    }

    private void assertText(final int index, final byte[] expected) {
        final byte[] text = new byte[expected.length];
        memory.get(index * STRIDE, text);
        assertArrayEquals(expected, text);
    }

    private byte[] independent(final byte[] key, final int index) throws Exception {
        final byte[] nonce = new byte[12];
        memory.get(NONCES + index * 16, nonce);
        final byte[] aad = new byte[5];
        memory.get(AAD, aad);
        final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(aad);
        final byte[] text = Arrays.copyOf(contents[index], contents[index].length + 1);
        text[contents[index].length] = TYPE;
        return cipher.doFinal(text);
    }

    private static long[] words(final long address, final int length) {
        final long[] words = new long[length / Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            words[i] = UnsafeApi.getLong(address + (long) i * Long.BYTES);
        }
        return words;
    }

    private byte[] octets(final int length) {
        final byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }
}
