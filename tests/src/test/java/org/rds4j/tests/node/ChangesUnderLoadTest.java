package org.rds4j.tests.node;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.ThreadingMode;
import org.rds4j.tests.support.Program;

/**
 * Keys and files of credentials that change all the time, in real time: nothing is lost, and no two deliveries are further
 * apart than 5 ms. A machine with other work makes threads wait; what the threads on a message's way have waited for a processor
 * does not count, computing, locks, files and the collector of garbage do. Turns with reloads and without follow one another;
 * of ten turns with ten reloads of each node, five must be good, which is a hundred reloads.
 */
@Timeout(180)
class ChangesUnderLoadTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(value = ThreadingMode.class, names = {"INVOKER", "DEDICATED"})
    void shouldLoseNothingAndNotPauseInAHundredReloadsAndHundredsOfKeyChanges(final ThreadingMode mode) {
        final List<String> words = Program.java(ChangesProgram.class, directory.toString(), mode.name());
        // As the launcher has them: the first touch of memory and the writing of statistics are no part of a pause.
        words.addAll(words.indexOf("-cp"), List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:-UsePerfData"));
        try (Program program = Program.start(words)) {
            System.out.println(mode + ": " + program.finish());
        }
    }
}
