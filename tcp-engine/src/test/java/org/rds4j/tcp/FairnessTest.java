package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.tcp.congestion.CongestionAlgorithm;
import org.rds4j.tcp.congestion.Dctcp;
import org.rds4j.tcp.congestion.EcnMode;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.support.BulkSender;
import org.rds4j.tcp.support.Dumbbell;

/** Flows that share a switch port of 10 Gbit/s, 50 µs apart: who gets how much, and how long the queue becomes. */
class FairnessTest {
    private static final double RATE = 10e9;
    private static final long RTT_NS = 50_000;
    private static final long PRODUCT = (long) (RATE / 8e9 * RTT_NS);
    /** Of the link's 1538 octets per frame, 1448 are payload. */
    private static final double MOST = RATE * 1448 / 1538;

    private static Dumbbell path(final CongestionAlgorithm algorithm, final EcnMode ecn) {
        final TcpConfiguration configuration = TcpConfiguration.datacenter().maxConnections(4).timeWaitCapacity(1)
            .transmitChecksum(true).sendBufferLength(1 << 20).receiveBufferLength(1 << 20)
            .flow(FlowConfiguration.DATACENTER.withAlgorithm(algorithm).withEcn(ecn)).build();
        return Dumbbell.of(configuration, configuration, RATE, RTT_NS, 1500);
    }

    private static double share(final Dumbbell path, final BulkSender first, final BulkSender second) {
        path.runFor(1000 * RTT_NS);
        final long before = first.received();
        final double other = path.goodput(second, 2000 * RTT_NS);
        final double one = (first.received() - before) * 8e9 / (2000 * RTT_NS);
        assertTrue(one + other >= 0.95 * MOST, "both " + (one + other));
        return (one + other) * (one + other) / (2 * (one * one + other * other)); // Jain's index
    }

    @Test
    void shouldShareEquallyWithAShortQueueByDctcp() {
        final Dumbbell path = path(CongestionAlgorithm.DCTCP, EcnMode.ACTIVE);
        path.forward.markThreshold = 30_000; // about PRODUCT / 7 is least (RFC 8257 section 4.1 and the paper it cites)
        final BulkSender first = path.sender();
        path.runFor(500 * RTT_NS);
        final double alone = path.goodput(first, 500 * RTT_NS);
        assertTrue(alone >= 0.95 * MOST, "alone " + alone);
        path.forward.longestQueue = 0;
        final BulkSender second = path.sender();
        final double index = share(path, first, second);
        assertTrue(index >= 0.99, "Jain's index " + index);
        assertEquals(0, path.forward.dropped);
        assertEquals(0, first.connection.retransmissions());
        assertTrue(path.forward.longestQueue <= 30_000 + 40 * 1538, "queue " + path.forward.longestQueue);
        final double alpha = ((Dctcp) first.connection.congestionControl()).alpha();
        assertTrue(alpha > 0.01 && alpha < 0.9, "alpha " + alpha);
    }

    @ParameterizedTest
    @EnumSource(names = {"NEW_RENO", "CUBIC"})
    void shouldShareWithClassicMarks(final CongestionAlgorithm algorithm) {
        final Dumbbell path = path(algorithm, EcnMode.ACTIVE);
        path.forward.markThreshold = PRODUCT;
        final BulkSender first = path.sender();
        path.runFor(500 * RTT_NS);
        final double index = share(path, first, path.sender());
        assertTrue(index >= 0.9, "Jain's index " + index);
        assertEquals(0, path.forward.dropped, "marks come before losses");
        assertTrue(first.counters.get(TcpCounter.ECN_REDUCTIONS) > 10);
    }
}
