package org.rds4j.perf.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RdsCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"--help", "perf --help", "bench --help"})
    void shouldExplainEveryCommand(final String line) {
        assertEquals(0, execute(line.split(" ")));
        assertTrue(out.toString().startsWith("Usage: rds"));
        assertEquals("", err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"frobnicate", "perf --frobnicate", "perf --scenario jitter", "perf --scenario idle-peers --sizes 64",
        "perf --scenario aead --subject rds",
        "perf --sizes 15", "perf --sizes many",
        "perf --subject quic", "perf --rate -5", "perf --json /", "bench nothing.is.called.this"})
    void shouldAnswerMisuseWithOneLineThatPointsToTheHelp(final String line) {
        assertEquals(2, execute(line.split(" ")));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().strip().endsWith("--help"), err.toString());
    }

    @Test
    void shouldAskForACommandWhenThereIsNone() {
        assertEquals(2, execute());
        assertEquals("rds: name a command; see rds --help", err.toString().strip());
    }

    @Test
    void shouldAnswerAFailureWithOneLine() throws IOException {
        final Path file = Files.createFile(directory.resolve("file"));
        assertEquals(1, execute("perf", "--report", file.resolve("below").toString(), "--quick"));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("rds perf: "), err.toString());
    }

    @Test
    void shouldCompleteAQuickRunOverTheBaselinesAndWriteItsResults() throws IOException {
        final Path json = directory.resolve("out.json");
        final Path report = directory.resolve("report");
        assertEquals(0, execute("perf", "--quick", "--sizes", "64", "--subject", "kernel-tcp,kernel-tls",
            "--json", json.toString(), "--report", report.toString()), err.toString());
        assertEquals(4, new ObjectMapper().readTree(json.toFile()).size());
        assertTrue(Files.size(report.resolve("index.html")) > 10_000);
        assertTrue(out.toString().contains("Round-trip time") && out.toString().contains("Throughput"));
    }

    private int execute(final String... args) {
        final CommandLine commandLine = RdsCommand.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }
}
