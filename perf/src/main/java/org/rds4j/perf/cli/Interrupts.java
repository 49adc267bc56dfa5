package org.rds4j.perf.cli;

/** Lets a command end in good order when the process is told to. */
final class Interrupts {
    private static final long PATIENCE_MS = 2_000;

    private Interrupts() {
    }

    /** Interrupts the calling thread when the process is to end, and has that wait for a while until the thread has ended. */
    static void stopOnExit() {
        final Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(main), "rds-shutdown"));
    }

    private static void stop(final Thread main) {
        main.interrupt();
        try {
            main.join(PATIENCE_MS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
