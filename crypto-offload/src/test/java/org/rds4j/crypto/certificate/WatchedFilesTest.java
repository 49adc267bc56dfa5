package org.rds4j.crypto.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFilesTest {
    /** Long after any file here was written. */
    private static final long LATER_MS = System.currentTimeMillis() + 3_600_000L;

    @TempDir
    private Path directory;
    private Path first;
    private Path second;
    private WatchedFiles files;

    @BeforeEach
    void begin() throws IOException {
        first = Files.writeString(directory.resolve("first"), "one");
        second = Files.writeString(directory.resolve("second"), "two");
        files = new WatchedFiles(List.of(first, second), LATER_MS);
    }

    private boolean poll() {
        return files.poll(LATER_MS);
    }

    @Test
    void shouldSayNothingWhileNothingHappens() {
        for (int i = 0; i < 10; i++) {
            assertFalse(poll());
        }
    }

    @Test
    void shouldNoticeAFileWrittenOverOnceItKeepsStill() throws IOException {
        Files.writeString(second, "two and more");
        assertFalse(poll(), "it may be half written");
        Files.writeString(second, " and more", StandardOpenOption.APPEND);
        assertFalse(poll(), "it was");
        assertTrue(poll());
        assertFalse(poll());
    }

    @Test
    void shouldNoticeAFileMovedIntoPlaceWithTheSameLengthAndTime() throws IOException {
        final FileTime time = Files.getLastModifiedTime(first);
        final Path next = Files.writeString(directory.resolve("next"), "eno");
        Files.setLastModifiedTime(next, time);
        Files.move(next, first, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        assertFalse(poll());
        assertTrue(poll());
    }

    @Test
    void shouldNoticeASymbolicLinkTurnedToAnotherDirectory() throws IOException {
        for (final String version : List.of("1", "2")) {
            Files.createDirectory(directory.resolve(version));
            Files.writeString(directory.resolve(version).resolve("file"), version);
        }
        final Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("1"));
        files = new WatchedFiles(List.of(link.resolve("file")), LATER_MS);
        final Path other = Files.createSymbolicLink(directory.resolve("other"), directory.resolve("2"));
        Files.move(other, link, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        assertFalse(poll());
        assertTrue(poll());
    }

    @Test
    void shouldNoticeAFileThatGoesAndComesBack() throws IOException {
        Files.delete(first);
        assertFalse(poll());
        assertTrue(poll());
        assertFalse(poll());
        Files.writeString(first, "one");
        assertFalse(poll());
        assertTrue(poll());
    }

    /** What a second write within the grain of the file system's time leaves the stamp as it was. */
    @Test
    void shouldLookAgainAtAFileThatHasJustBeenWritten() throws IOException {
        final long writtenMs = Files.getLastModifiedTime(first).toMillis();
        files = new WatchedFiles(List.of(first), writtenMs);
        int again = 0;
        for (long nowMs = writtenMs; nowMs < writtenMs + 10_000; nowMs += 250) {
            again += files.poll(nowMs) ? 1 : 0;
        }
        assertTrue(again > 0 && again <= 9, again + " further looks");
        assertEquals(false, files.poll(writtenMs + 10_000));
    }
}
