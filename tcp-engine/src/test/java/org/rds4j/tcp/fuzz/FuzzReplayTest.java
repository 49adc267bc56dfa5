package org.rds4j.tcp.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every input that fuzzing has kept, and every one that once found a fault, through its target again. The inputs of a target lie
 * where drivers look for them, in a directory of its name and method; those of a fault are named for it.
 */
class FuzzReplayTest {
    private static final int LEAST_INPUTS = 10;

    @TestFactory
    Stream<DynamicTest> shouldTakeEveryKnownInput() {
        return Stream.of(
            replay("OptionsTarget", OptionsTarget::fuzzerTestOneInput),
            replay("ReassemblyTarget", ReassemblyTarget::fuzzerTestOneInput),
            replay("FragmentsTarget", FragmentsTarget::fuzzerTestOneInput),
            replay("SegmentsTarget", SegmentsTarget::fuzzerTestOneInput),
            replay("FramesTarget", FramesTarget::fuzzerTestOneInput));
    }

    private static DynamicTest replay(final String target, final Consumer<byte[]> method) {
        return dynamicTest(target, () -> {
            final List<Path> inputs = inputs(target);
            assertTrue(inputs.size() >= LEAST_INPUTS, "inputs: " + inputs.size());
            method.accept(new byte[0]);
            for (final Path input : inputs) {
                replay(input, method);
            }
        });
    }

    private static void replay(final Path input, final Consumer<byte[]> method) throws IOException {
        try {
            method.accept(Files.readAllBytes(input));
        } catch (final AssertionError | RuntimeException e) {
            throw new AssertionError(input + ": " + e.getMessage(), e);
        }
    }

    private static List<Path> inputs(final String target) throws IOException, URISyntaxException {
        final Path directory = Path.of(FuzzReplayTest.class.getResource(target + "Inputs/fuzzerTestOneInput").toURI());
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        }
    }
}
