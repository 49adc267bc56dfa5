package org.rds4j.perf.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.perf.load.Patience;

/**
 * Two encrypted nodes that are drivers, in a process of their own: engines and encryption of both on one thread. Argument: the
 * parent of their directories. Says {@code ready} after a {@link Rehearsal}; obeys {@code busy} and {@code rest} on its input,
 * and ends with it, so that it never outlives the process that measures.
 */
public final class DriverProcess {
    static final String READY = "ready";
    static final String BUSY = "busy";
    static final String REST = "rest";
    private static final long REST_NS = 5_000_000L;

    private static volatile boolean isOver;
    private static volatile boolean isBusy;

    private DriverProcess() {
    }

    /**
     * Runs until the input ends.
     *
     * @param arguments as above.
     */
    public static void main(final String[] arguments) {
        try (LoopbackNodes nodes = new LoopbackNodes("perf_driver", true, new CallersThread(), RdsSubject.MTU,
                Path.of(arguments[0]))) {
            new Rehearsal(nodes).run();
            Thread.ofPlatform().daemon().name("rds-orders").start(DriverProcess::obey);
            System.out.println(READY);
            final IdleStrategy patience = Patience.create();
            while (!isOver) {
                final int work = nodes.client().invoke() + nodes.server().invoke();
                if (isBusy) {
                    patience.idle(work);
                } else if (work == 0) {
                    LockSupport.parkNanos(REST_NS);
                }
            }
        }
    }

    private static void obey() {
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                isBusy = order.equals(BUSY);
            }
        } catch (final IOException e) {
            System.err.println("no more orders: " + e);
        }
        isOver = true;
    }
}
