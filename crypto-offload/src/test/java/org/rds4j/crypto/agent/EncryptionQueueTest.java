package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.RecordSealer;

/** Lanes of a queue: who waits for whom, and how long. Engine and encryption thread are played by one thread. */
class EncryptionQueueTest {
    private static final int CAPACITY = 32;
    private static final int OUT = 20_000;
    private static final int URGENT = 0;
    private static final int BULK = 1;

    private final CryptoCounters counters = CryptoCounters.allocate();
    private final CryptoCounters engineCounters = CryptoCounters.allocate();
    private final EncryptionAgent agent = new EncryptionAgent("encryption", counters);
    private final EncryptionQueue queue = agent.newQueue(CAPACITY, 2, LaneOrder.BY_NUMBER, engineCounters);
    private final Memory memory = new Memory(40_000);
    private final List<Aead> calls = new ArrayList<>();
    private Runnable duringNextCall = () -> { };
    private final SecureSession urgent = session(URGENT);
    private final SecureSession bulk = session(BULK);

    @Test
    void shouldLetARecordOfAnUrgentLaneWaitForTheOneBeingSealedAndNoOther() {
        for (int i = 0; i < 10; i++) {
            assertTrue(seal(queue, bulk, 16_384, i));
        }
        duringNextCall = () -> assertTrue(seal(queue, urgent, 64, 100));
        agent.doWork();
        final List<Long> lengths = new ArrayList<>();
        queue.drain(new Lengths(lengths), CAPACITY);
        assertEquals(11, lengths.size());
        final Aead ofUrgent = calls.get(1);
        assertEquals(10, calls.stream().filter(aead -> aead.equals(calls.get(0))).count());
        assertTrue(calls.indexOf(ofUrgent) == 1 && !ofUrgent.equals(calls.get(0)), "it was not the second to be sealed");
    }

    @Test
    void shouldHandARecordBackBeforeTheNextIsSealed() {
        final Completions completions = new Completions();
        seal(queue, bulk, 100, 0);
        seal(queue, bulk, 100, 1);
        duringNextCall = () -> duringNextCall = () -> assertEquals(1, queue.drain(completions, CAPACITY));
        agent.doWork();
        assertEquals(1, completions.sealed, "the first had to wait for the second");
        assertEquals(1, queue.drain(completions, CAPACITY));
        assertTrue(completions.isInOrder);
    }

