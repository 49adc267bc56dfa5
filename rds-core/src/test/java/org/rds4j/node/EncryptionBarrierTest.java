package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;

/** What becomes of the memory that an encryption thread of the caller's may be in when a node closes. */
@Timeout(60)
class EncryptionBarrierTest {
    private static final long SHORT_NS = 50_000_000L;

    private final EncryptionAgent agent = new EncryptionAgent("encryption", CryptoCounters.allocate());
    private final EncryptionQueue busy = agent.newQueue(8, CryptoCounters.allocate());
    private final EncryptionQueue idle =
        new EncryptionAgent("never runs", CryptoCounters.allocate()).newQueue(8, CryptoCounters.allocate());
    private final CountDownLatch isInJob = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final List<String> closed = new ArrayList<>();

    private EncryptionBarrier barrier(final long patienceNs) {
        final EncryptionBarrier barrier = new EncryptionBarrier(List.of(idle, busy), patienceNs);
        barrier.guard(() -> closed.add("first"));
        barrier.guard(() -> closed.add("second"));
        return barrier;
    }

    /** A thread in the middle of a job, until the latch is counted down. */
    private Thread startJob() throws InterruptedException {
        assertTrue(busy.handshake(new HandshakeTask(1, () -> {
            isInJob.countDown();
            awaitLatch();
            throw new IllegalStateException("enough");
        }, AeadProviders.best(), KeyLimits.DEFAULT), 0, 0));
        final Thread thread = Thread.ofPlatform().start(agent::doWork);
        isInJob.await();
        return thread;
    }

    private void awaitLatch() {
        try {
            mayGoOn.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldWaitForTheJobThatIsBeingComputed() throws InterruptedException {
        final Thread thread = startJob();
        final AtomicBoolean isPassed = new AtomicBoolean();
        final EncryptionBarrier barrier = barrier(TimeUnit.SECONDS.toNanos(30));
        final Thread closing = Thread.ofPlatform().start(() -> {
            barrier.close();
            isPassed.set(true);
        });
        closing.join(200);
        assertFalse(isPassed.get());
        assertEquals(List.of(), closed);
        mayGoOn.countDown();
        closing.join();
        assertEquals(List.of("first", "second"), closed);
        thread.join();
    }

    @Test
    void shouldKeepTheMemoryForGoodWhenAJobDoesNotEnd() throws InterruptedException {
        final Thread thread = startJob();
        final EncryptionBarrier barrier = barrier(SHORT_NS);
        final long startNs = System.nanoTime();
        assertFalse(barrier.pass());
        final long ns = System.nanoTime() - startNs;
        assertTrue(ns >= SHORT_NS, ns + " ns");
        barrier.close();
        assertEquals(List.of(), closed);
        assertTrue(System.nanoTime() - startNs < 20 * SHORT_NS, "it has waited again and again");
        mayGoOn.countDown();
        thread.join();
    }

    /** It has nothing in hand, and will find nothing. */
    @Test
    void shouldNotWaitForAThreadThatNeverRuns() {
        assertTrue(barrier(Long.MAX_VALUE).pass());
    }

    @Test
    void shouldCloseAllThatItGuardsWhateverOneThrows() {
        final EncryptionBarrier barrier = new EncryptionBarrier(List.of(idle), SHORT_NS);
        barrier.guard(() -> {
            throw new LinkageError("no such function");
        });
        barrier.guard(() -> closed.add("second"));
        assertThrows(LinkageError.class, barrier::close);
        assertEquals(List.of("second"), closed);
    }
}
