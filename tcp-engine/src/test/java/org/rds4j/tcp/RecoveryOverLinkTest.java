package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.support.Peer;
import org.rds4j.tcp.support.Wire;

/** Recovery between two engines over links that lose, reorder and freeze: what is sent in vain, and how often the timer fires. */
class RecoveryOverLinkTest {
    private static final int HOST_A = 0x0a000001;
    private static final int HOST_B = 0x0a000002;
    private static final int PORT = 16_385;
    private static final long SECOND = 1_000_000_000L;

    private static Wire wire(final long rttNs, final long seed, final TcpConfiguration.Builder configuration) {
        final TcpConfiguration settings = configuration.maxConnections(4).timeWaitCapacity(8).build();
        final Wire wire = new Wire(
            new Peer(HOST_A, HOST_B, 1500, settings, seed * 3 + 1), new Peer(HOST_B, HOST_A, 1500, settings, seed * 3 + 2), seed);
        wire.delayNs = rttNs / 2;
        wire.b.listen(PORT);
        wire.a.connect(PORT, 40_000, wire.nowNs);
        return wire;
    }

    private static Wire wire(final long rttNs, final long seed) {
        return wire(rttNs, seed, rttNs > 100_000_000 ? TcpConfiguration.wideArea() : TcpConfiguration.datacenter());
    }

    private static void deliver(final Wire wire, final long octets) {
        wire.a.toSend = octets;
        wire.run(4000 * SECOND);
        assertTrue(wire.a.closed && wire.b.closed, "closed");
        assertEquals(octets, wire.b.finalReceived);
    }

    private static long count(final Wire wire, final TcpCounter counter) {
        return wire.a.counters.get(counter);
    }

    @ParameterizedTest
    @CsvSource({"20000, 0.01, 2", "1000000, 0.01, 2", "200000000, 0.01, 2", "1000000, 0.05, 40"})
    void shouldRepairRandomLossWithHardlyATimeoutAndLittleInVain(final long rttNs, final double loss, final int timeouts) {
        final Wire wire = wire(rttNs, 7);
        wire.loss = loss;
        deliver(wire, 4_000_000);
        final long sent = count(wire, TcpCounter.SEGMENTS_OUT);
        assertTrue(count(wire, TcpCounter.TIMEOUTS) <= timeouts, "timeouts " + count(wire, TcpCounter.TIMEOUTS));
        final long again = count(wire, TcpCounter.RETRANSMISSIONS);
        assertTrue(again < sent * loss * 1.6, again + " of " + sent);
        assertTrue(count(wire, TcpCounter.DSACKS_IN) <= 2 + sent * loss / 10, "in vain " + count(wire, TcpCounter.DSACKS_IN));
    }

    /** The way from a to b and back takes up to this part of a round trip longer, for each segment anew. */
    @ParameterizedTest
    @CsvSource({"20000, 0.2, 10", "20000, 0.5, 20", "200000000, 0.2, 10", "200000000, 0.5, 30"})
    void shouldLearnToWaitForWhatIsReordered(final long rttNs, final double part, final int most) {
        long undone = 0;
        for (int seed = 1; seed <= 8; seed++) {
            final Wire wire = wire(rttNs, seed);
            wire.jitterNs = (long) (part * rttNs);
            deliver(wire, 4_000_000);
            assertEquals(0, count(wire, TcpCounter.TIMEOUTS));
            assertTrue(count(wire, TcpCounter.RETRANSMISSIONS) <= most, "in vain " + count(wire, TcpCounter.RETRANSMISSIONS));
            final long came = count(wire, TcpCounter.SPURIOUS_RECOVERIES);
            assertEquals(count(wire, TcpCounter.FAST_RETRANSMITS), came, "what each cost came back");
            undone += came;
        }
        assertTrue(undone > 0, "some were for nothing");
    }

    /** The path stands still until one and a half timeouts after the tail loss probe, and then everything arrives. */
    @ParameterizedTest
    @CsvSource({"true, 1", "false, 1"})
    void shouldSendNothingInVainAfterADelaySpike(final boolean timestamps, final int seed) {
        final TcpConfiguration.Builder configuration = TcpConfiguration.wideArea().timestamps(timestamps)
            .sendBufferLength(1 << 21).receiveBufferLength(1 << 21);
        final Wire wire = wire(100_000_000, seed, configuration);
        wire.a.toSend = 16_000_000;
        wire.runUntil(wire.nowNs + SECOND * 6 / 10);
        assertEquals(0, count(wire, TcpCounter.RETRANSMISSIONS));
        final long rto = wire.a.connection.retransmissionTimeoutNs();
        wire.freezeUntilNs = wire.nowNs + 100_000_000 + 2 * rto + rto / 2;
        final long window = wire.a.connection.congestionWindow();
        assertTrue(wire.a.connection.sendCommitted() < wire.a.toSend, "there is more to send");
        while (count(wire, TcpCounter.SPURIOUS_TIMEOUTS) == 0) {
            wire.runUntil(wire.nowNs + 1_000_000);
            assertTrue(wire.nowNs < wire.freezeUntilNs + SECOND, "the timeout was not found to be for nothing");
        }
        assertTrue(wire.a.connection.congestionWindow() >= window, "window " + wire.a.connection.congestionWindow());
        wire.runUntil(wire.nowNs + SECOND / 2);
        assertEquals(1, count(wire, TcpCounter.TIMEOUTS));
        assertEquals(1, count(wire, TcpCounter.RETRANSMISSIONS), "the head of the flight, and no more");
        assertEquals(1, count(wire, TcpCounter.SPURIOUS_TIMEOUTS));
    }
}
