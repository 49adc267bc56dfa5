package org.rds4j.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How much memory the control groups of this process leave it (cgroups(7), either version): the least of what its own group and
 * those around it do. Pages of files count as left, as they can be had back; pages of memory
 * that is shared cannot.
 */
final class ControlGroups {
    private static final String NO_LIMIT = "max";
    private static final String FILE_PAGES = "(in)?active_file";

    private final Path proc;

    /** What the two versions call the same things. */
    private enum Version {
        ONE("memory.limit_in_bytes", "memory.usage_in_bytes", "total_" + FILE_PAGES),
        TWO("memory.max", "memory.current", FILE_PAGES);

        private final String limit;
        private final String usage;
        private final String filePages;

        Version(final String limit, final String usage, final String filePages) {
            this.limit = limit;
            this.usage = usage;
            this.filePages = filePages;
        }
    }

    ControlGroups(final Path proc) {
        this.proc = proc;
    }

    /**
     * Octets that the process may have more.
     *
     * @return {@link Long#MAX_VALUE} without a limit.
     * @throws IOException when a group has a limit and does not say what is in use.
     */
    long octets() throws IOException {
        final Path groups = proc.resolve("self/cgroup");
        long left = Long.MAX_VALUE;
        if (Files.exists(groups)) {
            for (final String line : Files.readAllLines(groups)) {
                final String[] words = line.split(":", 3); // hierarchy, controllers, group
                if (words[1].isEmpty()) {
                    left = Math.min(left, left(Version.TWO, words[2]));
                } else if (isNamed(words[1], "memory")) {
                    left = Math.min(left, left(Version.ONE, words[2]));
                }
            }
        }
        return left;
    }

    private static boolean isNamed(final String list, final String name) {
        return Arrays.asList(list.split(",", -1)).contains(name);
    }

    private long left(final Version version, final String group) throws IOException {
        long left = Long.MAX_VALUE;
        for (final String line : Files.readAllLines(proc.resolve("self/mountinfo"))) {
            final String[] mount = line.split(" ", -1);
            final String[] kind = line.substring(line.indexOf(" - ") + 3).split(" ", -1);
            if (version == Version.TWO ? kind[0].equals("cgroup2") : kind[0].equals("cgroup") && isNamed(kind[2], "memory")) {
                left = Math.min(left, left(version, Path.of(mount[4]), below(mount[3], group)));
            }
        }
        return left;
    }

    /** Where a group is below the one that is mounted; one outside of it shows what is mounted. */
    private static String below(final String mounted, final String group) {
        final String prefix = mounted.equals("/") ? mounted : mounted + "/";
        return group.startsWith(prefix) ? group.substring(prefix.length()) : "";
    }

    private static long left(final Version version, final Path mounted, final String group) throws IOException {
        long left = Long.MAX_VALUE;
        for (Path at = mounted.resolve(group); at.startsWith(mounted); at = at.getParent()) {
            final Path limit = at.resolve(version.limit);
            final String text = Files.exists(limit) ? Files.readString(limit).strip() : NO_LIMIT;
            if (!text.equals(NO_LIMIT)) {
                final long inUse = Long.parseLong(Files.readString(at.resolve(version.usage)).strip());
                left = Math.min(left, Math.max(0, Long.parseLong(text) - inUse + filePages(version, at)));
            }
        }
        return left;
    }

    private static long filePages(final Version version, final Path group) throws IOException {
        return Files.readAllLines(group.resolve("memory.stat")).stream().map(line -> line.split(" ", -1))
            .filter(words -> words[0].matches(version.filePages)).mapToLong(words -> Long.parseLong(words[1])).sum();
    }
}
