package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
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
import org.rds4j.frame.OffHeap;
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

    private final RdsAddress to = RdsAddress.parse("10.0.0.3:5000");
    private final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(8));
    private final List<RdsSocket> sockets = new ArrayList<>();
    private final List<MemoryCarrier> carriers = new ArrayList<>();
    private final int[][] sent = new int[SOCKETS][LEVELS.length];
    private final int[][] received = new int[SOCKETS][LEVELS.length];

    private void send(final RdsAddress to, final int socket, final int level) {
        buffer.putInt(0, level);
        buffer.putInt(4, sent[socket][level] + 1);
        if (sockets.get(socket).offer(to, buffer, 0, 8, LEVELS[level]) > 0) {
            sent[socket][level]++;
        }
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

    private void read(final MemoryCarrier carrier, final int limit) {
        carrier.transfer(limit);
        carrier.peer().receive((address, length) -> {
            int offset = 0;
            while (length - offset >= 48 && length - offset >= 48 + header.wrap(address + offset).payloadLength()) {
                if (header.flags() != RdsHeaderFlyweight.FLAG_CONG_BITMAP && header.sourcePort() >= FIRST_PORT) {
                    onMessage(header.sourcePort() - FIRST_PORT, address + offset + 48);
                }
                offset += 48 + (int) header.payloadLength();
            }
            return offset;
        });
        if (carrier.peer().receivedLength() == 0) {
            carrier.acknowledge();
        }
    }

    private void onMessage(final int socket, final long payload) {
        final int level = Integer.reverseBytes(OffHeap.getInt(payload));
        final int number = Integer.reverseBytes(OffHeap.getInt(payload + 4));
        assertTrue(number > received[socket][level], () -> "socket " + socket + " level " + level + ": " + number + " after "
            + received[socket][level]);
        received[socket][level] = number;
    }

    private TestNode begin(final TestNetwork network) {
        final TestNode node = network.node(network.context("10.0.0.2/24").paths(8).reconnectMinDelayNs(1_000)
            .reconnectMaxDelayNs(10_000).connectBudget(1_000));
        final TestNode before = network.node(network.context("10.0.0.3/24").paths(8));
        for (int i = 0; i < SOCKETS; i++) {
            sockets.add(node.socket(FIRST_PORT + i));
        }
        send(to, 0, 0);
        send(to, 0, 1);
        network.until(() -> node.count(RdsCounter.CONN_UP) == 16);
        network.steps(100);
        network.dialNs = 1L << 40;
        network.kill(before);
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
                read(carriers.get(network.random.nextInt(carriers.size())), 1 + network.random.nextInt(2_000));
            }
            forgetLost(node, network);
            network.step();
        }
    }

    private void sendAny(final TestNetwork network) {
        send(to, network.random.nextInt(SOCKETS), network.random.nextInt(8) == 0 ? 0 : 1);
    }

    private void requireLastReceived() {
        for (int i = 0; i < SOCKETS; i++) {
            assertEquals(List.of(sent[i][0], sent[i][1]), List.of(received[i][0], received[i][1]), "socket " + i);
        }
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
            carriers.forEach(carrier -> read(carrier, 1 << 20));
            return node.engine.isAllAcknowledged();
        });
        requireLastReceived();
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
        network.dialNs = 5_000;
        network.failDials();
        network.maxTransfer = 1 + network.random.nextInt(1_000);
        final TestNode after = network.node(network.context("10.0.0.3/24").paths(seed % 2 == 0 ? 8 : 1));
        final RdsSocket receiver = after.socket(5000);
        for (int round = 0; round < 5_000; round++) {
            sendAny(network);
            network.step();
            poll(receiver);
        }
        for (int i = 0; i < SOCKETS; i++) {
            send(to, i, 0);
            send(to, i, 1);
        }
        network.maxTransfer = 1 << 20;
        network.until(() -> {
            poll(receiver);
            return node.engine.isAllAcknowledged();
        });
        network.steps(10);
        poll(receiver);
        requireLastReceived();
    }

    private void poll(final RdsSocket receiver) {
        receiver.poll((data, offset, length, info) ->
            onMessage(info.sourcePort() - FIRST_PORT, data.addressOffset() + offset), 1_000);
    }
}
