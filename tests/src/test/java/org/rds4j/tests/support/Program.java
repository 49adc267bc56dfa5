package org.rds4j.tests.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One program that a test runs; killed with the test if it still runs then. Nothing waits longer for it than its time is. */
public final class Program implements AutoCloseable {
    private static final long TIMEOUT_MS = 120_000;
    private static final long GRACE_S = 5;

    private final List<String> words;
    private final long timeoutMs;
    private final Process process;
    /** What was said and not looked at; the end of it is an empty one. */
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    private final StringBuilder output = new StringBuilder();

    private Program(final List<String> words, final ProcessBuilder builder, final long timeoutMs) {
        this.words = words;
        this.timeoutMs = timeoutMs;
        try {
            process = builder.start();
        } catch (final IOException e) {
            throw new AssertionError("cannot run " + words, e);
        }
        Thread.ofPlatform().daemon().name("output of " + words.getFirst()).start(this::read);
    }

    /** On a thread of its own: a read cannot be told to end while the program runs and says nothing. */
    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = reader.readLine()) != null) {
                lines.add(Optional.of(line));
            }
        } catch (final IOException e) {
            lines.add(Optional.of("reading failed: " + e));
        }
        lines.add(Optional.empty());
    }

    /** Starts a program whose two output streams are read as one. */
    public static Program start(final List<String> words) {
        return start(words, TIMEOUT_MS);
    }

    /** The same, with the time that it may take for a line that is waited for, and for the rest. */
    static Program start(final List<String> words, final long timeoutMs) {
        return new Program(words, new ProcessBuilder(words).redirectErrorStream(true), timeoutMs);
    }

    /** Starts a program between two files; what it says is its error stream. */
    public static Program start(final List<String> words, final Path input, final Path result) {
        final ProcessBuilder builder = new ProcessBuilder(
            concat(List.of("sh", "-c", "in=$1 out=$2; shift 2; exec \"$@\" 2>&1 <\"$in\" >\"$out\"", "sh",
                input.toString(), result.toString()), words));
        return new Program(words, builder.redirectErrorStream(true), TIMEOUT_MS);
    }

    /** Words of a main class in a JVM of its own, with the flags of this one. */
    public static List<String> java(final Class<?> main, final String... arguments) {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (flag.startsWith("-X") || flag.startsWith("--") || flag.startsWith("-Drds.")) {
                words.add(flag);
            }
        }
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(List.of(arguments));
        return words;
    }

    /** The same with the memory that the launcher gives nodes: touching it first and writing statistics costs no time later. */
    public static List<String> launched(final Class<?> main, final String... arguments) {
        final List<String> words = java(main, arguments);
        words.addAll(words.indexOf("-cp"), List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:-UsePerfData"));
        return words;
    }

    /** Runs a program to its end; says what it said when it is there at all. */
    public static boolean succeeds(final String... words) {
        try (Program program = start(List.of(words))) {
            return program.exitCode() == 0;
        } catch (final AssertionError e) {
            return false; // not installed
        }
    }

    public static List<String> concat(final List<String> first, final List<String> second) {
        final List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** Reads on until a line is just this. */
    public void awaitLine(final String wanted) {
        final long endNs = endNs();
        Optional<String> line = readLine(endNs);
        while (line.isPresent()) {
            if (line.get().equals(wanted)) {
                return;
            }
            line = readLine(endNs);
        }
        throw new AssertionError(words + " ended before it said '" + wanted + "':\n" + output);
    }

    private long endNs() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    /** Empty at the end of what it says. */
    private Optional<String> readLine(final long endNs) {
        try {
            final Optional<String> line = lines.poll(endNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new AssertionError(words + " took more than " + timeoutMs + " ms:\n" + output);
            }
            line.ifPresentOrElse(said -> output.append(said).append('\n'), () -> lines.add(Optional.empty()));
            return line;
        } catch (final InterruptedException e) {
            throw new AssertionError(words + " was interrupted:\n" + output, e);
        }
    }

    /** Ends it at once, without a chance to tidy up, and whatever it started to run it with a few words before. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            process.destroyForcibly().waitFor();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Tells it, by the end of its input, that no more comes. */
    public void endInput() {
        try {
            process.getOutputStream().close();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Waits for the end and returns everything that was said. */
    public String finish() {
        final int exitCode = exitCode();
        if (exitCode != 0) {
            throw new AssertionError(words + " ended with " + exitCode + ":\n" + output);
        }
        return output.toString();
    }

    /** What it has said, as far as anybody has waited for it. */
    public String output() {
        return output.toString();
    }

    /** Waits for the end. */
    public int exitCode() {
        final long endNs = endNs();
        Optional<String> line = readLine(endNs);
        while (line.isPresent()) {
            line = readLine(endNs);
        }
        try {
            if (!process.waitFor(endNs - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError(words + " does not end:\n" + output);
            }
        } catch (final InterruptedException e) {
            throw new AssertionError(words + " was interrupted:\n" + output, e);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(GRACE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
