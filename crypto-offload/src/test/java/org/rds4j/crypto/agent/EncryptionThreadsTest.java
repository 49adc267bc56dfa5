package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.CryptoCounter;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.Aead;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/** Several agents, each on a thread of its own, behind one engine: sessions are pinned, and each keeps its order. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EncryptionThreadsTest {
    private static final int SESSIONS = 12;
    private static final int JOBS_PER_SESSION = 5_000;
    private static final int CAPACITY = 64;
    private static final int IN_FLIGHT = 4;
    private static final int SLOT = 256;
    private static final int CONTENT_LENGTH = 100;

    private final CryptoCounters engineCounters = CryptoCounters.allocate();
    private final Map<Aead, Set<Thread>> threadsOf = new ConcurrentHashMap<>();
    private final List<EncryptionAgent> agents = new ArrayList<>();
    private final List<EncryptionQueue> queues = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void shouldKeepEachSessionToItsThreadAndItsOrder(final int threads) {
        make(threads);
        final List<Conversation> conversations = conversations(threads);
        final List<AgentRunner> runners = agents.stream().map(EncryptionThreadsTest::start).toList();
        try {
            while (!conversations.stream().allMatch(Conversation::isOver)) {
                int work = 0;
                for (final Conversation conversation : conversations) {
                    work += conversation.submit();
                }
                for (final EncryptionQueue queue : queues) {
                    work += queue.drain(new Router(conversations), CAPACITY);
                }
                YieldingIdleStrategy.INSTANCE.idle(work);
            }
            queues.forEach(EncryptionQueue::end);
            conversations.forEach(Conversation::requireRight);
        } finally {
            CloseHelper.closeAll(runners);
        }
        assertEquals(2 * SESSIONS, threadsOf.size());
        assertTrue(threadsOf.values().stream().allMatch(set -> set.size() == 1), "a session changed threads");
        assertEquals(threads, threadsOf.values().stream().flatMap(Set::stream).distinct().count());
        assertFalse(threadsOf.values().stream().anyMatch(set -> set.contains(Thread.currentThread())), "the engine computed");
        assertEquals(0, sum(CryptoCounter.JOBS_INLINE));
        assertEquals((long) SESSIONS * JOBS_PER_SESSION, sum(CryptoCounter.RECORDS_SEALED));
        assertEquals((long) SESSIONS * JOBS_PER_SESSION, sum(CryptoCounter.RECORDS_OPENED));
    }

    @Test
    void shouldServeTheSessionsOfAThreadWhileAnotherStandsStillWithItsQueueFull() {
        make(2);
        final SecureSession stuck = session(0, true);
        final SecureSession served = session(1, true);
        final Memory memory = new Memory(2 * SLOT);
        final Completions completions = new Completions();
        for (int i = 0; i < CAPACITY; i++) {
            assertTrue(queues.get(0).seal(stuck, memory.address(), 1, memory.address() + SLOT, i));
        }
        assertFalse(queues.get(0).seal(stuck, memory.address(), 1, memory.address() + SLOT, CAPACITY));
        for (int i = 0; i < 1_000; i++) {
            assertTrue(queues.get(1).seal(served, memory.address(), 1, memory.address() + SLOT, i));
            assertEquals(1, agents.get(1).doWork());
            assertEquals(0, queues.get(0).drain(completions, CAPACITY));
            assertEquals(1, queues.get(1).drain(completions, CAPACITY));
        }
        assertTrue(completions.isInOrder);
        assertEquals(1, engineCounters.get(CryptoCounter.RING_FULL));
    }

    private void make(final int threads) {
        for (int i = 0; i < threads; i++) {
            agents.add(new EncryptionAgent("encryption-" + i, CryptoCounters.allocate()));
            queues.add(agents.get(i).newQueue(CAPACITY, engineCounters));
        }
    }

    private static AgentRunner start(final EncryptionAgent agent) {
        final AgentRunner runner = new AgentRunner(YieldingIdleStrategy.INSTANCE, failure -> {
            throw new AssertionError("an encryption thread failed", failure);
        }, null, agent);
        AgentRunner.startOnThread(runner);
        return runner;
    }

    private List<Conversation> conversations(final int threads) {
        return IntStream.range(0, SESSIONS).mapToObj(i -> new Conversation(i, queues.get(i % threads))).toList();
    }

    private SecureSession session(final int id, final boolean isClient) {
        final ProbedProvider provider = new ProbedProvider(AeadProviders.best(),
            aead -> threadsOf.computeIfAbsent(aead, any -> ConcurrentHashMap.newKeySet()).add(Thread.currentThread()));
        return new SecureSession(id, TestSecrets.sessionKeys(isClient), provider, KeyLimits.DEFAULT);
    }

    private long sum(final CryptoCounter counter) {
        return agents.stream().mapToLong(agent -> agent.counters().get(counter)).sum();
    }

    /** Messages that are sealed in one session and opened in another, both on the same thread. */
    private final class Conversation {
        private final EncryptionQueue queue;
        private final SecureSession client;
        private final SecureSession server;
        private final Memory memory = new Memory(2 * IN_FLIGHT * SLOT);
        private long submitted;
        private long sealed;
        private long opened;

        Conversation(final int id, final EncryptionQueue queue) {
            this.queue = queue;
            this.client = session(id, true);
            this.server = session(id, false);
        }

        boolean isOver() {
            return opened == JOBS_PER_SESSION;
        }

        int submit() {
            final int slot = (int) (submitted % IN_FLIGHT) * 2 * SLOT;
            if (submitted == JOBS_PER_SESSION || submitted - opened == IN_FLIGHT) {
                return 0;
            }
            memory.putLong(slot, submitted);
            if (!queue.seal(client, memory.address() + slot, CONTENT_LENGTH, memory.address() + slot + SLOT, submitted)) {
                return 0;
            }
            submitted++;
            return 1;
        }

        void onSealed(final long tag) {
            assertEquals(sealed++, tag);
            final long address = memory.address() + tag % IN_FLIGHT * 2 * SLOT + SLOT;
            assertTrue(queue.open(server, address, CONTENT_LENGTH + RecordHeaderFlyweight.OVERHEAD, tag));
        }

        void onOpened(final long tag, final long address, final int length) {
            assertEquals(opened++, tag);
            assertEquals(CONTENT_LENGTH, length);
            assertEquals(tag, Memory.getLong(address));
        }

        void requireRight() {
            assertEquals(JOBS_PER_SESSION, sealed);
            assertEquals(0, queue.outstanding());
        }
    }

    /** Brings results to their conversation. */
    private record Router(List<Conversation> conversations) implements CompletionHandler {
        @Override
        public void onSealed(final SecureSession session, final long tag, final int recordLength, final RecordError error) {
            assertEquals(RecordError.NONE, error);
            conversations.get((int) session.id()).onSealed(tag);
        }

        @Override
        public void onOpened(final SecureSession session, final long tag, final long contentAddress, final int contentLength,
            final int contentType, final RecordError error) {
            assertEquals(RecordError.NONE, error);
            conversations.get((int) session.id()).onOpened(tag, contentAddress, contentLength);
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
