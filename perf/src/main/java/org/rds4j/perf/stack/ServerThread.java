package org.rds4j.perf.stack;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.RdsAddress;
import org.rds4j.perf.load.MeasurementException;
import org.rds4j.perf.load.Patience;

/** A thread for the server, busy while an application is open and parked otherwise. */
final class ServerThread implements Host {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
        task -> Thread.ofPlatform().daemon().name("rds-server").unstarted(task));
    private volatile boolean isRunning;
    private Application application;
    private Future<?> run;

    @Override
    public RdsAddress open(final Supplier<Application> maker) {
        application = await(thread.submit(maker::get));
        isRunning = true;
        run = thread.submit(this::run);
        return application.address();
    }

    private void run() {
        final IdleStrategy idle = Patience.create();
        while (isRunning) {
            idle.idle(application.doWork());
        }
    }

    @Override
    public int invoke() {
        if (run.isDone()) {
            await(run);
        }
        return 0;
    }

    @Override
    public void closeApplication() {
        isRunning = false;
        await(run);
        await(thread.submit(application::close));
    }

    @Override
    public void close() {
        isRunning = false;
        thread.close();
    }

    private static <T> T await(final Future<T> future) {
        try {
            return future.get();
        } catch (final ExecutionException e) {
            throw new MeasurementException("the server failed: " + e.getCause().getMessage(), e.getCause());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MeasurementException("interrupted while waiting for the server", e);
        }
    }
}
