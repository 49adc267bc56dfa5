package org.rds4j.tcp.script;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every script under {@code scripts} as a test of its own. A script that the engine does not satisfy yet stands in
 * {@code scripts/pending} with the reason; it is reported as skipped, and fails once it passes, so that the list stays true.
 */
class PacketScriptsTest {
    private static final int LEAST = 120;

    @TestFactory
    Stream<DynamicTest> scripts() throws IOException {
        final Path root = root();
        final Map<String, String> pending = pending(root);
        return paths(root).stream().map(path -> {
            final String name = root.relativize(path).toString().replace(".script", "");
            return dynamicTest(name, path.toUri(), () -> run(path, pending.get(name)));
        });
    }

    private static void run(final Path path, final String pendingFor) throws IOException {
        final PacketScript script = PacketScript.read(path);
        if (pendingFor == null) {
            new ScriptRun(script).run();
            return;
        }
        try {
            new ScriptRun(script).run();
        } catch (final AssertionError e) {
            abort("pending: " + pendingFor + "\n" + e.getMessage());
        }
        throw new AssertionError("passes: take it off the list of pending scripts");
    }

    @Test
    void shouldCoverTheSpecification() throws IOException {
        final List<Path> paths = paths(root());
        final TreeSet<String> covered = new TreeSet<>();
        for (final Path path : paths) {
            covered.addAll(PacketScript.read(path).items());
        }
        final List<String> missing = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            missing.add("A" + i);
        }
        for (int i = 1; i <= 13; i++) {
            missing.add("B" + i);
        }
        missing.removeAll(covered);
        assertTrue(missing.isEmpty(), "no script shows " + missing);
        assertTrue(paths.size() >= LEAST, "only " + paths.size() + " scripts");
    }

    @Test
    void shouldNameOnlyScriptsThatExistAsPending() throws IOException {
        for (final String name : pending(root()).keySet()) {
            assertTrue(Files.exists(root().resolve(name + ".script")), name);
        }
    }

    private static Path root() {
        try {
            return Path.of(PacketScriptsTest.class.getResource("/scripts").toURI());
        } catch (final URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> paths(final Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> path.toString().endsWith(".script")).sorted().toList();
        }
    }

    /** Lines of a script's name, a colon, and why it is pending. */
    private static Map<String, String> pending(final Path root) throws IOException {
        final Map<String, String> reasons = new LinkedHashMap<>();
        for (final String line : Files.readAllLines(root.resolve("pending"))) {
            final int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                reasons.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
            }
        }
        return reasons;
    }

    /**
     * Runs scripts by hand: names of files, or none for all. Prints what does not go as written.
     *
     * @throws IOException if a script cannot be read.
     */
    public static void main(final String[] arguments) throws IOException {
        final List<Path> paths = arguments.length == 0 ? paths(root()) : Stream.of(arguments).map(Path::of).toList();
        int failed = 0;
        for (final Path path : paths) {
            try {
                new ScriptRun(PacketScript.read(path)).run();
            } catch (final AssertionError | IllegalArgumentException e) {
                failed++;
                System.out.println("=== " + path + "\n" + e.getMessage());
            }
        }
        System.out.println(paths.size() - failed + " of " + paths.size() + " scripts pass");
    }
}
