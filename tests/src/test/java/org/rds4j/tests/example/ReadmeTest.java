package org.rds4j.tests.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    @Test
    void shouldShowTheExampleThatCompiles() throws IOException {
        final Path root = Path.of("").toAbsolutePath().getParent();
        final String source = Files.readString(root.resolve(
            "tests/src/test/java/org/rds4j/tests/example/Hello.java"));
        final String example = source.substring(
            source.indexOf("// README: begin\n") + 17, source.indexOf("    // README: end")).stripTrailing().stripIndent();
        assertTrue(Files.readString(root.resolve("README.md")).contains(example), "README.md must show:\n" + example);
    }
}
