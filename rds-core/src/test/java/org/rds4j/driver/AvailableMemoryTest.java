package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
    @TempDir
    private Path directory;

    private long octets(final String overcommit) throws IOException {
        final Path meminfo = Files.writeString(directory.resolve("meminfo"), """
            MemTotal:       24538264 kB
            MemAvailable:   20000000 kB
            HugePages_Total:       0
            CommitLimit:    12269132 kB
            Committed_AS:    2269132 kB
            """);
        return new AvailableMemory(meminfo, Files.writeString(directory.resolve("overcommit"), overcommit)).octets();
    }

    @Test
    void shouldBeWhatCanBeHadWithoutSwapping() throws IOException {
        assertEquals(20_000_000L << 10, octets("0\n"));
    }

    @Test
    void shouldLeaveWhatIsPromisedToOthersWhereTheHostKeepsPromises() throws IOException {
        assertEquals(10_000_000L << 10, octets("2\n"));
    }

    @Test
    void shouldKnowThisHost() throws IOException {
        assertTrue(new AvailableMemory().octets() > 0);
    }
}
