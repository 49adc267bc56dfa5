package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.EpochClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.handshake.HandshakeFailure;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.PeerPolicy;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.handshake.TlsContext;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordSealer;

class EncryptionAgentTest {
    private static final AeadProvider PROVIDER = AeadProviders.best();
    private static final int CAPACITY = 16;
    private static final int OUT = 4096;
    private static final byte[] CONTENT = "all of it, once, in order".getBytes(StandardCharsets.US_ASCII);
    private static final int RECORD_LENGTH = CONTENT.length + RecordHeaderFlyweight.OVERHEAD;

    private final CryptoCounters counters = CryptoCounters.allocate();
    private final CryptoCounters engineCounters = CryptoCounters.allocate();
    private final EncryptionAgent agent = new EncryptionAgent("encryption", counters);
    private final EncryptionQueue queue = agent.newQueue(CAPACITY, engineCounters);
    private final SessionKeys clientKeys = TestSecrets.sessionKeys(true);
    private final SecureSession client = session(clientKeys, KeyLimits.DEFAULT);
    private final SecureSession server = session(TestSecrets.sessionKeys(false), KeyLimits.DEFAULT);
    private final Completions completions = new Completions();
    private final Memory memory = new Memory(16384);

    @Test
    void shouldSealInOneSessionAndOpenInTheOther() {
        memory.put(0, CONTENT);
        assertTrue(queue.seal(client, memory.address(), CONTENT.length, memory.address() + OUT, 0));
        assertEquals(0, queue.drain(completions, 10), "nothing is done before the agent has its turn");
        assertEquals(1, agent.doWork());
        assertEquals(1, queue.drain(completions, 10));
        assertEquals(RECORD_LENGTH, completions.lastLength);
        assertTrue(queue.open(server, memory.address() + OUT, RECORD_LENGTH, 1));
        agent.doWork();
        assertEquals(1, queue.drain(completions, 10));
        assertEquals(RecordError.NONE, completions.lastError);
        assertEquals(memory.address() + OUT + RecordHeaderFlyweight.HEADER_LENGTH, completions.lastAddress);
        assertArrayEquals(CONTENT, memory.get(OUT + RecordHeaderFlyweight.HEADER_LENGTH, CONTENT.length));
        assertEquals(1, counters.get(CryptoCounter.RECORDS_SEALED));
        assertEquals(CONTENT.length, counters.get(CryptoCounter.OCTETS_OPENED));
        assertEquals(0, agent.doWork());
    }

