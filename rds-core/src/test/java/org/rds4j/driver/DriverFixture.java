package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.SystemEpochClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.carrier.PathConnector;
import org.rds4j.carrier.PathKey;
import org.rds4j.engine.RdsEngine;
import org.rds4j.status.RdsCounters;

/** A driver of an engine without a network, whose conductor and engine one thread runs; either can be stopped for a while. */
abstract class DriverFixture {
    final RdsCounters counters = RdsCounters.inMemory();
    volatile boolean isEngineStopped;
    RdsEngine engine;
    DriverConductor conductor;
    Path directory;
    @TempDir
    Path parent;
    private DriverDirectory claimed;
    private Thread thread;
    private volatile boolean isOver;

    final RdsContext context() {
        return new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT).maxSockets(16)
            .submitRingLength(64 << 10).receiveBufferLength(64 << 10).sendLogLength(2 << 20).sendPoolLength(8 << 20);
    }

    final void start(final RdsContext context) {
        start(context, new AvailableMemory());
    }

    final void start(final RdsContext context, final AvailableMemory available) {
        directory = parent.resolve("driver");
        if (!context.isConcluded()) {
            context.conclude();
        }
        engine = new RdsEngine(context, new Nowhere(), level -> 0, new SplittableRandom(1), counters);
        claimed = DriverDirectory.claim(directory);
        conductor = new DriverConductor(
            context, claimed, engine.proxy(), 0xffff, new SplittableRandom(2), SystemEpochClock.INSTANCE, counters,
            available);
        thread = Thread.ofPlatform().name("driver").start(this::run);
    }

    /** As agents do, goes on after whatever went wrong. */
    private void run() {
        while (!isOver) {
            try {
                conductor.doWork();
                if (!isEngineStopped) {
                    engine.poll(System.nanoTime());
                }
                LockSupport.parkNanos(1_000);
            } catch (final RuntimeException e) {
                LockSupport.parkNanos(1_000);
            }
        }
    }

    @AfterEach
    final void stop() throws InterruptedException {
        if (!isOver) {
            isOver = true;
            thread.join();
            engine.close(System.nanoTime());
            conductor.onClose();
            claimed.close();
        }
    }

    final void await(final String what, final BooleanSupplier condition) {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - startNs < 20_000_000_000L, what);
            LockSupport.parkNanos(1_000);
        }
    }

    /** No peer can be reached. */
    private static final class Nowhere implements PathConnector {
        @Override
        public void connect(final PathKey key, final long nowNs) {
        }

        @Override
        public void knock(final PathKey key, final long nowNs) {
        }
    }
}
