package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that tests run: {@code ip}, and further JVMs of this class path. */
final class Command {
    private Command() {
    }

    /** What a program said and how it ended. */
    record Result(int exitCode, String output) {
    }

    static void assumeRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root for network devices");
    }

    static void assumeTunDevice() {
        assumeRoot();
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
    }

    /** Runs {@code ip} with the words of a line, which must succeed. */
    static void ip(final String line) {
        final Result result = tryIp(line);
        assertEquals(0, result.exitCode(), "ip " + line + ": " + result.output());
    }

    static Result tryIp(final String line) {
        final List<String> words = new ArrayList<>(List.of("ip"));
        words.addAll(List.of(line.split(" ")));
        return finish(start(words));
    }

    /** Starts a main class in a JVM of its own, with the flags of this one and some more. */
    static Process java(final Class<?> main, final List<String> flags, final String... arguments) {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (flag.startsWith("-X") || flag.startsWith("--")) {
                words.add(flag);
            }
        }
        words.addAll(flags);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(List.of(arguments));
        return start(words);
    }

    static Process start(final List<String> words) {
        try {
            return new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }

    /** Waits for the end; the output is small enough for a pipe. */
    static Result finish(final Process process) {
        try (InputStream output = process.getInputStream()) {
            final String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "does not end");
            return new Result(process.exitValue(), text);
        } catch (final IOException | InterruptedException ex) {
            throw new AssertionError(ex);
        } finally {
            process.destroyForcibly();
        }
    }
}
