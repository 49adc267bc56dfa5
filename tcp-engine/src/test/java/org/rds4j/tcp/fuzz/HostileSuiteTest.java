package org.rds4j.tcp.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile stations of every family against a host with a fixed heap: a bystander keeps its share, and nothing is left. */
class HostileSuiteTest {
    private static final int FAMILIES = 15;
    private static final long LIMIT_SECONDS = 180;

    @TempDir
    private Path directory;

    @Test
    void shouldKeepABystandersGoodputInAFixedHeapWhateverOthersSend() throws IOException, InterruptedException {
        final Path output = directory.resolve("output");
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx32m", "-XX:MaxDirectMemorySize=48m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError",
            "--add-modules=jdk.incubator.vector", "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            HostileSuite.class.getName()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        final boolean hasEnded;
        try {
            hasEnded = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        } finally {
            process.destroyForcibly();
        }
        final String said = Files.readString(output);
        assertTrue(hasEnded, said);
        assertEquals(0, process.exitValue(), said);
        assertEquals(FAMILIES, said.lines().filter(line -> line.contains("hostile frames")).count(), said);
        System.out.println(said);
    }
}
