package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.support.BulkSender;
import org.rds4j.tcp.support.Dumbbell;

/** When segments leave, on a path of 20 ms at 1 Gbit/s. */
class PacingTest {
    private static final long MS = 1_000_000L;
    private static final long RTT_NS = 20 * MS;
    private static final int SEGMENT = 1448;

    private final List<Long> departures = new ArrayList<>();

    private Dumbbell path(final FlowConfiguration flow) {
        final TcpConfiguration configuration = TcpConfiguration.wideArea().maxConnections(1).timeWaitCapacity(1)
            .transmitChecksum(true).sendBufferLength(1 << 23).receiveBufferLength(1 << 23).flow(flow).build();
        return Dumbbell.of(configuration, configuration, 1e9, RTT_NS, 1500);
    }

    private BulkSender run(final Dumbbell path, final int roundTrips) {
        final BulkSender sender = path.sender();
        sender.departures = departures::add;
        path.runFor(roundTrips * RTT_NS);
        return sender;
    }

    /** The most segments that left within a time. */
    private int most(final long withinNs) {
        int most = 0;
        int first = 0;
        for (int last = 0; last < departures.size(); last++) {
            while (departures.get(last) - departures.get(first) >= withinNs) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }

    @Test
    void shouldSpreadTheWindowOverTheRoundTrip() {
        final BulkSender sender = run(path(FlowConfiguration.WIDE_AREA), 2);
        assertEquals(10, departures.size());
        // the rate of slow start is 2 windows of 10 segments in 20 ms, so a segment each millisecond; 2 may leave at once
        assertEquals(2, most(1));
        for (int i = 2; i < departures.size(); i++) {
            final double gapMs = (double) (departures.get(i) - departures.get(i - 1)) / MS;
            assertTrue(gapMs > 0.9 && gapMs < 1.1, "gap " + i + " of " + gapMs + " ms");
        }
        assertTrue(sender.counters.get(TcpCounter.PACED) >= 8);
        departures.clear();
        run(path(FlowConfiguration.WIDE_AREA.withPacing(false)), 2);
        assertEquals(10, most(1), "without pacing the window leaves at once");
    }

    @Test
    void shouldKeepToTheRateOfEachWindow() {
        final Dumbbell path = path(FlowConfiguration.WIDE_AREA);
        final BulkSender sender = path.sender();
        final double[] bucket = new double[3]; // octets ahead, time of the last departure, worst excess
        sender.departures = time -> {
            final boolean slowStart = sender.connection.congestionWindow() < sender.connection.slowStartThreshold();
            final double rate =
                (slowStart ? 2 : 1.2) * sender.connection.congestionWindow() / sender.connection.smoothedRttNs();
            bucket[0] = Math.max(0, bucket[0] - rate * (time - bucket[1])) + SEGMENT;
            bucket[1] = time;
            bucket[2] = Math.max(bucket[2], bucket[0] - Math.max(rate * MS, 2 * SEGMENT));
        };
        path.runFor(40 * RTT_NS);
        assertTrue(sender.received() > 1_000_000, "received " + sender.received());
        assertTrue(bucket[2] <= SEGMENT, "more than a burst left at once, by octets: " + bucket[2]);
    }

    @Test
    void shouldNotOverflowAShallowQueueInSlowStart() {
        final Dumbbell paced = path(FlowConfiguration.WIDE_AREA);
        paced.forward.queueLimit = 32_768;
        run(paced, 6);
        assertEquals(0, paced.forward.dropped);
        final Dumbbell bursty = path(FlowConfiguration.WIDE_AREA.withPacing(false));
        bursty.forward.queueLimit = 32_768;
        run(bursty, 6);
        assertTrue(bursty.forward.dropped > 0, "without pacing it does");
    }

    @Test
    void shouldNotHoldBackTheDatacenter() {
        final TcpConfiguration configuration = TcpConfiguration.datacenter().maxConnections(1).timeWaitCapacity(1)
            .transmitChecksum(true).build();
        final Dumbbell path = Dumbbell.of(configuration, configuration, 10e9, 50_000, 1500);
        final BulkSender sender = path.sender();
        sender.departures = departures::add;
        path.runFor(10 * MS);
        assertEquals(10, most(1));
        assertEquals(0, sender.counters.get(TcpCounter.PACED));
    }
}
