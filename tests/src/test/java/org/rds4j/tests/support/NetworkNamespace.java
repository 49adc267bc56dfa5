package org.rds4j.tests.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A fresh network namespace, so that nothing a test sets up touches the machine's own network. Gone when closed. */
public final class NetworkNamespace implements AutoCloseable {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final String name = "rds" + ProcessHandle.current().pid() + "n" + MADE.getAndIncrement();

    /** Makes one, or skips the test with the reason why this machine cannot. */
    public NetworkNamespace() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root for network namespaces");
        assumeTrue(Program.succeeds("ip", "-V"), "needs the ip command of iproute2");
        assumeTrue(Program.succeeds("ip", "netns", "add", name), "this machine allows no network namespaces");
        ip("link set lo up");
    }

    /** What {@code ip} knows it by. */
    public String name() {
        return name;
    }

    /** Words that run a program inside. */
    public List<String> inside(final List<String> words) {
        return Program.concat(List.of("ip", "netns", "exec", name), words);
    }

    /** Starts a program inside. */
    public Program start(final String... words) {
        return Program.start(inside(List.of(words)));
    }

    /** Starts a program inside, between two files. */
    public Program start(final Path input, final Path result, final String... words) {
        return Program.start(inside(List.of(words)), input, result);
    }

    /** Runs a program inside, which must succeed. */
    public String run(final String... words) {
        try (Program program = start(words)) {
            return program.finish();
        }
    }

    /** Runs {@code ip} inside with the words of a line, which must succeed. */
    public void ip(final String line) {
        try (Program program = Program.start(Program.concat(List.of("ip", "-n", name), List.of(line.split(" ", -1))))) {
            program.finish();
        }
    }

    @Override
    public void close() {
        try (Program program = Program.start(List.of("ip", "netns", "delete", name))) {
            program.finish();
        }
    }
}
