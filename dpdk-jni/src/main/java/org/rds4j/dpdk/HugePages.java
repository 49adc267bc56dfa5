package org.rds4j.dpdk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux has reserved in huge pages, read from a sysfs directory such as {@code /sys/kernel/mm/hugepages}. */
final class HugePages {
    static final Path SYSTEM = Path.of("/sys/kernel/mm/hugepages");

    private static final String PREFIX = "hugepages-";

    private HugePages() {
    }

    /** Octets in huge pages nobody uses yet; 0 when there are none or the directory cannot be read. */
    static long freeBytes(final Path directory) {
        long bytes = 0;
        try (DirectoryStream<Path> sizes = Files.newDirectoryStream(directory, PREFIX + "*kB")) {
            for (final Path size : sizes) {
                bytes += pageBytes(size) * Long.parseLong(Files.readString(size.resolve("free_hugepages")).strip());
            }
        } catch (final IOException | NumberFormatException ex) {
            return 0;
        }
        return bytes;
    }

    private static long pageBytes(final Path size) {
        final String name = size.getFileName().toString();
        return Long.parseLong(name.substring(PREFIX.length(), name.length() - 2)) << 10;
    }
}
