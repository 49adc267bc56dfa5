package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordSealer;

/** Who changes which key when (RFC 8446 sections 4.6.3 and 5.5), between two sessions of one queue. */
class KeyUpdateTest {
    private static final KeyLimits NEVER = new KeyLimits(1 << 20, 1 << 21, 1 << 20, 1 << 21);
    private static final int OUT = 64;

    private final CryptoCounters counters = CryptoCounters.allocate();
    private final EncryptionAgent agent = new EncryptionAgent("encryption", counters);
    private final EncryptionQueue queue = agent.newQueue(16, CryptoCounters.allocate());
    private final Memory memory = new Memory(1024);
    private final Completions completions = new Completions();
    private long tag;

    private static SecureSession session(final boolean isClient, final KeyLimits limits) {
        return new SecureSession(isClient ? 1 : 2, TestSecrets.sessionKeys(isClient), AeadProviders.best(), limits);
    }

    /** What a peer of another kind may send: a KeyUpdate that asks for one in return. */
    private int sealRequest(final SecureSession from) {
        final int length = from.sealer().updateKeys(memory.address() + OUT, true);
        from.onKeysUpdated(false);
        return length;
    }

    private int sealKeyUpdate(final SecureSession from) {
        assertTrue(queue.updateKeys(from, memory.address() + OUT, tag++));
        return result();
    }

    private int sealData(final SecureSession from) {
        assertTrue(queue.seal(from, memory.address(), 1, memory.address() + OUT, tag++));
        return result();
    }

    private int result() {
        agent.doWork();
        assertEquals(1, queue.drain(completions, 2));
        return completions.lastLength;
    }

    private RecordError open(final SecureSession to, final int length) {
        assertTrue(queue.open(to, memory.address() + OUT, length, tag++));
        result();
        return completions.lastError;
    }

    @Test
    void shouldAnswerHoweverManyRequestsWithOneNewKey() {
        final SecureSession client = session(true, NEVER);
        final SecureSession server = session(false, NEVER);
        for (int i = 0; i < 3; i++) {
            assertEquals(RecordError.NONE, open(server, sealRequest(client)));
            assertTrue(server.isKeyUpdateDue());
        }
        assertEquals(3, server.receiveGeneration());
        assertEquals(RecordError.NONE, open(client, sealKeyUpdate(server)));
        assertFalse(server.isKeyUpdateDue(), "one answer is enough");
        assertFalse(client.isKeyUpdateDue(), "an answer asks for nothing");
        assertEquals(1, server.sendGeneration());
        assertEquals(1, client.receiveGeneration());
        assertEquals(3, counters.get(CryptoCounter.KEY_UPDATES_REQUESTED));
        assertEquals(1, counters.get(CryptoCounter.KEY_UPDATES_SENT));
        assertEquals(0, counters.get(CryptoCounter.KEY_UPDATES_ASKED));
        assertEquals(RecordError.NONE, open(client, sealData(server)));
        assertEquals(RecordError.NONE, open(server, sealData(client)));
    }

    @Test
    void shouldGoTwoGenerationsWhenRequestsCross() {
        final SecureSession client = session(true, NEVER);
        final SecureSession server = session(false, NEVER);
        final int length = sealRequest(client);
        final byte[] ofClient = memory.get(OUT, length);
        sealRequest(server);
        assertEquals(RecordError.NONE, open(client, length));
        memory.put(OUT, ofClient);
        assertEquals(RecordError.NONE, open(server, length));
        assertEquals(RecordError.NONE, open(server, sealKeyUpdate(client)));
        assertEquals(RecordError.NONE, open(client, sealKeyUpdate(server)));
        assertFalse(client.isKeyUpdateDue());
        assertFalse(server.isKeyUpdateDue());
        assertEquals(2, client.sendGeneration());
        assertEquals(2, client.receiveGeneration());
        assertEquals(2, server.sendGeneration());
        assertEquals(2, server.receiveGeneration());
        assertEquals(RecordError.NONE, open(client, sealData(server)));
        assertEquals(RecordError.NONE, open(server, sealData(client)));
    }

    @Test
    void shouldChangeTheKeyOfOneDirectionAlone() {
        final SecureSession client = session(true, NEVER);
        final SecureSession server = session(false, NEVER);
        for (int i = 1; i <= 5; i++) {
            assertEquals(RecordError.NONE, open(server, sealKeyUpdate(client)));
            assertEquals(RecordError.NONE, open(server, sealData(client)));
            assertEquals(RecordError.NONE, open(client, sealData(server)));
            assertEquals(i, server.receiveGeneration());
        }
        assertEquals(0, server.sendGeneration());
        assertEquals(0, client.receiveGeneration());
        assertFalse(server.isKeyUpdateDue());
    }

