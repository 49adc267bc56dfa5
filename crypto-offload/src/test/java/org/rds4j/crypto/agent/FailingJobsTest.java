package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.TroubledProvider;
import org.rds4j.crypto.handshake.HandshakeFailure;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/**
 * Jobs at which the library, the virtual machine or the memory fails, not by an exception but by an error: each is answered once,
 * by a failure, with and without an encryption thread; nothing is computed twice; no key stays.
 */
class FailingJobsTest {
    private static final int OUT = 1024;
    private static final int CAPACITY = 8;
    private static final byte[] NO_SECRET = new byte[32];

    private final CryptoCounters counters = CryptoCounters.allocate();
    private final EncryptionAgent agent = new EncryptionAgent("encryption", counters);
    private final Memory memory = new Memory(4096);
    private final Completions completions = new Completions();
    private final TroubledProvider provider = new TroubledProvider();
    private EncryptionQueue queue;

    private void open(final boolean isInline) {
        queue = isInline ? EncryptionQueue.inline(CAPACITY, 1, counters, CryptoCounters.allocate())
            : agent.newQueue(CAPACITY, CryptoCounters.allocate());
    }

    private SecureSession session(final boolean isClient) {
        return new SecureSession(1, TestSecrets.sessionKeys(isClient), provider, KeyLimits.DEFAULT);
    }

    /** Of all jobs that wait; the second turn finds nothing. */
    private RecordError answer(final int jobs) {
        agent.doWork();
        assertEquals(0, agent.doWork(), "a job was done again");
        assertEquals(jobs, queue.drain(completions, CAPACITY));
        assertEquals(0, queue.drain(completions, CAPACITY));
        assertEquals(0, queue.outstanding());
        return completions.lastError;
    }

