package org.rds4j.perf.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.rds4j.perf.load.MeasurementException;

/** A {@link DriverProcess} as the measuring process holds it: started, told what to do, and ended within bounded time. */
final class DriverHandle implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long START_TIMEOUT_S = 60;
    private static final long END_TIMEOUT_S = 5;

    private final Path directory;
    private final Process process;
    private final PrintStream orders;

    DriverHandle() {
        try {
            directory = Files.isWritable(SHARED_MEMORY)
                ? Files.createTempDirectory(SHARED_MEMORY, "rds-perf") : Files.createTempDirectory("rds-perf");
            process = new ProcessBuilder(words(directory)).redirectError(directory.resolve("errors").toFile()).start();
        } catch (final IOException e) {
            throw new MeasurementException("cannot start the driver's process: " + e.getMessage(), e);
        }
        orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
        try {
            awaitReady();
        } catch (final MeasurementException e) {
            close();
            throw e;
        }
    }

    /** This JVM's own flags: the two processes are to differ in nothing but their work. */
    private static List<String> words(final Path directory) {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(flag -> flag.startsWith("-X") || flag.startsWith("--")).forEach(words::add);
        words.addAll(List.of(
            "-cp", System.getProperty("java.class.path"), DriverProcess.class.getName(), directory.toString()));
        return words;
    }

    private void awaitReady() {
        final BufferedReader output =
            new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        final CompletableFuture<Boolean> ready =
            CompletableFuture.supplyAsync(() -> output.lines().anyMatch(DriverProcess.READY::equals));
        try {
            if (!ready.get(START_TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new MeasurementException("the driver's process ended at its start: " + errors());
            }
        } catch (final ExecutionException | TimeoutException e) {
            throw new MeasurementException("the driver's process does not start: " + errors(), e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MeasurementException("interrupted while the driver's process starts", e);
        }
    }

    private String errors() {
        try {
            return Files.readString(directory.resolve("errors")).strip();
        } catch (final IOException e) {
            return e.toString();
        }
    }

    Path clientDirectory() {
        return directory.resolve("client");
    }

    Path serverDirectory() {
        return directory.resolve("server");
    }

    /** Has the nodes' thread spin, or nap while other subjects are measured. */
    void busy(final boolean isBusy) {
        orders.println(isBusy ? DriverProcess.BUSY : DriverProcess.REST);
    }

    void requireAlive() {
        if (!process.isAlive()) {
            throw new MeasurementException("the driver's process has ended: " + errors());
        }
    }

    @Override
    public void close() {
        orders.close();
        try {
            if (!process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(END_TIMEOUT_S, TimeUnit.SECONDS);
            }
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        remove();
    }

    private void remove() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
