package org.rds4j.tests.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProgramTest {
    private static final long SHORT_MS = 300;
    private static final long LONG_MS = 20_000;

    @BeforeEach
    void prepare() {
        assumeTrue(Program.succeeds("sh", "-c", "true"), "needs a shell");
    }

    private static Program shell(final String script, final long timeoutMs) {
        return Program.start(List.of("sh", "-c", script), timeoutMs);
    }

    @Test
    void shouldWaitForALineAndForTheRest() {
        try (Program program = shell("echo one; echo two >&2; echo three", LONG_MS)) {
            program.awaitLine("two");
            assertEquals("one\ntwo\nthree\n", program.finish());
            assertEquals(0, program.exitCode(), "asked again");
        }
    }

    @Test
    void shouldSayThatItEndedWithoutTheLine() {
        try (Program program = shell("echo one; exit 3", LONG_MS)) {
            final AssertionError error = assertThrows(AssertionError.class, () -> program.awaitLine("two"));
            assertTrue(error.getMessage().contains("ended before it said 'two':\none"), error.getMessage());
            assertEquals(3, program.exitCode());
        }
    }

    @Test
    void shouldNotWaitLongerForALineThanAllowed() {
        final Program silent = shell("echo one; exec sleep 25", SHORT_MS);
        try (silent) {
            final AssertionError error = assertThrows(AssertionError.class, () -> silent.awaitLine("two"));
            assertTrue(error.getMessage().contains("took more than 300 ms:\none"), error.getMessage());
        }
        assertFalse(silent.isRunning());
    }

    @Test
    void shouldNotWaitLongerForTheEndThanAllowed() {
        try (Program endless = shell("while true; do echo more; sleep 0.01; done", SHORT_MS)) {
            assertThrows(AssertionError.class, endless::exitCode);
        }
    }
}
