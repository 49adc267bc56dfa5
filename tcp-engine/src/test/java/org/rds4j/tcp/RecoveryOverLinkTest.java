package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.tcp.support.Peer;
import org.rds4j.tcp.support.Wire;

/** Recovery between two engines over links that lose, reorder and freeze: how much is sent in vain, and how often the timer fires. */
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
    @CsvSource({"20000, 0.01", "1000000, 0.01", "200000000, 0.01", "1000000, 0.1"})
    void shouldRepairRandomLossWithoutTheTimer(final long rttNs, final double loss) {
        final Wire wire = wire(rttNs, 7, rttNs > 100_000_000 ? TcpConfiguration.wideArea() : TcpConfiguration.datacenter());
        wire.loss = loss;
        deliver(wire, 4_000_000);
        System.out.println(rttNs + " " + loss + ": timeouts " + count(wire, TcpCounter.TIMEOUTS) + " retransmissions "
            + count(wire, TcpCounter.RETRANSMISSIONS) + " of " + count(wire, TcpCounter.SEGMENTS_OUT) + " dsacks " + count(wire, TcpCounter.DSACKS_IN)
            + " lost retx " + count(wire, TcpCounter.LOST_RETRANSMISSIONS) + " probes " + count(wire, TcpCounter.TAIL_PROBES) + " spurious "
            + count(wire, TcpCounter.SPURIOUS_RECOVERIES) + "/" + count(wire, TcpCounter.SPURIOUS_TIMEOUTS) + " fast " + count(wire, TcpCounter.FAST_RETRANSMITS));
    }

    @ParameterizedTest
    @CsvSource({"20000, 0.2", "20000, 0.5", "200000000, 0.2", "200000000, 0.5"})
    void shouldTolerateReordering(final long rttNs, final double part) {
        final Wire wire = wire(rttNs, 3, rttNs > 100_000_000 ? TcpConfiguration.wideArea() : TcpConfiguration.datacenter());
        wire.jitterNs = (long) (part * rttNs);
        deliver(wire, 4_000_000);
        System.out.println(rttNs + " reorder " + part + ": timeouts " + count(wire, TcpCounter.TIMEOUTS) + " retransmissions "
            + count(wire, TcpCounter.RETRANSMISSIONS) + " of " + count(wire, TcpCounter.SEGMENTS_OUT) + " dsacks " + count(wire, TcpCounter.DSACKS_IN)
            + " lost retx " + count(wire, TcpCounter.LOST_RETRANSMISSIONS) + " probes " + count(wire, TcpCounter.TAIL_PROBES) + " spurious "
            + count(wire, TcpCounter.SPURIOUS_RECOVERIES) + "/" + count(wire, TcpCounter.SPURIOUS_TIMEOUTS) + " fast " + count(wire, TcpCounter.FAST_RETRANSMITS));
    }
}
