package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsContext;
import org.rds4j.check.CheckedSocket;
import org.rds4j.status.RdsCounter;

/** A stream both ways over carriers that keep breaking: nothing is lost, doubled or out of order. The seed is the argument. */
class CarrierCutTest {
    private static final int CUTS = 1000;

    /** Sends datagrams of random length and receives some. */
    private static void exchange(
        final TestNetwork network, final CheckedSocket from, final CheckedSocket to, final int maxLength) {
        for (int i = network.random.nextInt(8); i > 0; i--) {
            from.send(to.address(), network.random.nextInt(network.random.nextInt(10) == 0 ? maxLength : 200));
        }
        to.poll(network.random.nextInt(10));
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
        final CheckedSocket left = one.checked(4000);
        final CheckedSocket right = two.checked(4001);
        int cuts = 0;
        while (cuts < CUTS) {
            network.maxTransfer = 1 + network.random.nextInt(20_000);
            network.dialNs = network.random.nextInt(20_000);
            exchange(network, left, right, 100_000);
            exchange(network, right, left, 30_000);
            network.step();
            if (network.random.nextInt(40) == 0 && network.cutOne()) {
                cuts++;
            }
        }
        network.maxTransfer = 1 << 20;
        network.complete(List.of(left, right));
        network.until(() -> one.engine.isAllAcknowledged() && two.engine.isAllAcknowledged());
        assertTrue(left.sent() > 5_000 && right.sent() > 5_000, "sent " + left.sent() + " and " + right.sent());
        assertTrue(one.count(RdsCounter.SEND_RETRANSMITTED) > 100, "the cuts must have hurt");
        assertTrue(one.count(RdsCounter.RECV_DROP_OLD_SEQ) > 10, "doubles must have come");
        assertEquals(0, left.socket().unacknowledgedLength());
        assertEquals(0, right.socket().unacknowledgedLength());
    }
}