    /** Ours never gets there: it has changed its key at the soft limit. */
    @Test
    void shouldRemindAPeerOnceForEachKeyAndRefuseItsDataBeyondTheHardLimit() {
        final SecureSession lazy = session(true, NEVER);
        final SecureSession server = session(false, new KeyLimits(4, 8, 1 << 20, 1 << 21));
        for (int i = 0; i < 6; i++) {
            assertFalse(server.isKeyUpdateDue(), "record " + i);
            assertEquals(RecordError.NONE, open(server, sealData(lazy)));
        }
        assertTrue(server.isKeyUpdateDue(), "halfway between soft and hard");
        assertEquals(RecordError.NONE, open(lazy, sealKeyUpdate(server)));
        assertTrue(lazy.isKeyUpdateDue(), "it has heard");
        assertFalse(server.isKeyUpdateDue(), "it asks once");
        assertEquals(1, counters.get(CryptoCounter.KEY_UPDATES_ASKED));
        assertEquals(RecordError.NONE, open(server, sealKeyUpdate(lazy)));
        for (int i = 0; i < 8; i++) {
            assertEquals(RecordError.NONE, open(server, sealData(lazy)));
        }
        assertTrue(server.isKeyUpdateDue(), "the next key is another matter");
        assertEquals(RecordError.KEY_EXHAUSTED, open(server, sealData(lazy)));
        assertEquals(1, counters.get(CryptoCounter.OPEN_KEY_EXHAUSTED));
        assertEquals(0, counters.get(CryptoCounter.OPEN_REFUSED));
        assertEquals(RecordError.KEY_EXHAUSTED, open(server, sealData(lazy)));
        assertEquals(1, counters.get(CryptoCounter.OPEN_KEY_EXHAUSTED));
    }

    @Test
    void shouldTakeAKeyUpdateAndAnAlertAtTheHardLimit() {
        final SecureSession lazy = session(true, NEVER);
        final SecureSession server = session(false, new KeyLimits(1, 2, 1 << 20, 1 << 21));
        for (int generation = 0; generation < 3; generation++) {
            assertEquals(RecordError.NONE, open(server, sealData(lazy)));
            assertEquals(RecordError.NONE, open(server, sealData(lazy)));
            assertEquals(RecordError.NONE, open(server, sealKeyUpdate(lazy)));
        }
        assertEquals(RecordError.NONE, open(server, sealData(lazy)));
        assertEquals(RecordError.NONE, open(server, sealData(lazy)));
        assertTrue(queue.sealAlert(lazy, 0, memory.address() + OUT, tag++));
        assertEquals(RecordError.NONE, open(server, result()));
    }

    @Test
    void shouldCountControlRecordsAndNotWhatWasNotSealed() {
        final SecureSession limited = session(true, new KeyLimits(3, 100, 1 << 20, 1 << 21));
        assertTrue(queue.sealAlert(limited, 0, memory.address() + OUT, tag++));
        result();
        sealData(limited);
        for (int i = 0; i < 5; i++) {
            assertTrue(queue.seal(limited, memory.address(), 16_385, memory.address() + OUT, tag++));
            result();
            assertEquals(RecordError.CONTENT_TOO_LONG, completions.lastError);
        }
        assertFalse(limited.isKeyUpdateDue());
        sealData(limited);
        assertTrue(limited.isKeyUpdateDue());
        assertEquals(RecordSealer.KEY_UPDATE_RECORD_LENGTH, sealKeyUpdate(limited));
        assertFalse(limited.isKeyUpdateDue());
        assertEquals(1, counters.get(CryptoCounter.KEY_SOFT_LIMITS));
    }

    @Test
    void shouldCountASoftLimitOnceForEachKey() {
        final SecureSession limited = session(true, new KeyLimits(2, 100, 1 << 20, 1 << 21));
        for (int key = 1; key <= 4; key++) {
            for (int i = 0; i < 6; i++) {
                sealData(limited);
            }
            assertEquals(key, counters.get(CryptoCounter.KEY_SOFT_LIMITS));
            sealKeyUpdate(limited);
        }
        assertEquals(4, limited.sendGeneration());
    }

    /** A control record between data looks like data outside, and says what it is inside. */
    @Test
    void shouldCarryAnAlertBetweenDataUnderTheHeaderOfData() {
        final SecureSession client = session(true, NEVER);
        final SecureSession server = session(false, NEVER);
        open(server, sealData(client));
        assertEquals(RecordHeaderFlyweight.TYPE_APPLICATION_DATA, completions.lastType);
        assertTrue(queue.sealAlert(client, 90, memory.address() + OUT, tag++));
        final int length = result();
        assertEquals("1703030013", memory.hex(OUT, 5));
        assertEquals(RecordError.NONE, open(server, length));
        assertEquals(RecordHeaderFlyweight.TYPE_ALERT, completions.lastType);
        assertEquals("025a", memory.hex(OUT + 5, 2));
        open(server, sealData(client));
        assertEquals(RecordHeaderFlyweight.TYPE_APPLICATION_DATA, completions.lastType);
        assertEquals(1, completions.lastLength);
    }

    @Test
    void shouldWipeTheSecretsOfBothDirectionsWhenTheSessionCloses() {
        final SecureSession client = session(true, NEVER);
        final SecureSession server = session(false, NEVER);
        open(server, sealKeyUpdate(client));
        open(client, sealKeyUpdate(server));
        assertArrayEquals(new byte[32], client.keys().clientKeys().secret(), "of the first generation at once");
        assertArrayEquals(new byte[32], client.keys().serverKeys().secret());
        queue.close(client);
        result();
        assertTrue(client.isClosed());
        assertEquals(RecordError.CLOSED, client.sealer().error());
    }
}