    @Test
    void shouldPushBackWhenTheRingIsFullUntilResultsAreDrained() {
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(submitSeal(i));
        }
        assertFalse(submitSeal(CAPACITY));
        agent.doWork();
        assertFalse(submitSeal(CAPACITY), "a slot is free only when its result was taken");
        assertEquals(2, engineCounters.get(CryptoCounter.RING_FULL));
        assertEquals(CAPACITY, queue.outstanding());
        assertEquals(3, queue.drain(completions, 3));
        assertEquals(CAPACITY - 3, queue.outstanding());
        assertTrue(submitSeal(CAPACITY));
        agent.doWork();
        assertEquals(CAPACITY - 2, queue.drain(completions, 100));
        assertTrue(completions.isInOrder);
        assertEquals(CAPACITY, completions.lastTag);
    }

    @Test
    void shouldServeEveryQueueInTurn() {
        final EncryptionQueue wide = agent.newQueue(256, engineCounters);
        for (int i = 0; i < 256; i++) {
            assertTrue(wide.seal(server, memory.address(), 1, memory.address() + OUT, i));
        }
        submitSeal(0);
        assertEquals(EncryptionAgent.JOBS_PER_TURN + 1, agent.doWork());
        assertEquals(1, queue.drain(completions, 10));
        assertEquals(EncryptionAgent.JOBS_PER_TURN, wide.drain(new Completions(), 256));
    }

    @Test
    void shouldReportARecordThatIsNotAuthenticAndOpenNothingAfterIt() {
        memory.put(0, CONTENT);
        submitSeal(0);
        agent.doWork();
        queue.drain(completions, 1);
        memory.flipBit((OUT + 7) * 8);
        queue.open(server, memory.address() + OUT, RECORD_LENGTH, 1);
        queue.open(server, memory.address() + OUT, RECORD_LENGTH, 2);
        agent.doWork();
        assertEquals(1, queue.drain(completions, 1));
        assertEquals(RecordError.BAD_RECORD_MAC, completions.lastError);
        assertEquals(0, completions.lastLength);
        assertEquals(1, queue.drain(completions, 1));
        assertEquals(RecordError.BAD_RECORD_MAC, completions.lastError);
        assertEquals(1, counters.get(CryptoCounter.OPEN_BAD_MAC));
        assertEquals(1, counters.get(CryptoCounter.OPEN_REFUSED));
    }

    @Test
    void shouldWipeTheKeysAfterTheJobsSubmittedBefore() {
        submitSeal(0);
        assertTrue(queue.close(client));
        submitSeal(1);
        agent.doWork();
        assertEquals(1, queue.drain(completions, 1));
        assertEquals(RecordError.NONE, completions.lastError);
        assertEquals(2, queue.drain(completions, 2));
        assertEquals(RecordError.CLOSED, completions.lastError);
        assertEquals(1, completions.closed);
        assertTrue(client.isClosed());
        assertArrayEquals(new byte[32], clientKeys.clientKeys().secret());
        assertArrayEquals(new byte[32], clientKeys.serverKeys().secret());
        assertArrayEquals(new byte[16], clientKeys.clientKeys().key());
        assertEquals(1, counters.get(CryptoCounter.SESSIONS_CLOSED));
        assertEquals(1, counters.get(CryptoCounter.SEAL_REFUSED));
    }

    @Test
    void shouldSayWhenANewKeyIsDueRefuseAtTheHardLimitAndGoOnWithTheNewKey() {
        final SecureSession limited = session(TestSecrets.sessionKeys(true), new KeyLimits(2, 3, 1000, 2000));
        for (int tag = 0; tag < 4; tag++) {
            assertEquals(tag >= 2, limited.isKeyUpdateDue());
            queue.seal(limited, memory.address(), 1, memory.address() + OUT, tag);
            agent.doWork();
            queue.drain(completions, 1);
            if (tag < 3) {
                openAtServer(completions.lastLength);
            }
        }
        assertEquals(RecordError.KEY_EXHAUSTED, completions.lastError);
        assertEquals(1, counters.get(CryptoCounter.SEAL_KEY_EXHAUSTED));
        assertTrue(queue.updateKeys(limited, memory.address() + OUT, 4));
        agent.doWork();
        queue.drain(completions, 1);
        assertFalse(limited.isKeyUpdateDue());
        assertEquals(RecordSealer.KEY_UPDATE_RECORD_LENGTH, completions.lastLength);
        final Completions received = openAtServer(completions.lastLength);
        assertEquals(RecordHeaderFlyweight.TYPE_HANDSHAKE, received.lastType);
        assertEquals(0, received.lastLength);
        queue.seal(limited, memory.address(), 1, memory.address() + OUT, 5);
        agent.doWork();
        queue.drain(completions, 1);
        assertEquals(1, openAtServer(completions.lastLength).lastLength);
        assertEquals(1, counters.get(CryptoCounter.KEY_SOFT_LIMITS));
        assertEquals(1, counters.get(CryptoCounter.KEY_UPDATES_SENT));
        assertEquals(1, counters.get(CryptoCounter.KEY_UPDATES_RECEIVED));
    }

    @Test
    void shouldCarryAlerts() {
        queue.sealAlert(client, 0, memory.address() + OUT, 0);
        agent.doWork();
        queue.drain(completions, 1);
        final Completions received = openAtServer(completions.lastLength);
        assertEquals(RecordHeaderFlyweight.TYPE_ALERT, received.lastType);
        assertEquals("0100", memory.hex(OUT + 5, 2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLeadTwoHandshakesToSessionsThatUnderstandEachOther(final boolean isQueueEnded) {
        final Instant now = Instant.parse("2026-11-20T12:00:00Z");
        final EpochClock clock = now::toEpochMilli;
        final DemoAuthority authority = new DemoAuthority("cluster.example", now, new SecureRandom());
        final TlsContext context =
            new TlsContext(authority.newIdentity("node/a", Duration.ofDays(1)), authority.trustStore(), clock);
        final Marker marker = new Marker(7, 8);
        final HandshakeTask connecting =
            new HandshakeTask(70, () -> context.newClient(marker, PeerPolicy.ANYONE), PROVIDER, KeyLimits.DEFAULT);
        final HandshakeTask accepting =
            new HandshakeTask(
                80, () -> context.newServer((theirs, chain) -> theirs, PeerPolicy.ANYONE), PROVIDER, KeyLimits.DEFAULT);
        assertTrue(queue.handshake(connecting, 0, 0));
        assertFalse(queue.handshake(connecting, 0, 0), "one job of a task at a time");
        finishHandshake();
        while (connecting.outputLength() > 0 || accepting.outputLength() > 0) {
            carry(connecting, accepting);
            carry(accepting, connecting);
        }
        assertNotNull(connecting.session());
        assertNotNull(accepting.session());
        assertEquals(70, connecting.session().id());
        assertEquals(marker, accepting.session().keys().peerMarker());
        assertEquals(2, counters.get(CryptoCounter.HANDSHAKES_STARTED));
        assertEquals(2, counters.get(CryptoCounter.HANDSHAKES_COMPLETED));
        memory.put(0, CONTENT);
        queue.seal(accepting.session(), memory.address(), CONTENT.length, memory.address() + OUT, 0);
        queue.open(connecting.session(), memory.address() + OUT, RECORD_LENGTH, 1);
        agent.doWork();
        queue.drain(completions, 2);
        assertEquals(RecordError.NONE, completions.lastError);
        assertEquals(CONTENT.length, completions.lastLength);
        if (isQueueEnded) {
            submitSeal(2);
            queue.end();
            assertEquals(0, agent.doWork(), "the memory of what waits may be gone");
        } else {
            agent.onClose();
        }
        assertTrue(accepting.session().isClosed());
        assertTrue(connecting.session().isClosed());
    }

    @Test
    void shouldGiveAHandshakeUp() {
        final Instant now = Instant.parse("2026-11-20T12:00:00Z");
        final DemoAuthority authority = new DemoAuthority("cluster.example", now, new SecureRandom());
        final TlsContext context = new TlsContext(
            authority.newIdentity("node/a", Duration.ofDays(1)), authority.trustStore(), now::toEpochMilli);
        final HandshakeTask task =
            new HandshakeTask(1, () -> context.newClient(new Marker(1, 1), PeerPolicy.ANYONE), PROVIDER, KeyLimits.DEFAULT);
        queue.handshake(task, 0, 0);
        finishHandshake();
        assertTrue(task.outputLength() > 0);
        queue.abandon(task);
        finishHandshake();
        assertEquals(HandshakeFailure.Cause.ABANDONED, task.failure().cause());
        assertNull(task.session());
        assertEquals(0, task.outputLength());
        queue.handshake(task, memory.address(), 10);
        finishHandshake();
        assertEquals(0, task.consumed());
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_ABANDONED));
        assertEquals(0, counters.get(CryptoCounter.HANDSHAKES_FAILED));
    }

    @Test
    void shouldTurnAHandshakeThatCannotBeginIntoAFailure() {
        final HandshakeTask task = new HandshakeTask(
            1,
            () -> {
                throw new IllegalStateException("no TLS here");
            },
            PROVIDER,
            KeyLimits.DEFAULT);
        queue.handshake(task, 0, 0);
        finishHandshake();
        assertTrue(task.failure().reason().contains("no TLS here"));
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_FAILED));
    }

    @Test
    void shouldRefuseAJobThatCannotBeComputedAndGoOnWithTheNext() {
        final SecureSession broken = new SecureSession(2, TestSecrets.sessionKeys(true), new ProbedProvider(aead -> {
            throw new IllegalStateException("no cipher here");
        }), KeyLimits.DEFAULT);
        queue.seal(broken, memory.address(), 1, memory.address() + OUT, 0);
        submitSeal(1);
        assertEquals(2, agent.doWork());
        assertEquals(1, queue.drain(completions, 1));
        assertEquals(RecordError.INTERNAL_ERROR, completions.lastError);
        assertEquals(0, completions.lastLength);
        assertEquals(1, queue.drain(completions, 1));
        assertEquals(RecordError.NONE, completions.lastError);
        assertEquals(1, counters.get(CryptoCounter.JOBS_FAILED));
    }

    @Test
    void shouldGoOnBehindAJobAtWhichTheHandlerThrew() {
        submitSeal(0);
        submitSeal(1);
        agent.doWork();
        assertThrows(NullPointerException.class, () -> queue.drain(null, 2));
        assertEquals(1, queue.outstanding());
        completions.lastTag = 0;
        assertEquals(1, queue.drain(completions, 2));
        assertTrue(completions.isInOrder);
    }

    @Test
    void shouldNotAllocatePerMessage() {
        assertEquals(0, Allocation.leastOf(() -> {
            for (int i = 0; i < 5_000; i++) {
                queue.seal(client, memory.address(), 64, memory.address() + OUT, 0);
                queue.open(server, memory.address() + OUT, 64 + RecordHeaderFlyweight.OVERHEAD, 0);
                agent.doWork();
                queue.drain(completions, 2);
            }
        }));
        assertEquals(RecordError.NONE, completions.lastError);
    }

    @Test
    void shouldRefuseACapacityThatIsNoPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> agent.newQueue(24, engineCounters));
        assertThrows(IllegalArgumentException.class, () -> agent.newQueue(0, engineCounters));
    }

    private void carry(final HandshakeTask from, final HandshakeTask to) {
        final int length = from.outputLength();
        final Memory octets = new Memory(length + 1);
        UnsafeApi.copyMemory(from.outputAddress(), octets.address(), length);
        from.clearOutput();
        try {
            if (length > 0) {
                assertTrue(queue.handshake(to, octets.address(), length));
                finishHandshake();
                assertEquals(length, to.consumed());
            }
        } finally {
            Reference.reachabilityFence(octets);
        }
        assertNull(to.failure());
        assertNull(from.failure());
    }

    private void finishHandshake() {
        agent.doWork();
        assertEquals(1, queue.drain(completions, 1));
    }

    private Completions openAtServer(final int recordLength) {
        final Completions received = new Completions();
        queue.open(server, memory.address() + OUT, recordLength, 0);
        agent.doWork();
        assertEquals(1, queue.drain(received, 1));
        assertEquals(RecordError.NONE, received.lastError);
        return received;
    }

    private boolean submitSeal(final long tag) {
        return queue.seal(client, memory.address(), CONTENT.length, memory.address() + OUT, tag);
    }

    private static SecureSession session(final SessionKeys keys, final KeyLimits limits) {
        return new SecureSession(1, keys, PROVIDER, limits);
    }
}
