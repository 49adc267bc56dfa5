package org.rds4j.tests.interop;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.dpdk.DpdkEnvironment;
import org.rds4j.tests.support.LossyNetwork;
import org.rds4j.tests.support.NetworkNamespace;
import org.rds4j.tests.support.Program;

/** The engine behind a tap device, and Linux, over paths that lose and spoil packets: everything arrives, and nothing else. */
@Timeout(180)
class LinuxDifferentialIT {
    private static final int CONNECTIONS = 6;
    private static final int LARGE = 2;
    private static final double LOSS = 0.03;

    @TempDir
    private Path directory;

    private Scripts scripts;

    @BeforeEach
    void prepare() {
        assumeTrue(DpdkEnvironment.isAvailable(), () -> "DPDK is absent: " + DpdkEnvironment.unavailabilityCause());
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        assumeTrue(Program.succeeds("python3", "--version"), "needs python3");
        scripts = new Scripts(directory);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldDeliverWhatARouterDropsAtRandom(final long seed) {
        try (LossyNetwork network = new LossyNetwork(scripts.file("offload_off.py"), LOSS);
            EngineProcess engine = new EngineProcess(network.router(), "" + seed)) {
            network.joinEngine();
            final List<String> exchanges = exchange(network.client(), seed);
            engine.finish();
            exchanges.forEach(engine::assertExchanged);
            for (final long drops : network.drops()) {
                assertTrue(drops > 20, () -> drops + " packets of one direction dropped");
            }
            assertTrue(engine.count("retransmissions") > 20);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shouldDeliverOverAWayThatLosesDoublesHoldsUpAndDamages(final long seed) {
        try (NetworkNamespace namespace = new NetworkNamespace();
            EngineProcess engine = new EngineProcess(namespace, "" + seed, "0.01", "0.02", "0.05", "0.02")) {
            namespace.ip("addr add " + LossyNetwork.ENGINE_GATEWAY + "/24 dev " + LossyNetwork.ENGINE_INTERFACE);
            namespace.ip("link set " + LossyNetwork.ENGINE_INTERFACE + " up");
            final List<String> exchanges = exchange(namespace, seed);
            engine.finish();
            exchanges.forEach(engine::assertExchanged);
            for (final String direction : new String[] {"from-engine-", "to-engine-"}) {
                for (final String fault : new String[] {"lost", "duplicated", "reordered", "corrupted"}) {
                    assertTrue(engine.count(direction + fault) > 5, direction + fault);
                }
            }
            assertTrue(engine.count("drop-checksum") > 0, "a flipped bit of payload was seen");
            assertTrue(engine.count("out-of-order") > 0);
        }
    }

    /** Several at once, of sizes from nothing to megabytes; either side is the first to close, or both close at the same time. */
    private List<String> exchange(final NetworkNamespace namespace, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final List<Program> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(namespace.start(
                    "python3", scripts.file("exchange.py"), LossyNetwork.ENGINE, "" + EngineProgram.VERIFIED_PORT,
                    "" + random.nextInt(1 << 30), "" + size(i, random), "" + size(i, random), i % 2 == 0 ? "first" : "last"));
            }
            return clients.stream().map(Program::finish).toList();
        } finally {
            clients.forEach(Program::close);
        }
    }

    private static int size(final int connection, final SplittableRandom random) {
        return connection < LARGE ? 1_000_000 + random.nextInt(500_000) : random.nextInt(2 << random.nextInt(20));
    }
}
