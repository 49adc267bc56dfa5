package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.DatagramHandler;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.status.RdsCounter;

/** A stream both ways over carriers that keep breaking: nothing is lost, doubled or out of order. The seed is the argument. */
class CarrierCutTest {
    private static final int CUTS = 1000;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(1 << 20));

    /** Sends numbered datagrams of random length and checks those that arrive. */
    private final class Stream {
        private final TestNetwork network;
        private final RdsSocket from;
        private final RdsSocket to;
        private final int maxLength;
        private int sent;
        private int received;
        private final DatagramHandler check = (data, offset, length, info) -> {
            assertEquals(received, data.getInt(offset));
            assertEquals((byte) received, data.getByte(offset + length - 1));
            received++;
        };

        Stream(final TestNetwork network, final RdsSocket from, final RdsSocket to, final int maxLength) {
            this.network = network;
            this.from = from;
            this.to = to;
            this.maxLength = maxLength;
        }

        void run() {
            for (int i = network.random.nextInt(8); i > 0; i--) {
                final int length = 5 + network.random.nextInt(network.random.nextInt(10) == 0 ? maxLength : 200);
                buffer.putInt(0, sent);
                buffer.putByte(length - 1, (byte) sent);
                if (from.offer(to.localAddress(), buffer, 0, length) > 0) {
                    sent++;
                }
            }
            to.poll(check, network.random.nextInt(10));
        }
    }

    /** Short delays, so that the time goes into carriers that work. */
    private static RdsContext impatient(final TestNetwork network, final String cidr) {
        return network.context(cidr).reconnectMinDelayNs(1_000).reconnectMaxDelayNs(50_000)
            .reconnectResetAfterNs(0).connectBudget(1 << 20);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "3,1", "4,1", "5,8", "6,8"})
    void shouldLoseDoubleAndReorderNothingOverAThousandCuts(final long seed, final int paths) {
        final TestNetwork network = new TestNetwork(seed);
        final TestNode one = network.node(impatient(network, "10.0.0.1/24").paths(paths));
        final TestNode two = network.node(impatient(network, "10.0.0.2/24").paths(paths));
        final RdsSocket left = one.socket(4000);
        final RdsSocket right = two.socket(4001);
        final Stream east = new Stream(network, left, right, 100_000);
        final Stream west = new Stream(network, right, left, 30_000);
        int cuts = 0;
        while (cuts < CUTS) {
            network.maxTransfer = 1 + network.random.nextInt(20_000);
            network.dialNs = network.random.nextInt(20_000);
            east.run();
            west.run();
            network.step();
            if (network.random.nextInt(40) == 0 && network.cutOne()) {
                cuts++;
            }
        }
        network.maxTransfer = 1 << 20;
        network.until(() -> {
            east.to.poll(east.check, 100);
            west.to.poll(west.check, 100);
            return east.received == east.sent && west.received == west.sent && one.engine.isAllAcknowledged()
                && two.engine.isAllAcknowledged();
        });
        assertTrue(east.sent > 5_000 && west.sent > 5_000, "sent " + east.sent + " and " + west.sent);
        assertTrue(one.count(RdsCounter.SEND_RETRANSMITTED) > 100, "the cuts must have hurt");
        assertTrue(one.count(RdsCounter.RECV_DROP_OLD_SEQ) > 10, "doubles must have come");
        assertEquals(0, left.unacknowledgedLength());
        assertEquals(0, right.unacknowledgedLength());
    }
}
