package org.rds4j.dpdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkStatistics;

/** What needs a process of its own: absence, end and refusal of the EAL. Exit code 0 when all is as it should be. */
public final class EnvironmentProgram {
    private EnvironmentProgram() {
    }

    /**
     * Runs one check.
     *
     * @param arguments its name.
     * @throws IOException when /proc cannot be read.
     */
    public static void main(final String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "unavailable" -> unavailable();
            case "restart" -> restart();
            case "refused" -> refused();
            case "exchange" -> exchange();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void unavailable() {
        check(!DpdkEnvironment.isAvailable(), "available");
        final Throwable cause = DpdkEnvironment.unavailabilityCause();
        check(cause.getMessage().contains("libdpdk"), cause.getMessage());
        check(cause.getSuppressed().length == 1 && cause.getSuppressed()[0].getMessage().contains("/nonexistent"), "no cause");
        final DpdkException refusal = refusalOf();
        check(cause.equals(refusal.getCause()), "other cause");
    }

    private static void restart() throws IOException {
        final String before = affinity();
        final DpdkEnvironment environment = DpdkEnvironment.start();
        check(before.equals(affinity()), "affinity is now " + affinity() + ", was " + before);
        environment.close();
        environment.close();
        check(refusalOf().getMessage().contains("only once"), "no refusal");
    }

    private static void refused() {
        final DpdkException refusal = refusalOf("--no-huge", "--huge-unlink=never", "--in-memory");
        check(refusal.getMessage().contains("EAL:"), refusal.getMessage());
        check(refusal.errno() != 0, "no errno");
    }

    private static void exchange() {
        final FrameBurst burst = new FrameBurst(32);
        final DpdkEnvironment environment = DpdkEnvironment.start();
        final DpdkMempool pool = DpdkMempool.create(environment, "exchange", 1023, 2048);
        try (DpdkRingPair pair = DpdkRingPair.open(environment, "exchange", pool, 64, 1500, new SplittableRandom(1))) {
            for (int i = 0; i < 100; i++) {
                pair.first().allocate(burst, 32);
                for (int j = 0; j < 32; j++) {
                    burst.length(j, 60);
                }
                pair.first().transmitBurst(burst);
                check(pair.second().receiveBurst(burst) == 32, "burst lost");
                pair.second().release(burst);
            }
            pair.first().statistics(new LinkStatistics());
            check(!pair.first().device().extendedStatistics().isEmpty(), "no statistics");
        }
        pool.close();
        environment.close();
    }

    private static DpdkException refusalOf(final String... arguments) {
        try {
            DpdkEnvironment.start(arguments);
        } catch (final DpdkException ex) {
            return ex;
        }
        throw new AssertionError("DPDK started");
    }

    private static String affinity() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
            .filter(line -> line.startsWith("Cpus_allowed_list")).findFirst().orElseThrow();
    }

    private static void check(final boolean condition, final String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
