package org.rds4j.tests.interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The Python programs beside these tests, as files. */
final class Scripts {
    private final Path directory;

    /** Puts those that are asked for into a directory. */
    Scripts(final Path directory) {
        this.directory = directory;
    }

    /** The file of a program. */
    String file(final String name) {
        final Path file = directory.resolve(name);
        try (InputStream resource = Scripts.class.getResourceAsStream(name)) {
            if (!Files.exists(file)) {
                Files.copy(resource, file);
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        return file.toString();
    }
}
