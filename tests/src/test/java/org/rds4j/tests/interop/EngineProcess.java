package org.rds4j.tests.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.rds4j.tests.support.LossyNetwork;
import org.rds4j.tests.support.NetworkNamespace;
import org.rds4j.tests.support.Program;

/** {@link EngineProgram} in a namespace, and what it said in the end. */
final class EngineProcess implements AutoCloseable {
    private final Program program;
    private List<String> lines = List.of();

    /** Starts it behind a tap device and waits until it serves. */
    EngineProcess(final NetworkNamespace namespace, final String... seedAndChances) {
        this(namespace, List.of(), seedAndChances);
    }

    /** The same, run by other words. */
    EngineProcess(final NetworkNamespace namespace, final List<String> runner, final String... seedAndChances) {
        final List<String> arguments = Program.concat(
            List.of("net_tap0,iface=" + LossyNetwork.ENGINE_INTERFACE, LossyNetwork.ENGINE + "/24", LossyNetwork.ENGINE_GATEWAY),
            List.of(seedAndChances));
        program = Program.start(
            namespace.inside(Program.concat(runner, Program.java(EngineProgram.class, arguments.toArray(String[]::new)))));
        program.awaitLine("ready");
    }

    /** Ends it, which must go well and leave nothing in use. */
    void finish() {
        program.endInput();
        lines = program.finish().lines().toList();
        assertTrue(lines.contains("in use 0 0 0") && lines.contains("every frame is home"), () -> String.join("\n", lines));
    }

    /** Whether an exchange ended on both sides with the same octets; the client said how it ended there. */
    void assertExchanged(final String client) {
        final String[] words = client.strip().split(" ", -1);
        final String mirrored =
            "came " + words[1] + " " + words[2] + " sent " + words[4] + " " + words[5] + " NORMAL";
        assertTrue(lines.contains(mirrored), () -> mirrored + " is not in\n" + String.join("\n", lines));
    }

    /** What was counted under a label. */
    long count(final String label) {
        return lines.stream().filter(line -> line.startsWith(label + " "))
            .mapToLong(line -> Long.parseLong(line.substring(label.length() + 1))).findFirst()
            .orElseThrow(() -> new AssertionError(label + " is not in\n" + String.join("\n", lines)));
    }

    @Override
    public void close() {
        program.close();
    }
}
