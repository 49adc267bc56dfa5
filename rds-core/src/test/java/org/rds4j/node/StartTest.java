package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.driver.DriverDirectory;
import org.rds4j.driver.DriverException;
import org.rds4j.tcp.link.ForwardingPort;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkPort;

/** A node that cannot start, leaves nothing behind. */
class StartTest {
    @TempDir
    private Path parent;

    private static RdsContext context(final Path directory) {
        return new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT).driverDir(directory);
    }

    private static RdsNode.Builder driver(final Path directory) {
        return RdsNode.with(context(directory)).link(new InMemoryLinkPair(1500, 64, 64).first());
    }

    /** Inodes of shared memory that is mapped; that of other tests may go at any time. */
    private static Set<String> shared() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains("memfd:rds-"))
            .map(line -> line.split(" +", -1)[4]).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldLeaveNothingOfADriverThatCannotStart(final int threads) throws IOException, InterruptedException {
        final Path directory = parent.resolve("driver");
        final Set<String> before = shared();
        final List<Thread> started = new ArrayList<>();
        final RdsNode.Builder failing = driver(directory);
        failing.threads = task -> {
            if (started.size() == threads) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            started.add(new Thread(task));
            return started.getLast();
        };
        assertThrows(OutOfMemoryError.class, failing::launch);
        for (final Thread thread : started) {
            thread.join();
        }
        assertTrue(before.containsAll(shared()));
        assertFalse(Files.exists(directory.resolve("driver.sock")), "no client waits at a door that nobody opens");
        driver(directory).launch().close();
    }

    @ParameterizedTest
    @EnumSource(ThreadingMode.class)
    void shouldCloseAllWhateverOneThrows(final ThreadingMode mode) throws IOException {
        final Path directory = parent.resolve("d".repeat(120));
        final Set<String> before = shared();
        final LinkPort link = new ForwardingPort(new InMemoryLinkPair(1500, 64, 64).first()) {
            @Override
            public void close() {
                throw new OutOfMemoryError("of the link");
            }
        };
        final RdsNode.Builder failing = RdsNode.with(context(directory).threadingMode(mode)).link(link);
        final DriverException cause = assertThrows(DriverException.class, failing::launch);
        assertEquals("of the link", cause.getSuppressed()[0].getMessage());
        assertTrue(before.containsAll(shared()));
        DriverDirectory.claim(directory).close();
        driver(parent.resolve("driver")).launch().close();
    }

    @ParameterizedTest
    @EnumSource(ThreadingMode.class)
    void shouldLeaveNothingWhereNoClientCanComeIn(final ThreadingMode mode) throws IOException {
        final Path directory = parent.resolve("d".repeat(120)); // more than the path of a Unix socket may have
        final Set<String> before = shared();
        final AtomicBoolean isLinkClosed = new AtomicBoolean();
        final LinkPort link = new ForwardingPort(new InMemoryLinkPair(1500, 64, 64).first()) {
            @Override
            public void close() {
                isLinkClosed.set(true);
                super.close();
            }
        };
        final RdsContext context = context(directory).threadingMode(mode);
        assertThrows(DriverException.class, () -> RdsNode.with(context).link(link).launch());
        assertTrue(isLinkClosed.get(), "agents that never ran are closed too");
        assertTrue(before.containsAll(shared()));
        driver(parent.resolve("driver")).launch().close();
    }
}
