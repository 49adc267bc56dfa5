package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.support.BulkSender;
import org.rds4j.tcp.support.Dumbbell;

/** Buffers that begin at 128 KiB and become what the path needs, and no more. */
class BufferTuningTest {
    private static final long MS = 1_000_000L;
    private static final double RATE = 25e9;
    private static final int MTU = 9000;
    private static final int INITIAL = 1 << 17;

    private static Dumbbell path(final FlowConfiguration flow, final long rttNs, final int buffer, final double rate) {
        final TcpConfiguration.Builder common = TcpConfiguration.datacenter().maxConnections(1).timeWaitCapacity(1)
            .transmitChecksum(true).flow(flow);
        final TcpConfiguration sending = common.sendBufferLength(buffer).receiveBufferLength(1 << 16).build();
        final TcpConfiguration receiving = common.sendBufferLength(1 << 16).receiveBufferLength(buffer).build();
        return Dumbbell.of(sending, receiving, rate, rttNs, MTU);
    }

    /** Round trip and rings of the next power of two over the product of bandwidth and delay (3, 31, 312 MB). */
    @ParameterizedTest
    @CsvSource({"1, 23", "10, 26", "100, 29"})
    void shouldFillAFastPathOfAnyLength(final long rttMs, final int bits) {
        final Dumbbell path = path(FlowConfiguration.WIDE_AREA.withPacing(false), rttMs * MS, 1 << bits, RATE);
        final BulkSender sender = path.sender();
        path.runFor(18 * rttMs * MS);
        final double reached = path.goodput(sender, 2 * rttMs * MS);
        assertTrue(reached >= 0.95 * RATE, "reached " + reached);
    }

    @Test
    void shouldBeHeldUpByTheInitialBufferWithoutTuning() {
        final FlowConfiguration flow = FlowConfiguration.WIDE_AREA.withPacing(false);
        final Dumbbell path = path(flow, 10 * MS, INITIAL, RATE);
        final BulkSender sender = path.sender();
        path.runFor(200 * MS);
        assertTrue(path.goodput(sender, 20 * MS) <= INITIAL * 8e9 / (10 * MS), "a buffer per round trip");
    }

    @Test
    void shouldNotGrowForAReaderThatIsStuck() {
        final Dumbbell path = path(FlowConfiguration.WIDE_AREA, 10 * MS, 1 << 23, 1e9);
        final BulkSender sender = path.sender();
        sender.receiver.reads = false;
        path.runFor(1000 * MS);
        assertTrue(sender.receiver.connection.receiveWindow() < MTU, "no further segment fits");
        assertTrue(sender.received() <= INITIAL * 11 / 10, "arrived " + sender.received()); // with what scaling rounds up
        final long queued = sender.connection.sendCommitted() - sender.connection.acknowledgedPosition();
        assertTrue(queued <= 4 * INITIAL, "queued to send " + queued);
    }

    @Test
    void shouldNeverTakeMoreThanTheRingHolds() {
        final int ring = 1 << 23;
        final Dumbbell path = path(FlowConfiguration.WIDE_AREA.withInitialBuffers(ring, ring), 10 * MS, ring, 1e9);
        final BulkSender sender = path.sender();
        sender.receiver.reads = false;
        path.runFor(1000 * MS);
        assertTrue(sender.received() <= ring, "arrived " + sender.received());
        assertTrue(sender.received() > ring - MTU - 256, "arrived " + sender.received());
    }

    @Test
    void shouldStopGrowingWhenTheReaderGetsStuckLater() {
        final Dumbbell path = path(FlowConfiguration.WIDE_AREA, 10 * MS, 1 << 26, 1e9);
        final BulkSender sender = path.sender();
        path.runFor(300 * MS);
        sender.receiver.reads = false;
        path.runFor(1000 * MS);
        final long held = sender.received() - sender.receiver.connection.consumedPosition();
        final long product = (long) (1e9 / 8 / 100);
        assertTrue(held > INITIAL && held <= 8 * product, "holds " + held + " where " + product + " are under way");
        assertTrue(sender.receiver.connection.receiveWindow() < MTU, "no further segment fits");
    }
}
