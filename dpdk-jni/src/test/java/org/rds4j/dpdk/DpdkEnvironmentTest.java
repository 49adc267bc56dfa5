package org.rds4j.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DpdkEnvironmentTest {
    @TempDir
    private Path directory;

    @Test
    void shouldReturnTheRunningEnvironmentForTheSameArgumentsAndRefuseOthers() {
        final DpdkEnvironment environment = DpdkTestSupport.environment();
        assertSame(environment, DpdkEnvironment.start());
        final DpdkException ex = assertThrows(DpdkException.class, () -> DpdkEnvironment.start("--no-pci"));
        assertTrue(ex.getMessage().contains("--no-pci"), ex.getMessage());
        assertTrue(environment.version().startsWith("DPDK "), environment.version());
    }

    @Test
    void shouldRefuseToCloseWhileSomethingIsOpen() {
        final DpdkEnvironment environment = DpdkTestSupport.environment();
        try (DpdkMempool pool = DpdkMempool.create(environment, "open", 15, 2048)) {
            final DpdkException ex = assertThrows(DpdkException.class, environment::close);
            assertTrue(ex.getMessage().contains("mempool open"), ex.getMessage());
            assertEquals(15, pool.available());
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenTheLibraryCannotBeLoaded() {
        final Command.Result result = Command.finish(
            Command.java(EnvironmentProgram.class, List.of("-Drds.dpdk.library=/nonexistent"), "unavailable"));
        assertEquals(0, result.exitCode(), result.output());
    }

    @Test
    void shouldNotStartTwiceAfterCloseNorMoveTheCallersAffinity() {
        DpdkTestSupport.environment();
        final Command.Result result = Command.finish(Command.java(EnvironmentProgram.class, List.of(), "restart"));
        assertEquals(0, result.exitCode(), result.output());
    }

    @Test
    void shouldReportRefusedArgumentsWithTheEalsReason() {
        DpdkTestSupport.environment();
        final Command.Result result = Command.finish(Command.java(EnvironmentProgram.class, List.of(), "refused"));
        assertEquals(0, result.exitCode(), result.output());
    }

    @Test
    void shouldCauseNoJniWarnings() {
        DpdkTestSupport.environment();
        final Command.Result result = Command.finish(
            Command.java(EnvironmentProgram.class, List.of("-Xcheck:jni"), "exchange"));
        assertEquals(0, result.exitCode(), result.output());
        assertFalse(result.output().contains("in native method"), result.output());
    }

    @Test
    void shouldFallBackToOrdinaryMemoryWithoutHugePages() throws IOException {
        assertEquals(0, HugePages.freeBytes(directory));
        assertEquals(0, HugePages.freeBytes(directory.resolve("absent")));
        final Path size = Files.createDirectory(directory.resolve("hugepages-2048kB"));
        Files.writeString(size.resolve("free_hugepages"), "100\n");
        assertEquals(100L << 21, HugePages.freeBytes(directory));
        assertTrue(EalArguments.useHugePages(List.of(), 100L << 21));
        assertFalse(EalArguments.useHugePages(List.of("--no-huge"), 100L << 21));
        assertFalse(EalArguments.useHugePages(List.of(), 0));
        assertTrue(complete(true).contains("--in-memory"));
        assertTrue(complete(false).containsAll(List.of("--no-huge", "-m", "512")));
    }

    @Test
    void shouldNotRepeatWhatTheUserSaid() {
        final List<String> arguments = complete(
            false, "-m", "128", "--file-prefix=mine", "-l1", "--log-level=eal:debug", "--no-pci");
        assertEquals(List.of("rds4j", "-m", "128", "--file-prefix=mine", "-l1", "--log-level=eal:debug", "--no-pci", "--no-huge",
            "--no-shconf", "--no-telemetry"), arguments);
    }

    @Test
    void shouldRefuseArgumentsThatWouldEndTheProcess() {
        for (final String argument : List.of("-h", "--help", "--")) {
            assertThrows(DpdkException.class, () -> complete(false, argument));
        }
    }

    private static List<String> complete(final boolean hugePages, final String... user) {
        return List.of(EalArguments.complete(List.of(user), hugePages));
    }
}
