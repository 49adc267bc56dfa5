package org.rds4j.tests.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.perf.cli.RdsCommand;
import org.rds4j.tests.support.NetworkNamespace;
import org.rds4j.tests.support.Program;
import picocli.CommandLine;

/** {@code rds node}, {@code ping}, {@code info} and {@code stress}, each in a process of its own, on a veth pair. */
@Timeout(180)
class ToolsIT {
    private static final String FIRST = "198.18.79.1";
    private static final String SECOND = "198.18.79.2";

    @TempDir
    private Path directory;

    private NetworkNamespace namespace;
    private Path status;

    @BeforeEach
    void openNamespace() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        namespace = new NetworkNamespace();
        namespace.ip("link add rds0 type veth peer name rds1");
        namespace.ip("link set rds0 up");
        namespace.ip("link set rds1 up");
        status = directory.resolve("status");
    }

    @AfterEach
    void closeNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    private Program command(final String name, final String device, final String address, final String... options) {
        final List<String> words = Program.concat(List.of(
            name, "--device", "net_af_packet0,iface=" + device, "--address", address + "/24", "--security", "plaintext",
            "--status-dir", status.toString()), List.of(options));
        return Program.start(namespace.inside(Program.java(RdsCommand.class, words.toArray(String[]::new))));
    }

    /** Runs {@code rds info} here. */
    private int info(final StringWriter out, final StringWriter err, final String... options) {
        final CommandLine command = RdsCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(Program.concat(
            List.of("info", "--status-dir", status.toString()), List.of(options)).toArray(String[]::new));
    }

    private String info(final String... options) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        assertEquals(0, info(out, err, options), err.toString());
        assertEquals("", err.toString());
        return out.toString();
    }

    private String complaint(final String... options) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        assertEquals(1, info(out, err, options), out.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals("", out.toString());
        return err.toString();
    }

    private static long counter(final String text, final String name) {
        final String line = text.lines().filter(each -> each.trim().startsWith(name + " ")).findFirst().orElseThrow();
        return Long.parseLong(line.trim().split(" +", -1)[1]);
    }

    @Test
    void shouldShowARunningNodeAndMissItWhenItIsKilled() throws IOException {
        final String driver = directory.resolve("driver").toString();
        try (Program node = command("node", "rds0", FIRST, "--echo", "7", "--name", "first", "--driver-dir", driver)) {
            node.awaitLine("driver " + driver);
            node.awaitLine("ready");
            final String before = info();
            assertEquals(List.of("TCP Connections:", "Counters:", "RDS Sockets:", "RDS Connections:", "Receive Message Queue:",
                    "Send Message Queue:", "Retransmit Message Queue:"),
                before.lines().filter(line -> line.endsWith(":")).toList());
            assertEquals(0, counter(before, "recv_ping"));
            try (Program ping = command("ping", "rds1", SECOND, "-c", "3", "-i", "0.1", FIRST)) {
                assertEquals(3, ping.finish().lines().filter(line -> line.matches(" +\\d+: \\d+ usec")).count());
            }
            assertTrue(counter(info("-c"), "recv_ping") >= 3, info("-c"));
            assertTrue(info("-n").lines().skip(3).findFirst().orElseThrow()
                .matches(" *198.18.79.1 +198.18.79.2 +2 +\\d+ +\\d+ [s-][c-][C-][E-]"), info("-n"));
            final JsonNode json = new ObjectMapper().readTree(info("--json", "--node", "first"));
            assertEquals("first", json.at("/node/name").asText());
            assertEquals(FIRST + ":7", json.at("/sockets/0/bound").asText());
            assertEquals(SECOND, json.at("/paths/0/remote").asText());
            assertTrue(json.at("/counters/recv_ping").asLong() >= 3, json.toString());
            assertTrue(complaint("--node", "other").contains("no node is called other: choose with --node from first ("));
            node.kill();
        }
        assertTrue(complaint().contains("no node runs on this host"));
        try (Stream<Path> files = Files.list(status)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void shouldExchangeVerifiedMessagesBetweenTwoProcesses() {
        try (Program passive = command("stress", "rds0", FIRST, "-p", "5000")) {
            passive.awaitLine("waiting for incoming connection on " + FIRST + ":5000");
            try (Program active = command("stress", "rds1", SECOND, "-s", FIRST, "-p", "5000", "-t", "2", "-d", "2", "-q",
                "2k", "-v", "-T", "2")) {
                checkRun(active.finish(), "connecting to " + FIRST + ":5000");
            }
            checkRun(passive.finish(), "accepted connection from " + SECOND);
        }
    }

    /** Two nodes that run, and tools that use them from processes of their own, device and address unsaid. */
    @Test
    void shouldUseTheNodesThatRun() {
        final String first = directory.resolve("one").toString();
        final String second = directory.resolve("two").toString();
        try (Program one = command("node", "rds0", FIRST, "--driver-dir", first);
                Program two = command("node", "rds1", SECOND, "--driver-dir", second)) {
            one.awaitLine("ready");
            two.awaitLine("ready");
            try (Program ping = attached("ping", second, "-c", "5", "-i", "20ms", "-Q", "6", FIRST)) {
                assertEquals(5, ping.finish().lines().filter(line -> line.matches(" {3}[1-5]: \\d+ usec")).count());
            }
            try (Program ping = attached("ping", second, "-c", "1", "-W", "100ms", "198.18.79.9")) {
                assertEquals(1, ping.exitCode());
                assertTrue(ping.output().endsWith("   1: ERROR: no answer within 0.1 s\n"), ping.output());
            }
            try (Program passive = attached("stress", first, "-p", "5000")) {
                passive.awaitLine("waiting for incoming connection on " + FIRST + ":5000");
                try (Program active = attached("stress", second, "-s", FIRST, "-p", "5000", "-t", "2", "-d", "2", "-q", "2k",
                    "-v", "-T", "2", "--show-histogram")) {
                    checkRun(active.finish(), "connecting to " + FIRST + ":5000");
                }
                checkRun(passive.finish(), "accepted connection from " + SECOND);
            }
        }
    }

    private Program attached(final String name, final String driver, final String... options) {
        return Program.start(Program.java(RdsCommand.class, Program.concat(List.of(
            name, "--driver-dir", driver, "--status-dir", status.toString()), List.of(options)).toArray(String[]::new)));
    }

    private static void checkRun(final String output, final String greeting) {
        assertTrue(output.contains(greeting), output);
        final String average = output.lines().filter(line -> line.endsWith("  (average)")).findFirst().orElseThrow();
        assertTrue(average.matches(
            " {3}2 +[1-9]\\d* +[1-9]\\d* +\\d+\\.\\d\\d +0\\.00 +0\\.00 +\\d+\\.\\d\\d +\\d+\\.\\d\\d -1\\.00 {2}\\(average\\)"),
            output);
        assertTrue(output.contains("99.99%"), output);
    }
}
