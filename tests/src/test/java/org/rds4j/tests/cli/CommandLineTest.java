package org.rds4j.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.certificate.TrustBundle;
import org.rds4j.perf.cli.RdsCommand;
import picocli.CommandLine;

/** Exit codes and what is said on which stream. */
@Timeout(60)
class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private int run(final String line) {
        final CommandLine command = RdsCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(line.isEmpty() ? new String[0] : line.split(" ", -1));
    }

    @Test
    void shouldMakeCertificatesThatCanBeUsed() throws IOException {
        final Path target = directory.resolve("certs");
        assertEquals(0, run("certs --dir " + target + " --days 2 a b"), err.toString());
        try (Stream<Path> files = Files.list(target)) {
            final Set<String> names = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
            assertEquals(Set.of("trust.pem", "a.pem", "a.key", "b.pem", "b.key"), names);
        }
        PemIdentity.load(target.resolve("a.pem"), target.resolve("a.key"));
        TrustBundle.load(target.resolve("trust.pem"));
        assertEquals("", err.toString());
    }

    @Test
    void shouldPrintAVerdictPerSeedOfASimulation() {
        assertEquals(0, run("sim --scenario chaos --seed 7 --seeds 2"), err.toString());
        final String[] lines = out.toString().strip().split("\n", -1);
        assertEquals(2, lines.length);
        assertTrue(lines[0].matches("chaos seed=7 PASSED delivered=20000 .* trace=[0-9a-f]{16}"), lines[0]);
        assertTrue(lines[1].startsWith("chaos seed=8 PASSED"), lines[1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "nonsense",
        "sim",
        "sim --scenario nonsense",
        "sim --scenario loss --seed x",
        "certs",
        "tcp listen 7777",
        "tcp --device net_null0 --address 10.0.0.1/24 listen 0",
        "tcp --device net_null0 --address 10.0.0.1/24 connect 10.0.0.2",
        "tcp --device net_null0 --address 10.0.0.1/24 connect nowhere:80",
        "tcp --device net_null0 --address 10.0.0.1/24 listen 80 --mode dance",
        "tcp --device net_null0 --address 10.0.0.1 listen 80",
        "node --device net_null0",
        "node --device net_null0 --address 10.0.0.1/24",
        "node --device net_null0 --address 10.0.0.1/24 --security maybe",
        "node --device net_null0 --address 10.0.0.1 --security plaintext",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext nowhere",
        "ping --device net_null0 10.0.0.2",
        "ping --address 10.0.0.1/24 10.0.0.2",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext 10.0.0.2:4000",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext fd00::2",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext -I 10.0.0.9 10.0.0.2",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext -Q 16 10.0.0.2",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext -i soon 10.0.0.2",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext -i -1 10.0.0.2",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext -c few 10.0.0.2",
        "ping --device net_null0 --address 10.0.0.1/24 --security plaintext --driver-dir /tmp 10.0.0.2",
        "ping --device net_null0 --address fd00::1/64 --security plaintext fe80::2",
        "ping --device net_null0 --address fd00::1/64 --security plaintext fe80::2%",
        "ping --device net_null0 --address fd00::1/64 --security plaintext fd00::2%eth0",
        "stress --device net_null0",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext -s nowhere",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext -s 10.0.0.2 -q 62",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext -s 10.0.0.2 -q 2m",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext -s 10.0.0.2 -q many",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext -s 10.0.0.2 -Q 16",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext -s 10.0.0.2 -D 4096",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext --async",
        "stress --device net_null0 --address 10.0.0.1/24 --security plaintext -r 10.0.0.9",
        "stress --device net_null0 --address fd00::1/64 --security plaintext",
        "info --frobnicate"})
    void shouldAnswerMisuseWithOneLineAndExitCodeTwo(final String line) {
        assertEquals(2, run(line), () -> line + ": " + err);
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("rds"), err.toString());
        assertEquals("", out.toString());
    }

    /** What was said well but cannot be done is a failure and not misuse. */
    @ParameterizedTest
    @ValueSource(strings = {
        "tcp --device net_nonesuch0 --address 10.0.0.1/24 listen 80",
        "node --device net_nonesuch0 --address 10.0.0.1/24 --security plaintext --status-dir none",
        "ping --device net_nonesuch0 --address fd00::1/64 --security plaintext --status-dir none fe80::2%eth0",
        "ping --driver-dir /nowhere 10.0.0.2",
        "stress --driver-dir /nowhere -s 10.0.0.2",
        "node --device net_nonesuch0 --address 10.0.0.1/24 --certs /nowhere --name a --status-dir none",
        "node --device net_nonesuch0 --address 10.0.0.1/24 --security plaintext --status-dir /proc/nowhere",
        "info --status-dir /nowhere"})
    void shouldAnswerAFailureWithOneLineAndExitCodeOne(final String line) {
        assertEquals(1, run(line), () -> line + ": " + err);
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"perf", "node", "info", "ping", "stress", "tcp", "sim", "certs"})
    void shouldExplainEveryCommand(final String command) {
        assertEquals(0, run(command + " --help"));
        assertTrue(out.toString().contains("rds " + command), out.toString());
        assertEquals("", err.toString());
    }
}
