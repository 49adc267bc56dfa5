package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
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

    private final RdsAddress to = RdsAddress.parse("10.0.0.3:5000");
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private final List<CheckedSocket> sockets = new ArrayList<>();
    private final List<MemoryCarrier> carriers = new ArrayList<>();

    private void send(final int socket, final int level) {
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

    private void read(final TestNetwork network, final MemoryCarrier carrier, final int limit) {
        carrier.transfer(limit);
        carrier.peer().receive((address, length) -> {
            int offset = 0;
            while (length - offset >= 48 && length - offset >= 48 + header.wrap(address + offset).payloadLength()) {
                if (header.flags() != RdsHeaderFlyweight.FLAG_CONG_BITMAP && header.sourcePort() >= FIRST_PORT) {
                    payload.wrap(address + offset + 48, (int) header.payloadLength());
                    onMessage(network, sockets.get(header.sourcePort() - FIRST_PORT).address());
                }
                offset += 48 + (int) header.payloadLength();
            }
            return offset;
        });
        if (carrier.peer().receivedLength() == 0) {
            carrier.acknowledge();
        }
    }

    private void onMessage(final TestNetwork network, final RdsAddress from) {
        final int lane = TestNetwork.laneOf(LEVELS[payload.capacity() - SHORTEST]);
        network.history.onDelivered(
            CheckedSocket.id(from, lane), CheckedSocket.id(to), payload, 0, payload.capacity(), network.nowNs());
    }

    private TestNode begin(final TestNetwork network) {
        final TestNode node = network.node(network.context("10.0.0.2/24").paths(8).reconnectMinDelayNs(1_000)
            .reconnectMaxDelayNs(10_000).connectBudget(1_000));
        final TestNode before = network.node(network.context("10.0.0.3/24").paths(8));
        for (int i = 0; i < SOCKETS; i++) {
            sockets.add(node.checked(FIRST_PORT + i));
        }
        send(0, 0);
        send(0, 1);
        network.until(() -> node.count(RdsCounter.CONN_UP) == 16);
        network.steps(100);
        network.dialNs = 1L << 40;
        network.kill(before);
        network.history.onEnded(CheckedSocket.id(to));
        return node;
    }

    private void sendToKernel(final TestNetwork network, final TestNode node, final int rounds) {
        for (int round = 0; round < rounds; round++) {
            if (round < 2_000 || network.random.nextInt(16) == 0) {
                sendAny(network);
            }
            if (round > 500 && network.random.nextInt(20) == 0 && !network.dialsUnderWay().isEmpty()) {
                accept(network, node);
            }
            if (!carriers.isEmpty() && network.random.nextInt(4) == 0) {
                read(network, carriers.get(network.random.nextInt(carriers.size())), 1 + network.random.nextInt(2_000));
            }
            forgetLost(node, network);
            network.step();
        }
    }

    private void sendAny(final TestNetwork network) {
        send(network.random.nextInt(SOCKETS), network.random.nextInt(8) == 0 ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldLetNoMessageOvertakeAnotherThatIsMoved(final long seed) {
        final TestNetwork network = new TestNetwork(seed);
        final TestNode node = begin(network);
        sendToKernel(network, node, 10_000);
        network.until(() -> {
            while (!network.dialsUnderWay().isEmpty()) {
                accept(network, node);
            }
            forgetLost(node, network);
            carriers.forEach(carrier -> read(network, carrier, 1 << 20));
            return node.engine.isAllAcknowledged();
        });
        network.history.requireComplete();
        assertTrue(node.count(RdsCounter.MPRDS_CATCHUP_TX0_RETRIES) > 0);
    }

    /** What the default lane has taken for a host without lanes goes before what other lanes take for one with lanes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldLetNoMessageOvertakeAnotherWhenThePeerKnowsLanesAgain(final long seed) {
        final TestNetwork network = new TestNetwork(seed);
        final TestNode node = begin(network);
        sendToKernel(network, node, 600 + network.random.nextInt(3_000));
        carriers.forEach(MemoryCarrier::cut);
        forgetLost(node, network);
        network.history.onEnded(CheckedSocket.id(to));
        network.dialNs = 5_000;
        network.failDials();
        network.maxTransfer = 1 + network.random.nextInt(1_000);
        final TestNode after = network.node(network.context("10.0.0.3/24").paths(seed % 2 == 0 ? 8 : 1));
        final RdsSocket receiver = after.socket(5000);
        for (int round = 0; round < 5_000; round++) {
            sendAny(network);
            network.step();
            poll(network, receiver);
        }
        for (int i = 0; i < SOCKETS; i++) {
            send(i, 0);
            send(i, 1);
        }
        network.maxTransfer = 1 << 20;
        network.until(() -> {
            poll(network, receiver);
            return network.history.outstanding() == 0;
        });
        network.history.requireComplete();
    }

    private void poll(final TestNetwork network, final RdsSocket receiver) {
        receiver.poll((data, offset, length, info) -> {
            payload.wrap(data, offset, length);
            onMessage(network, sockets.get(info.sourcePort() - FIRST_PORT).address());
        }, 1_000);
    }
}
