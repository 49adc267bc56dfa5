package org.rds4j.tests.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.driver.HostileProgram;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.Program;
import org.rds4j.tests.support.TwoNodes;

/** A process that attaches and does its worst; the driver and its other clients lose nothing. */
@Timeout(180)
class HostileClientTest {
    private static final int PORT = 5000;
    private static final int COUNT = 1_000_000;
    private static final int HOSTILE_MS = 3_000;

    @TempDir
    private Path parent;
    private Path directory;
    private TwoNodes nodes;
    private final HistoryChecker checker = new HistoryChecker(9);

    @BeforeEach
    void start() {
        directory = parent.resolve("driver");
        final InMemoryLinkPair link = new InMemoryLinkPair(9000, 2048, 1024);
        final RdsNode first = RdsNode.with(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first")
            .driverDir(directory)).link(link.first()).launch();
        final RdsNode second = RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, null, "second"))
            .link(link.second()).launch();
        nodes = new TwoNodes(first, second, ThreadingMode.DEDICATED);
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    private Program hostile(final long seed) {
        return Program.start(Program.java(
            HostileProgram.class, directory.toString(), Long.toString(seed), Integer.toString(HOSTILE_MS)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldHurtNobodyElse(final long seed) {
        try (RdsClient client = RdsClient.attach(directory); RdsSocket near = client.socket();
            RdsSocket far = TwoNodes.bound(nodes.second(), PORT)) {
            near.bind(PORT);
            final Exchange there = new Exchange(TwoNodes.checked(checker, far), near.localAddress(), COUNT);
            final Exchange here = new Exchange(TwoNodes.checked(checker, near), far.localAddress(), COUNT);
            try (Program one = hostile(seed); Program other = hostile(-seed)) {
                while (one.isRunning() || other.isRunning()) {
                    here.work();
                    there.work();
                }
                for (final Program program : new Program[] {one, other}) {
                    final String said = program.finish();
                    assertTrue(said.matches("(?s).*refused [1-9][0-9]+\n.*done [1-9][0-9]+\n.*"), said);
                }
            }
            assertTrue(TwoNodes.counter(nodes.first(), "region_corrupt") > 0, "no memory in use was damaged");
            shouldStillServe(client, here, there);
            checker.requireComplete();
        }
    }

    /** Every octet that was sent meanwhile arrives, and new sockets can be had. */
    private void shouldStillServe(final RdsClient client, final Exchange here, final Exchange there) {
        here.sendNoMore();
        there.sendNoMore();
        nodes.await("what is on its way", () -> {
            here.work();
            there.work();
            return here.hasAllOf(there) && there.hasAllOf(here) && here.isAcknowledged() && there.isAcknowledged();
        });
        try (RdsSocket fresh = client.socket()) {
            assertEquals(PORT + 1, fresh.bind(PORT + 1));
        }
    }
}