    private void requireOthersServed() {
        final SecureSession other =
            new SecureSession(2, TestSecrets.sessionKeys(true), AeadProviders.best(), KeyLimits.DEFAULT);
        for (int i = 0; i < 2 * CAPACITY; i++) {
            assertTrue(queue.seal(other, memory.address(), 10, memory.address() + OUT, 1_000 + i));
            assertEquals(RecordError.NONE, answer(1));
            assertEquals(1_000 + i, completions.lastTag);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAnswerARecordThatCannotBeSealedOnceAndSealNoneAfterIt(final boolean isInline) {
        open(isInline);
        final SecureSession session = session(true);
        provider.failCallAfter(1);
        for (int i = 0; i < 4; i++) {
            assertTrue(queue.seal(session, memory.address(), 10, memory.address() + OUT, i));
        }
        assertEquals(RecordError.INTERNAL_ERROR, answer(4));
        assertEquals(4, completions.sealed);
        assertEquals(0, completions.lastLength);
        assertEquals(2, provider.calls(), "the number of the record that failed was used again");
        assertEquals(1, counters.get(CryptoCounter.RECORDS_SEALED));
        assertEquals(1, counters.get(CryptoCounter.JOBS_FAILED));
        assertEquals(2, counters.get(CryptoCounter.SEAL_REFUSED));
        requireOthersServed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAnswerARecordThatCannotBeOpenedOnceAndNotBlameThePeer(final boolean isInline) {
        open(isInline);
        final SecureSession session = session(false);
        assertTrue(queue.seal(session(true), memory.address(), 10, memory.address() + OUT, 0));
        answer(1);
        provider.failCallAfter(0);
        final int length = completions.lastLength;
        assertTrue(queue.open(session, memory.address() + OUT, length, 1));
        assertTrue(queue.open(session, memory.address() + OUT, length, 2));
        assertEquals(RecordError.INTERNAL_ERROR, answer(2));
        assertEquals(2, completions.opened);
        assertEquals(0, completions.lastLength);
        assertEquals(1, counters.get(CryptoCounter.JOBS_FAILED));
        assertEquals(0, counters.get(CryptoCounter.OPEN_BAD_MAC));
        assertEquals(1, counters.get(CryptoCounter.OPEN_REFUSED));
        requireOthersServed();
    }

    /** The peer has been told of a key that is not there: nothing may follow under the old one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSealNothingWhenTheNextKeyCannotBeMade(final boolean isInline) {
        open(isInline);
        final SecureSession session = session(true);
        provider.failMakingAfter(0);
        assertTrue(queue.updateKeys(session, memory.address() + OUT, 0));
        assertTrue(queue.seal(session, memory.address(), 10, memory.address() + OUT, 1));
        assertTrue(queue.updateKeys(session, memory.address() + OUT, 2));
        assertTrue(queue.sealAlert(session, 0, memory.address() + OUT, 3));
        assertEquals(RecordError.INTERNAL_ERROR, answer(4));
        assertEquals(1, provider.calls());
        assertEquals(0, session.sendGeneration());
        assertEquals(0, counters.get(CryptoCounter.KEY_UPDATES_SENT));
        assertEquals(1, counters.get(CryptoCounter.JOBS_FAILED));
        assertTrue(queue.close(session));
        answer(1);
        assertEquals(0, provider.open(), "ciphers are left");
        assertArrayEquals(NO_SECRET, session.keys().clientKeys().secret());
        requireOthersServed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldOpenNothingWhenThePeersNextKeyCannotBeMade(final boolean isInline) {
        open(isInline);
        final SecureSession session = session(false);
        assertTrue(queue.updateKeys(session(true), memory.address() + OUT, 0));
        answer(1);
        provider.failMakingAfter(0);
        assertTrue(queue.open(session, memory.address() + OUT, RecordSealer.KEY_UPDATE_RECORD_LENGTH, 1));
        assertEquals(RecordError.INTERNAL_ERROR, answer(1));
        assertTrue(queue.open(session, memory.address() + OUT, RecordSealer.KEY_UPDATE_RECORD_LENGTH, 2));
        assertEquals(RecordError.INTERNAL_ERROR, answer(1));
        assertEquals(0, session.receiveGeneration());
        requireOthersServed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAnswerATaskThatFailsOnce(final boolean isInline) {
        open(isInline);
        final RecordError[] answers = new RecordError[2];
        assertTrue(queue.submit(session(true), new EncryptionTask() {
            @Override
            public int weight() {
                return 1;
            }

            @Override
            public RecordError execute(final RecordSealer sealer, final RecordOpener opener) {
                throw new TroubledProvider.Trouble();
            }

            @Override
            public void onExecuted(final RecordError error) {
                assertNull(answers[0], "it was answered before");
                answers[0] = error;
            }
        }));
        answer(1);
        assertEquals(RecordError.INTERNAL_ERROR, answers[0]);
        assertEquals(1, counters.get(CryptoCounter.JOBS_FAILED));
        requireOthersServed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWipeAllOfASessionWhateverItsCiphersThrow(final boolean isInline) {
        open(isInline);
        final SecureSession session = session(true);
        provider.failClosing();
        assertTrue(queue.close(session));
        answer(1);
        assertEquals(1, completions.closed);
        assertTrue(session.isClosed());
        requireWiped(session.keys());
        assertEquals(0, provider.open());
        assertEquals(1, counters.get(CryptoCounter.SESSIONS_CLOSED));
        requireOthersServed();
    }

    private static void requireWiped(final SessionKeys keys) {
        assertArrayEquals(NO_SECRET, keys.clientKeys().secret());
        assertArrayEquals(NO_SECRET, keys.serverKeys().secret());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldLeaveNoKeysOfASessionThatCannotBeMade(final int ciphersBefore) {
        final SessionKeys keys = TestSecrets.sessionKeys(true);
        provider.failMakingAfter(ciphersBefore);
        assertThrows(
            TroubledProvider.Trouble.class, () -> new SecureSession(1, keys, provider, KeyLimits.DEFAULT));
        requireWiped(keys);
        assertEquals(0, provider.open());
    }

    /** Its session cannot be made: the first cipher of the server, which is done first, or the second. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldEndAHandshakeWhoseSessionCannotBeMade(final int ciphersBefore) {
        open(false);
        final HandshakePair pair = new HandshakePair(queue, () -> answer(1), provider);
        provider.failMakingAfter(ciphersBefore);
        pair.begin();
        pair.finish();
        assertNull(pair.server().session());
        assertEquals(HandshakeFailure.Cause.TLS, pair.server().failure().cause());
        assertTrue(pair.server().failure().reason().contains("trouble"), pair.server().failure().reason());
        assertNotNull(pair.client().session());
        assertEquals(2, provider.open(), "those of the other side");
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_FAILED));
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_COMPLETED));
        requireOthersServed();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAnswerAHandshakeThatCannotBeginOnce(final boolean isInline) {
        open(isInline);
        final HandshakeTask task = new HandshakeTask(1, () -> {
            throw new TroubledProvider.Trouble();
        }, provider, KeyLimits.DEFAULT);
        assertTrue(queue.handshake(task, 0, 0));
        answer(1);
        assertEquals(1, completions.handshakes);
        assertEquals(HandshakeFailure.Cause.TLS, task.failure().cause());
        assertFalse(task.isOutstanding());
        requireOthersServed();
    }
}
