package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.crypto.Allocation;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.TestSecrets;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.RecordHeaderFlyweight;

/** The agent on a thread of its own: order, visibility, allocation. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EncryptionThreadTest {
    private static final int JOBS = 100_000;
    private static final int CAPACITY = 64;
    private static final int SLOT = 256;
    private static final int CONTENT_LENGTH = 100;
    private static final int RECORD_LENGTH = CONTENT_LENGTH + RecordHeaderFlyweight.OVERHEAD;

    private final EncryptionAgent agent = new EncryptionAgent("encryption", CryptoCounters.allocate());
    private final EncryptionQueue queue = agent.newQueue(CAPACITY, CryptoCounters.allocate());
    private final SecureSession client = session(true);
    private final SecureSession server = session(false);
    private final Memory contents = new Memory(CAPACITY * SLOT);
    private final Memory records = new Memory(CAPACITY * SLOT);
    private final Relay relay = new Relay();

    @Test
    void shouldCarryManyJobsInOrderBetweenTwoThreadsWithoutAllocating() throws Exception {
        final AgentRunner runner = new AgentRunner(YieldingIdleStrategy.INSTANCE, EncryptionThreadTest::onFailure, null, agent);
        final Thread thread = AgentRunner.startOnThread(runner);
        try {
            sealAndOpen(JOBS);
            assertEquals(0, Allocation.leastOf(Allocation.of(thread), () -> sealAndOpen(5_000)));
            assertEquals(0, Allocation.leastOf(() -> sealAndOpen(5_000)));
        } finally {
            runner.close();
        }
        assertEquals(RecordError.NONE, relay.error);
        assertTrue(relay.isInOrder);
        assertTrue(relay.isRight);
    }

    /** Seals messages and opens each as soon as it is sealed, with as many in flight as the ring holds. */
    private void sealAndOpen(final int jobs) {
        final long first = relay.opened;
        final long end = first + jobs;
        long next = first;
        while (relay.opened < end) {
            if (next < end && next - relay.opened < CAPACITY / 2) {
                final int slot = (int) (next % CAPACITY) * SLOT;
                contents.putLong(slot, next);
                if (queue.seal(client, contents.address() + slot, CONTENT_LENGTH, records.address() + slot, next)) {
                    next++;
                }
            }
            YieldingIdleStrategy.INSTANCE.idle(queue.drain(relay, CAPACITY));
        }
    }

    private static SecureSession session(final boolean isClient) {
        return new SecureSession(1, TestSecrets.sessionKeys(isClient), AeadProviders.best(), KeyLimits.DEFAULT);
    }

    /** Hands each sealed record to be opened, and checks what comes out. */
    private final class Relay implements CompletionHandler {
        private long opened;
        private long sealed;
        private boolean isInOrder = true;
        private boolean isRight = true;
        private RecordError error = RecordError.NONE;

        @Override
        public void onSealed(
            final SecureSession session, final long tag, final int recordLength, final RecordError sealError) {
            note(sealError);
            isInOrder &= tag == sealed++;
            isRight &= recordLength == RECORD_LENGTH;
            final long address = records.address() + tag % CAPACITY * SLOT;
            isRight &= queue.open(server, address, recordLength, tag);
        }

        @Override
        public void onOpened(
            final SecureSession session,
            final long tag,
            final long contentAddress,
            final int contentLength,
            final int contentType,
            final RecordError openError) {
            note(openError);
            isInOrder &= tag == opened++;
            isRight &= contentLength == CONTENT_LENGTH && Memory.getLong(contentAddress) == tag;
        }

        @Override
        public void onHandshake(final HandshakeTask task) {
            isRight = false;
        }

        @Override
        public void onClosed(final SecureSession session) {
            isRight = false;
        }

        private void note(final RecordError newError) {
            error = error == RecordError.NONE ? newError : error;
        }
    }

    private static void onFailure(final Throwable failure) {
        throw new AssertionError("the encryption thread failed", failure);
    }
}
