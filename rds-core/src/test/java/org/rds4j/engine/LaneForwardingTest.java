package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.check.CheckedSocket;
import org.rds4j.frame.RdsHeaderFlyweight;
import org.rds4j.status.RdsCounter;

/**
 * A host of this kind, with two lanes of eight paths, comes back as a kernel with eight paths and no lanes while messages wait
 * for it. Those of one socket and level stay in order. The test is the kernel; the seed is the argument.
 */
class LaneForwardingTest {
    private static final String MAP = "00".repeat(16) + "00002000" + "00000000" + "01" + "00".repeat(23 + 8192);
    private static final int[] LEVELS = {0, 12};
    private static final int SOCKETS = 48;
    private static final int FIRST_PORT = 4000;
    /** Longer by one at the second level: a kernel is not told the level. */
    private static final int SHORTEST = 8;

    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private final List<CheckedSocket> sockets = new ArrayList<>();
    private final List<MemoryCarrier> carriers = new ArrayList<>();

    private void send(final RdsAddress to, final int socket, final int level) {
        sockets.get(socket).send(to, SHORTEST + level, LEVELS[level]);
    }

    /** The oldest attempt, of whichever lane: a kernel knows of none. */
    private void accept(final TestNetwork network, final TestNode node) {
        final PathKey key = network.dialsUnderWay().getFirst();
        final MemoryCarrier carrier = network.establish(node, key);
        carrier.inject(HexFormat.of().parseHex(MAP));
        carriers.add(carrier);
    }

    /** What a lost carrier held was never read, and nothing but a probe was on it. */
    private void forgetLost(final TestNode node, final TestNetwork network) {
        carriers.removeIf(carrier -> {
            if (carrier.tellDown()) {
                node.engine.onCarrierDown(carrier, CarrierDownReason.RESET, network.nowNs());
                return true;
            }
            return false;
        });
    }

    private void read(final TestNetwork network, final RdsAddress to, final MemoryCarrier carrier, final int limit) {
        carrier.transfer(limit);
        carrier.peer().receive((address, length) -> {
            int offset = 0;
            while (length - offset >= 48 && length - offset >= 48 + header.wrap(address + offset).payloadLength()) {
                if (header.flags() != RdsHeaderFlyweight.FLAG_CONG_BITMAP && header.sourcePort() >= FIRST_PORT) {
                    payload.wrap(address + offset + 48, (int) header.payloadLength());
                    onMessage(network, to, sockets.get(header.sourcePort() - FIRST_PORT).address());
                }
                offset += 48 + (int) header.payloadLength();
            }
            return offset;
        });
        if (carrier.peer().receivedLength() == 0) {
            carrier.acknowledge();
        }
    }

    private void onMessage(final TestNetwork network, final RdsAddress to, final RdsAddress from) {
        final int lane = TestNetwork.laneOf(LEVELS[payload.capacity() - SHORTEST]);
        network.history.onDelivered(
            CheckedSocket.id(from, lane), CheckedSocket.id(to), payload, 0, payload.capacity(), network.nowNs());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldLetNoMessageOvertakeAnotherThatIsMoved(final long seed) {
        final TestNetwork network = new TestNetwork(seed);
        final TestNode node = network.node(network.context("10.0.0.2/24").paths(8).reconnectMinDelayNs(1_000)
            .reconnectMaxDelayNs(10_000).connectBudget(1_000));
        final TestNode before = network.node(network.context("10.0.0.3/24").paths(8));
        final RdsAddress to = before.address.withPort(5000);
        for (int i = 0; i < SOCKETS; i++) {
            sockets.add(node.checked(FIRST_PORT + i));
        }
        send(to, 0, 0);
        send(to, 0, 1);
        network.until(() -> node.count(RdsCounter.CONN_UP) == 16);
        network.steps(100);
        network.dialNs = 1L << 40;
        network.kill(before);
        network.history.onEnded(CheckedSocket.id(to));
        for (int round = 0; round < 10_000; round++) {
            if (round < 2_000 || network.random.nextInt(16) == 0) {
                send(to, network.random.nextInt(SOCKETS), network.random.nextInt(8) == 0 ? 0 : 1);
            }
            if (round > 500 && network.random.nextInt(20) == 0 && !network.dialsUnderWay().isEmpty()) {
                accept(network, node);
            }
            if (!carriers.isEmpty() && network.random.nextInt(4) == 0) {
                read(network, to, carriers.get(network.random.nextInt(carriers.size())), 1 + network.random.nextInt(2_000));
            }
            forgetLost(node, network);
            network.step();
        }
        network.until(() -> {
            while (!network.dialsUnderWay().isEmpty()) {
                accept(network, node);
            }
            forgetLost(node, network);
            carriers.forEach(carrier -> read(network, to, carrier, 1 << 20));
            return node.engine.isAllAcknowledged();
        });
        network.history.requireComplete();
        assertTrue(node.count(RdsCounter.MPRDS_CATCHUP_TX0_RETRIES) > 0);
    }
}
