package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
    @TempDir
    private Path directory;
    private AvailableMemory memory;

    static void write(final Path file, final String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** What a host says that has some memory left. */
    static void writeMeminfo(final Path proc, final long availableUnits) throws IOException {
        write(proc.resolve("meminfo"), """
            MemTotal:       24538264 kB
            MemAvailable:   %d kB
            HugePages_Total:       0
            CommitLimit:    12269132 kB
            Committed_AS:    2269132 kB
            """.formatted(availableUnits));
        write(proc.resolve("sys/vm/overcommit_memory"), "0\n");
    }

    @BeforeEach
    void writeProc() throws IOException {
        writeMeminfo(directory, 20_000_000);
        memory = new AvailableMemory(directory);
    }

    @Test
    void shouldBeWhatCanBeHadWithoutSwapping() throws IOException {
        assertEquals(20_000_000L << 10, memory.octets());
    }

    @Test
    void shouldLeaveWhatIsPromisedToOthersWhereTheHostKeepsPromises() throws IOException {
        write(directory.resolve("sys/vm/overcommit_memory"), "2\n");
        assertEquals(10_000_000L << 10, memory.octets());
    }

    @Test
    void shouldKnowThisHost() throws IOException {
        assertTrue(new AvailableMemory().octets() > 0);
    }

    private void group(final String path, final String limit, final long inUse) throws IOException {
        final Path group = directory.resolve("cgroup").resolve(path);
        write(group.resolve("memory.max"), limit + "\n");
        write(group.resolve("memory.current"), inUse + "\n");
        write(group.resolve("memory.stat"), """
            anon 700
            file 300
            shmem 50
            inactive_file 40
            active_file 60
            slab 10
            """);
    }

    /** As systemd has it: the limit is of the group around this process's own. */
    @Test
    void shouldBeTheLeastThatAnyGroupAroundTheProcessLeaves() throws IOException {
        write(directory.resolve("self/cgroup"), "0::/system.slice/node.service\n");
        write(directory.resolve("self/mountinfo"), """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            35 24 0:30 / %s/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
            """.formatted(directory));
        group("system.slice/node.service", "max", 5_000);
        assertEquals(20_000_000L << 10, memory.octets());
        group("system.slice", "1000000", 400_000);
        assertEquals(600_100, memory.octets());
        group("system.slice/node.service", "500000", 400_000);
        assertEquals(100_100, memory.octets());
        group("system.slice/node.service", "500000", 600_000);
        assertEquals(0, memory.octets());
    }

    /** As in a container without a namespace of groups: its own group is what is mounted. */
    @Test
    void shouldKnowGroupsOfTheFirstVersion() throws IOException {
        write(directory.resolve("self/cgroup"), """
            9:cpu,cpuacct:/docker/1f
            4:memory:/docker/1f
            0::/
            """);
        write(directory.resolve("self/mountinfo"), """
            35 31 0:32 /docker/1f %s/cgroup rw,relatime - cgroup cgroup rw,memory
            41 31 0:38 / /nowhere rw,relatime - cgroup2 cgroup2 rw
            """.formatted(directory));
        final Path group = directory.resolve("cgroup");
        write(group.resolve("memory.limit_in_bytes"), "2000000\n");
        write(group.resolve("memory.usage_in_bytes"), "1500000\n");
        write(group.resolve("memory.stat"), """
            inactive_file 1
            active_file 2
            total_inactive_file 300
            total_active_file 400
            """);
        assertEquals(500_700, memory.octets());
        write(group.resolve("memory.limit_in_bytes"), "9223372036854771712\n");
        assertEquals(20_000_000L << 10, memory.octets());
    }
}