    @Test
    void shouldLeaveRoomInOtherLanesWhenOneIsFull() {
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(seal(queue, bulk, 1, i));
        }
        assertEquals(0, queue.room(bulk));
        assertFalse(seal(queue, bulk, 1, CAPACITY));
        assertEquals(1, engineCounters.get(CryptoCounter.RING_FULL));
        assertEquals(CAPACITY, queue.room(urgent));
        assertTrue(seal(queue, urgent, 1, 0));
        assertEquals(CAPACITY + 1, queue.outstanding());
    }

    /** What a job costs its lane is what it keeps the thread from. */
    @Test
    void shouldWeighJobsByWhatTheyCost() {
        final EncryptionTask task = new EncryptionTask() {
            @Override
            public int weight() {
                return 12_345;
            }

            @Override
            public RecordError execute(final RecordSealer sealer, final RecordOpener opener) {
                return RecordError.NONE;
            }

            @Override
            public void onExecuted(final RecordError error) {
                assertEquals(RecordError.NONE, error);
            }
        };
        assertEquals(0, queue.length(URGENT));
        assertTrue(seal(queue, urgent, 0, 0));
        assertTrue(seal(queue, urgent, 16_384, 1));
        assertTrue(queue.submit(urgent, task));
        assertTrue(queue.sealAlert(urgent, 90, memory.address() + OUT, 2));
        assertTrue(queue.updateKeys(urgent, memory.address() + OUT, 3));
        assertTrue(queue.close(urgent));
        for (final int weight : new int[] {
            1, 16_384, 12_345, RecordSealer.ALERT_RECORD_LENGTH, EncryptionTask.MAX_WEIGHT, 4_096, 0}) {
            assertEquals(weight, queue.length(URGENT));
            queue.execute(1);
        }
    }

    /** However many peers connect: records go first that take as long as a step, and a step goes next. */
    @ParameterizedTest
    @ValueSource(ints = {64, 16_384})
    void shouldShareTheThreadBetweenRecordsAndHandshakes(final int length) {
        final int steps = 20;
        for (int i = 0; i < steps; i++) {
            assertTrue(queue.handshake(newTask(), 0, 0));
        }
        final Completions completions = new Completions();
        final int perStep = EncryptionQueue.STEP_WEIGHT / Math.max(EncryptionQueue.LEAST_WEIGHT, length);
        while (completions.handshakes < steps) {
            while (seal(queue, bulk, length, completions.sealed)) {
                // as many as there is room for
            }
            agent.doWork();
            queue.drain(completions, CAPACITY);
            final int expected = completions.sealed / perStep + 1;
            assertTrue(Math.abs(expected - completions.handshakes) <= 1, completions.handshakes + " steps, not " + expected);
        }
    }

    @Test
    void shouldTakeAStepOfAHandshakeInEachTurnWhileNoRecordWaits() {
        final Completions completions = new Completions();
        for (int i = 0; i < 10; i++) {
            assertTrue(queue.handshake(newTask(), 0, 0));
        }
        for (int i = 1; i <= 10; i++) {
            assertTrue(seal(queue, bulk, 64, i));
            assertEquals(2, agent.doWork());
            queue.drain(completions, CAPACITY);
            assertEquals(i, completions.handshakes);
        }
    }

    private static HandshakeTask newTask() {
        return new HandshakeTask(9, () -> {
            throw new IllegalStateException("it is over at once");
        }, AeadProviders.best(), KeyLimits.DEFAULT);
    }

    @Test
    void shouldComputeInlineAtOnceAndHandBackAsEver() {
        final CryptoCounters inlineCounters = CryptoCounters.allocate();
        final EncryptionQueue inline = EncryptionQueue.inline(CAPACITY, 2, inlineCounters, engineCounters);
        final Completions completions = new Completions();
        assertTrue(seal(inline, bulk, 100, 0));
        assertEquals(1, calls.size());
        assertEquals(1, inline.drain(completions, CAPACITY));
        assertEquals(RecordError.NONE, completions.lastError);
        assertEquals(100 + RecordHeaderFlyweight.OVERHEAD, completions.lastLength);
        assertEquals(1, inlineCounters.get(CryptoCounter.JOBS_INLINE));
        assertEquals(1, inlineCounters.get(CryptoCounter.RECORDS_SEALED));
    }

    @Test
    void shouldPushBackInlineToo() {
        final EncryptionQueue inline = EncryptionQueue.inline(CAPACITY, 2, counters, engineCounters);
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(seal(inline, bulk, 1, i));
        }
        assertFalse(seal(inline, bulk, 1, CAPACITY));
        assertEquals(CAPACITY, calls.size(), "what was not accepted was computed");
    }

    @Test
    void shouldNotAllocateInline() {
        final AeadProvider provider = AeadProviders.best();
        final SecureSession session = new SecureSession(3, TestSecrets.sessionKeys(true), provider, KeyLimits.DEFAULT);
        final EncryptionQueue inline = EncryptionQueue.inline(CAPACITY, 2, counters, engineCounters);
        final Completions completions = new Completions();
        assertEquals(0, Allocation.leastOf(() -> {
            for (int i = 0; i < 5_000; i++) {
                seal(inline, session, 64, 0);
                inline.drain(completions, 1);
            }
        }));
    }

    private boolean seal(final EncryptionQueue to, final SecureSession session, final int length, final long tag) {
        return to.seal(session, memory.address(), length, memory.address() + OUT, tag);
    }

    private SecureSession session(final int lane) {
        final SecureSession session =
            new SecureSession(lane, TestSecrets.sessionKeys(true), new ProbedProvider(this::onCall), KeyLimits.DEFAULT);
        session.lane(lane);
        return session;
    }

    private void onCall(final Aead aead) {
        calls.add(aead);
        final Runnable now = duringNextCall;
        duringNextCall = () -> { };
        now.run();
    }

    /** Notes what comes back. */
    private record Lengths(List<Long> tags) implements CompletionHandler {
        @Override
        public void onSealed(final SecureSession session, final long tag, final int recordLength, final RecordError error) {
            assertEquals(RecordError.NONE, error);
            tags.add(tag);
        }

        @Override
        public void onOpened(final SecureSession session, final long tag, final long contentAddress, final int contentLength,
            final int contentType, final RecordError error) {
            throw new AssertionError("nothing was to be opened");
        }

        @Override
        public void onHandshake(final HandshakeTask task) {
            throw new AssertionError("nobody shook hands");
        }

        @Override
        public void onClosed(final SecureSession session) {
            throw new AssertionError("nothing was closed");
        }
    }
}
