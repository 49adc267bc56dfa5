package org.rds4j.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** How much memory this process can have, by proc_meminfo(5) and its {@link ControlGroups}. */
final class AvailableMemory {
    private static final long OCTETS_PER_UNIT = 1024;
    private static final String NEVER_OVERCOMMIT = "2";

    private final Path proc;
    private final ControlGroups groups;

    AvailableMemory() {
        this(Path.of("/proc"));
    }

    AvailableMemory(final Path proc) {
        this.proc = proc;
        this.groups = new ControlGroups(proc);
    }

    /**
     * Octets that can be had without swapping; where the host never overcommits, also what has not been promised to others.
     *
     * @throws IOException when the host does not say.
     */
    long octets() throws IOException {
        final Map<String, Long> lines = new HashMap<>();
        for (final String line : Files.readAllLines(proc.resolve("meminfo"))) {
            final String[] words = line.split(":?\\s+", 3);
            lines.put(words[0], Long.parseLong(words[1]) * OCTETS_PER_UNIT);
        }
        final long available = Math.min(lines.getOrDefault("MemAvailable", 0L), groups.octets());
        if (!Files.readString(proc.resolve("sys/vm/overcommit_memory")).strip().equals(NEVER_OVERCOMMIT)) {
            return available;
        }
        return Math.min(available, lines.getOrDefault("CommitLimit", 0L) - lines.getOrDefault("Committed_AS", 0L));
    }
}
