package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.support.Peer;
import org.rds4j.tcp.support.Wire;

/** Two engines against each other over a bad link: whatever happens, the octets come out as they went in. */
class BackToBackTest {
    private static final int HOST_A = 0x0a000001;
    private static final int HOST_B = 0x0a000002;
    private static final int PORT = 16_385;
    private static final long SECOND = 1_000_000_000L;

    private static TcpConfiguration.Builder small() {
        return TcpConfiguration.datacenter().maxConnections(4).timeWaitCapacity(8)
            .sendBufferLength(65_536).receiveBufferLength(65_536);
    }

    private static Wire wire(final int mtu, final long seed, final TcpConfiguration.Builder configuration) {
        final TcpConfiguration settings = configuration.build();
        return new Wire(
            new Peer(HOST_A, HOST_B, mtu, settings, seed * 3 + 1), new Peer(HOST_B, HOST_A, mtu, settings, seed * 3 + 2), seed);
    }

    private static void start(final Wire wire, final long octets) {
        wire.a.toSend = octets;
        wire.b.toSend = octets / 2;
        wire.b.listen(PORT);
        wire.a.connect(PORT, 40_000, wire.nowNs);
    }

    private static void assertDelivered(final Wire wire, final String seed) {
        assertTrue(wire.a.closed && wire.b.closed, () -> seed + " both closed: " + wire.a.closed + " " + wire.b.closed);
        assertEquals(CloseReason.NORMAL, wire.a.reason, seed);
        assertEquals(CloseReason.NORMAL, wire.b.reason, seed);
        assertEquals(wire.a.toSend, wire.b.finalReceived, seed);
        assertEquals(wire.b.toSend, wire.a.finalReceived, seed);
        assertEquals(0, wire.a.engine.connectionsInUse());
        assertEquals(0, wire.b.engine.connectionsInUse());
        assertEquals(0, wire.a.engine.sendRecordsLent() + wire.b.engine.sendRecordsLent());
    }

    @ParameterizedTest
    @CsvSource({"576", "1500", "9000", "65535"})
    void shouldDeliverOverAGoodLinkWithoutRetransmission(final int mtu) {
        final Wire wire = wire(mtu, mtu, small());
        start(wire, 4_000_000);
        wire.run(60 * SECOND);
        assertDelivered(wire, "mtu " + mtu);
        assertEquals(0, wire.a.counters.get(TcpCounter.RETRANSMISSIONS));
        assertEquals(0, wire.b.counters.get(TcpCounter.RETRANSMISSIONS));
        assertEquals(0, wire.a.counters.get(TcpCounter.TIMEOUTS));
    }

    @ParameterizedTest
    @CsvSource({
        "576, 0.01, 0, 0", "1500, 0.02, 0.02, 0", "9000, 0.05, 0.01, 50000", "1500, 0.2, 0.1, 300000",
        "1500, 0, 0, 400000", "9000, 0.1, 0.3, 200000", "576, 0.1, 0.1, 100000"})
    void shouldDeliverOverABadLink(final int mtu, final double loss, final double duplication, final long jitterNs) {
        int lost = 0;
        long doubled = 0;
        long disordered = 0;
        for (long seed = 1; seed <= 12; seed++) {
            final Wire wire = wire(mtu, seed, small().timestamps(seed % 3 > 0).windowScale(seed % 2 > 0).nagle(seed % 5 == 0));
            wire.loss = loss;
            wire.duplication = duplication;
            wire.jitterNs = jitterNs;
            start(wire, 200_000);
            wire.run(4_000 * SECOND);
            assertDelivered(wire, "seed " + seed);
            lost += wire.lost;
            doubled += wire.b.counters.get(TcpCounter.DROP_DUPLICATE);
            disordered += wire.b.counters.get(TcpCounter.OUT_OF_ORDER);
        }
        assertEquals(loss > 0, lost > 0, "the link is bad");
        assertTrue(doubled > 0 || duplication == 0, "it doubles");
        assertTrue(disordered > 0, "it loses or disorders");
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 2048, 4096})
    void shouldDeliverThroughTinyBuffers(final int buffer) {
        for (long seed = 1; seed <= 5; seed++) {
            final Wire wire = wire(1500, seed, small().sendBufferLength(buffer).receiveBufferLength(buffer).overhangLength(512));
            wire.loss = 0.02;
            start(wire, 50_000);
            wire.run(4_000 * SECOND);
            assertDelivered(wire, "seed " + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 80})
    void shouldDeliverWithHardlyAnySendRecords(final int records) {
        for (long seed = 1; seed <= 10; seed++) {
            final Wire wire = wire(1500, seed, small().maxSendRecords(records));
            wire.boundsInFlight = records > 16; // one for many segments counts them all when the first of them is sent again
            wire.loss = 0.03;
            wire.jitterNs = seed % 2 * 100_000;
            start(wire, 300_000);
            wire.run(4_000 * SECOND);
            assertDelivered(wire, "seed " + seed);
        }
    }

    @Test
    void shouldOpenWhenBothDialAtOnceWhateverBecomesOfTheFirstFrames() {
        // each of the first six frames arrives, is lost or arrives twice: all 729 combinations, with and without reordering
        for (int fates = 0; fates < 2 * 729; fates++) {
            final int combination = fates / 2;
            final Wire wire = wire(1500, fates, small());
            wire.drop = n -> n <= 6 && fate(combination, n) == 1;
            wire.twice = n -> n <= 6 && fate(combination, n) == 2;
            wire.jitterNs = fates % 2 * 300_000L;
            wire.a.toSend = 5_000;
            wire.b.toSend = 5_000;
            wire.a.connect(40_001, 40_000, wire.nowNs);
            wire.b.connect(40_000, 40_001, wire.nowNs);
            wire.run(1_000 * SECOND);
            assertDelivered(wire, "fates " + combination);
        }
    }

    private static int fate(final int combination, final int frame) {
        int rest = combination;
        for (int i = 1; i < frame; i++) {
            rest /= 3;
        }
        return rest % 3;
    }

    @Test
    void shouldCloseWhicheverFrameIsLost() {
        for (int closer = 0; closer < 3; closer++) {
            for (int lost = 1; lost <= 16; lost++) {
                final int number = lost;
                final Wire wire = wire(1500, lost, small());
                wire.drop = n -> n == number || n == number + 1;
                wire.b.listen(PORT);
                wire.a.connect(PORT, 40_000, wire.nowNs);
                wire.a.toSend = closer == 1 ? 0 : 2_000;
                wire.b.toSend = closer == 0 ? 0 : 2_000;
                wire.run(1_000 * SECOND);
                assertDelivered(wire, "closer " + closer + " lost " + lost);
            }
        }
    }

    @Test
    void shouldReopenTheSameFourTupleDuringTimeWait() {
        final Wire wire = wire(1500, 1, small());
        start(wire, 10_000);
        wire.run(10 * SECOND);
        assertDelivered(wire, "first");
        assertEquals(1, wire.a.engine.timeWaitRecords() + wire.b.engine.timeWaitRecords());
        wire.runUntil(wire.nowNs + 61 * SECOND);
        assertEquals(0, wire.a.engine.timeWaitRecords() + wire.b.engine.timeWaitRecords());
        assertEquals(Long.MAX_VALUE, wire.a.engine.nextDeadlineNs());
        assertEquals(Long.MAX_VALUE, wire.b.engine.nextDeadlineNs());
    }
}
