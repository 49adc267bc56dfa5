package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.TroubledProvider;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;

/** What is left when a queue ends: no key, and nobody in the memory that its jobs name. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EncryptionQueueEndTest {
    private static final int CAPACITY = 16;
    private static final int OUT = 1024;

    private final CryptoCounters counters = CryptoCounters.allocate();
    private final EncryptionAgent agent = new EncryptionAgent("encryption", counters);
    private final Memory memory = new Memory(4096);
    private final Completions completions = new Completions();
    private EncryptionQueue queue = agent.newQueue(CAPACITY, CryptoCounters.allocate());

    private void answer() {
        agent.doWork();
        assertEquals(1, queue.drain(completions, 1));
    }

    private SecureSession session(final Runnable onCall) {
        return new SecureSession(3, TestSecrets.sessionKeys(true), new ProbedProvider(aead -> onCall.run()), KeyLimits.DEFAULT);
    }

    private boolean seal(final SecureSession session, final int tag) {
        return queue.seal(session, memory.address(), 10, memory.address() + OUT, tag);
    }

    /** The secrets of one half of a handshake are as good as keys. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWipeUnfinishedHandshakesWhetherTheAgentRunsAgainOrNot(final boolean isInline) {
        queue = isInline ? EncryptionQueue.inline(CAPACITY, 1, counters, CryptoCounters.allocate()) : queue;
        final HandshakePair pair = new HandshakePair(queue, this::answer, AeadProviders.best());
        pair.begin();
        pair.answer();
        assertTrue(queue.end());
        assertTrue(queue.isOver());
        assertEquals(2, counters.get(CryptoCounter.HANDSHAKES_ABANDONED));
        pair.clientHandshake().onInput(pair.server().outputAddress(), pair.server().outputLength());
        assertNotNull(pair.clientHandshake().failure(), "it could go on");
        assertNull(pair.clientHandshake().keys());
    }

    @Test
    void shouldCloseEverySessionWhateverOneOfThemThrows() {
        final TroubledProvider provider = new TroubledProvider();
        for (int i = 0; i < 3; i++) {
            final HandshakePair pair = new HandshakePair(queue, this::answer, provider);
            pair.begin();
            pair.finish();
        }
        assertEquals(12, provider.open());
        provider.failClosing();
        assertThrows(TroubledProvider.Trouble.class, queue::end, "it is told behind the last");
        assertTrue(queue.isOver());
        assertEquals(0, provider.open());
        assertEquals(6, counters.get(CryptoCounter.SESSIONS_CLOSED));
    }

    @Test
    void shouldForgetFinishedHandshakesAndThoseGivenUp() {
        final HandshakePair pair = new HandshakePair(queue, this::answer, AeadProviders.best());
        pair.begin();
        pair.finish();
        final HandshakePair other = new HandshakePair(queue, this::answer, AeadProviders.best());
        other.begin();
        assertTrue(queue.abandon(other.client()));
        answer();
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_ABANDONED));
        queue.end();
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_ABANDONED));
        assertEquals(2, counters.get(CryptoCounter.SESSIONS_CLOSED));
    }

    /** The memory of a job may be gone as soon as the queue says so, and not before. */
    @Test
    void shouldBeOverWhenTheJobIsDoneThatIsBeingComputedAndLeaveTheNextAlone() throws InterruptedException {
        final CountDownLatch isInJob = new CountDownLatch(1);
        final CountDownLatch mayGoOn = new CountDownLatch(1);
        final AtomicInteger calls = new AtomicInteger();
        final SecureSession session = session(() -> {
            calls.incrementAndGet();
            isInJob.countDown();
            await(mayGoOn);
        });
        new HandshakePair(queue, this::answer, AeadProviders.best()).begin();
        assertTrue(seal(session, 0) && seal(session, 1));
        assertTrue(queue.handshake(
            new HandshakePair(queue, this::answer, AeadProviders.best()).client(), 0, 0));
        final Thread thread = Thread.ofPlatform().start(agent::doWork);
        isInJob.await();
        assertFalse(queue.end());
        assertFalse(queue.isOver());
        mayGoOn.countDown();
        thread.join();
        assertTrue(queue.isOver());
        assertEquals(1, calls.get());
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_STARTED));
        assertEquals(1, counters.get(CryptoCounter.HANDSHAKES_ABANDONED), "wiped behind the job");
        assertEquals(0, agent.doWork());
        assertTrue(queue.end(), "again");
    }

    @Test
    void shouldBeOverAtOnceWhenTheAgentNeverRuns() {
        assertTrue(seal(session(() -> { }), 0));
        assertTrue(queue.end());
        assertEquals(0, agent.doWork());
        assertEquals(0, counters.get(CryptoCounter.RECORDS_SEALED));
    }

    @Test
    void shouldBeOverWhenTheAgentHasClosed() {
        agent.onClose();
        assertTrue(queue.isOver());
        assertTrue(queue.end());
    }

    /** Queues come, work and end beside a running agent; whoever has been told that a queue is over never sees a job of it. */
    @Test
    void shouldNeverComputeForAQueueThatIsOver() {
        final AtomicBoolean isWrong = new AtomicBoolean();
        final AgentRunner runner = new AgentRunner(NoOpIdleStrategy.INSTANCE, error -> isWrong.set(true), null, agent);
        AgentRunner.startOnThread(runner);
        try {
            for (int i = 0; i < 3_000; i++) {
                queue = agent.newQueue(CAPACITY, CryptoCounters.allocate());
                final AtomicBoolean isGone = new AtomicBoolean();
                final SecureSession session = session(() -> isWrong.compareAndSet(false, isGone.get()));
                for (int tag = 0; tag < i % CAPACITY; tag++) {
                    seal(session, tag);
                }
                queue.end();
                while (!queue.isOver()) {
                    Thread.onSpinWait();
                }
                isGone.set(true);
            }
        } finally {
            runner.close();
        }
        assertFalse(isWrong.get());
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
