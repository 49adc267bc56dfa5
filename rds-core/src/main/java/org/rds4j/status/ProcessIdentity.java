package org.rds4j.status;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells a process from a later one that got its number: by the ticks at which it started, which no clock step changes. */
final class ProcessIdentity {
    private static final long GONE = -1;
    private static final int START_FIELD = 19;

    private ProcessIdentity() {
    }

    /** Start of a process in ticks since the machine's, or -1 when there is none of that number. */
    static long startTicks(final long pid) {
        try {
            final String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The command's name stands in parentheses and may contain any character.
            return Long.parseLong(line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[START_FIELD]);
        } catch (final IOException e) {
            return GONE;
        }
    }

    static boolean isAlive(final long pid, final long startTicks) {
        return startTicks != GONE && startTicks(pid) == startTicks;
    }
}
