package org.rds4j.tests.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.dpdk.DpdkMempool;
import org.rds4j.dpdk.DpdkRingPair;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.sim.AllToAll;
import org.rds4j.tests.support.TwoNodes;

/** Sixteen applications on each of two nodes, all of which send to all of the other node. */
@Timeout(180)
class AllToAllTest {
    private static final int APPLICATIONS = 16;
    private static final int MESSAGES = 12;
    private static final int MAX_LENGTH = 3_000;
    private static final int[] LEVELS_OF_LANES = {0, 4, 6};

    @TempDir
    private Path directory;

    private final HistoryChecker checker = new HistoryChecker(16);

    private static RdsContext context(
        final String address, final ThreadingMode mode, final int paths, final DemoIdentities identities) {
        return TwoNodes.context(address, mode, identities, "node").paths(paths).maxConnections(64);
    }

    private AllToAll applications(final List<RdsSocket> left, final List<RdsSocket> right, final int lanes) {
        return new AllToAll(left, right, MESSAGES, MAX_LENGTH, checker, new SplittableRandom(5), System::nanoTime,
            Arrays.copyOf(LEVELS_OF_LANES, lanes));
    }

    private void complete(final TwoNodes nodes, final AllToAll applications, final int connections) {
        nodes.await("everything to come", () -> {
            applications.doWork(System.nanoTime());
            return applications.isOver();
        });
        checker.requireComplete();
        assertEquals(2L * APPLICATIONS * APPLICATIONS * MESSAGES, checker.delivered());
        for (final RdsNode node : List.of(nodes.first(), nodes.second())) {
            nodes.await("the connections", () -> TwoNodes.counter(node, "connections-in-use") == connections);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,INVOKER,false,4", "1,3,INVOKER,true,4", "8,1,DEDICATED,true,4", "8,3,INVOKER,false,4",
        "1,1,INVOKER,false,6", "8,3,INVOKER,true,6", "1,2,DEDICATED,false,6"})
    void shouldUseLanesTimesPathsConnectionsOverARing(
        final int paths, final int lanes, final ThreadingMode mode, final boolean isEncrypted, final int version) {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        final DpdkEnvironment environment = DpdkEnvironment.start();
        final String name = "all" + paths + lanes + version;
        final String first = version == 4 ? TwoNodes.FIRST : "fd00::1/64";
        final String second = version == 4 ? TwoNodes.SECOND : "fd00::2/64";
        try (DemoIdentities identities = isEncrypted ? new DemoIdentities(List.of("node")) : null;
            DpdkMempool mempool = DpdkMempool.create(environment, name, 8_192, DpdkMempool.frameCapacityForMtu(1500));
            DpdkRingPair ring = DpdkRingPair.open(environment, name, mempool, 1_024, 1500, new SplittableRandom(2));
            TwoNodes nodes = new TwoNodes(
                RdsNode.with(context(first, mode, paths, identities)).link(ring.first()).launch(),
                RdsNode.with(context(second, mode, paths, identities)).link(ring.second()).launch(), mode);
            AllToAll applications = applications(
                AllToAll.open(nodes.first(), APPLICATIONS), AllToAll.open(nodes.second(), APPLICATIONS), lanes)) {
            complete(nodes, applications, lanes * paths);
        }
    }

    @Test
    void shouldUseTheSameConnectionsForApplicationsThatAttached() {
        final InMemoryLinkPair link = new InMemoryLinkPair(1500, 1024, 512);
        final List<RdsClient> clients = new ArrayList<>();
        try (TwoNodes nodes = new TwoNodes(
                RdsNode.with(context(TwoNodes.FIRST, ThreadingMode.DEDICATED, 8, null).driverDir(directory.resolve("driver"))
                    .maxClients(2 * APPLICATIONS)).link(link.first()).launch(),
                RdsNode.with(context(TwoNodes.SECOND, ThreadingMode.DEDICATED, 8, null)).link(link.second()).launch(),
                ThreadingMode.DEDICATED)) {
            IntStream.range(0, APPLICATIONS).forEach(i -> clients.add(RdsClient.attach(nodes.first().driverDir())));
            try (AllToAll applications = applications(
                clients.stream().map(RdsClient::socket).toList(), AllToAll.open(nodes.second(), APPLICATIONS), 2)) {
                complete(nodes, applications, 2 * 8);
            }
        } finally {
            CloseHelper.closeAll(clients);
        }
    }
}
