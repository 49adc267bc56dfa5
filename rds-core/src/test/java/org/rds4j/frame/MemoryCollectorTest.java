package org.rds4j.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MemoryCollectorTest {
    private static final int LENGTH = 4096;

    private final AtomicLong rest = new AtomicLong();
    private final AtomicLong garbage = new AtomicLong();
    private final AtomicInteger collections = new AtomicInteger();
    private final AtomicReference<Thread> collecting = new AtomicReference<>();

    private void collect() {
        collecting.set(Thread.currentThread());
        rest.addAndGet(garbage.getAndSet(0));
        collections.incrementAndGet();
    }

    private void awaitCollections(final int count) throws InterruptedException {
        while (collections.get() < count) {
            Thread.sleep(1);
        }
    }

    @Test
    void shouldComeAgainSoonAfterItFoundSomethingAndLateAfterItDidNot() {
        final MemoryCollector collector = new MemoryCollector(rest::get, this::collect);
        garbage.set(LENGTH);
        assertEquals(TimeUnit.SECONDS.toNanos(1), collector.collect());
        assertEquals(TimeUnit.MINUTES.toNanos(1), collector.collect());
        garbage.set(1);
        assertEquals(TimeUnit.SECONDS.toNanos(1), collector.collect());
    }

    /** What is found is given back by another thread, a little later. */
    @Test
    void shouldWaitForWhatItFound() {
        final MemoryCollector collector = new MemoryCollector(rest::get, () -> new Thread(() -> {
            rest.addAndGet(LENGTH);
        }).start());
        assertEquals(TimeUnit.SECONDS.toNanos(1), collector.collect());
    }

    /** However many ask, and while it lasts: as sockets and paths that each find no memory in each duty cycle. */
    @Test
    void shouldHaveNobodyWait() throws InterruptedException {
        final CountDownLatch end = new CountDownLatch(1);
        final MemoryCollector collector = MemoryCollector.start(rest::get, () -> {
            collect();
            try {
                end.await();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        final DirectMemory memory = new DirectMemory(rest::get, ByteBuffer::allocate, collector::ask);
        for (int i = 0; i < 1_000; i++) {
            assertEquals(null, memory.allocate(LENGTH));
        }
        awaitCollections(1);
        assertEquals(null, memory.allocate(LENGTH));
        end.countDown();
        assertNotSame(Thread.currentThread(), collecting.get());
        assertTrue(collecting.get().isDaemon());
        assertEquals(1, collections.get());
    }

    /** Garbage keeps coming: it is found each time, a second after the last at the earliest. */
    @Test
    void shouldFindWhatNobodyReachesAnyMore() throws InterruptedException {
        final MemoryCollector collector = MemoryCollector.start(rest::get, this::collect);
        final DirectMemory memory = new DirectMemory(rest::get, ByteBuffer::allocate, collector::ask);
        final long beginNs = System.nanoTime();
        for (int round = 1; round <= 3; round++) {
            garbage.set(LENGTH);
            while (memory.allocate(LENGTH) == null) {
                Thread.sleep(1);
            }
            assertEquals(round, collections.get());
            rest.set(0);
        }
        final long tookNs = System.nanoTime() - beginNs;
        assertTrue(tookNs >= TimeUnit.MILLISECONDS.toNanos(1_900), tookNs + " ns");
    }
}
