package org.rds4j.crypto.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every input that fuzzing has kept, and every one that once found a fault, through {@link RecordsTarget} again. */
class RecordsReplayTest {
    private static final int LEAST_INPUTS = 10;

    @Test
    void shouldTakeEveryKnownInput() throws IOException, URISyntaxException {
        final Path directory = Path.of(RecordsReplayTest.class.getResource("RecordsTargetInputs/fuzzerTestOneInput").toURI());
        try (Stream<Path> paths = Files.list(directory)) {
            final List<Path> inputs = paths.sorted().toList();
            assertTrue(inputs.size() >= LEAST_INPUTS, "inputs: " + inputs.size());
            for (final Path input : inputs) {
                replay(input);
            }
        }
    }

    private static void replay(final Path input) throws IOException {
        try {
            RecordsTarget.fuzzerTestOneInput(Files.readAllBytes(input));
        } catch (final AssertionError | RuntimeException e) {
            throw new AssertionError(input + ": " + e.getMessage(), e);
        }
    }
}
