package org.rds4j.tests.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.tests.support.Program;

/**
 * Where the octets of keys stand in a process: never in the Java heap, dead objects included, so a dump of it holds none; outside
 * for as long as they are in use.
 */
@Timeout(120)
class KeyMemoryTest {
    @TempDir
    private Path directory;

    @Test
    void shouldHoldKeysOutsideTheHeapAndOnlyWhileTheyAreInUse() {
        final List<String> words = Program.java(KeyMemoryProgram.class, directory.toString());
        words.add(words.indexOf("-cp"), "-Xmx64m");
        try (Program program = Program.start(words)) {
            final String output = program.finish();
            final int[] inUse = counts(output, "in use");
            assertEquals(0, inUse[0], "in the heap while in use");
            assertTrue(inUse[1] > 0, "the search finds what is there");
            assertEquals(0, inUse[2] + inUse[3], "what is not in use yet was computed and forgotten");
            final int[] replaced = counts(output, "replaced");
            assertEquals(0, replaced[0] + replaced[1], "in the process after a change of keys");
            assertEquals(0, replaced[2]);
            assertTrue(replaced[3] > 0);
            final int[] closed = counts(output, "closed");
            assertEquals(0, closed[0] + closed[1] + closed[2] + closed[3], "in the process after the session is closed");
            final int[] failed = counts(output, "failed");
            assertEquals(0, failed[0] + failed[1] + failed[2] + failed[3], "of keys whose derivation failed half way");
            assertTrue(output.split(FailingDigest.WHAT, -1).length > FailingDigest.MOST_STEPS, output);
        }
    }

    private static int[] counts(final String output, final String step) {
        final Matcher matcher = Pattern.compile(
            step + ": first keys (\\d+) (\\d+), second keys (\\d+) (\\d+)").matcher(output);
        assertTrue(matcher.find(), output);
        final int[] counts = new int[matcher.groupCount()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Integer.parseInt(matcher.group(i + 1));
        }
        return counts;
    }
}
