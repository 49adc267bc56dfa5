package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.LinkOffloads;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.network.IpAddress;
import org.rds4j.tcp.support.LinePort;
import org.rds4j.tcp.support.OffloadHost;
import org.rds4j.tcp.support.OffloadPort;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * What connections with endless windows have in a device: no more than two milliseconds' worth where it reports what it sent,
 * else no more than its ring and one batch hold, in equal shares. A ring of 1024 frames is 1.2 ms at 10 Gbit/s.
 */
class SmallQueueTest {
    private static final int RING = 1024;
    private static final int BATCH = 64;
    private static final int PORTS = 9000;
    private static final int PEER_DISTANCE = 7000;
    private static final double RATE = 10e9;
    private static final double MOST_SECONDS = 0.002;
    private static final long FRAME_NS = 1230;

    private final Script script = new Script(Script.plain().windowScale(true).initialWindowSegments(1024)
        .sendBufferLength(1 << 22).flow(FlowConfiguration.DATACENTER.withInitialBuffers(1 << 22, 1 << 16))).listen();
    private final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 4 * RING, RING);
    private final TransmitBatch batch = new TransmitBatch(pair.first(), BATCH);
    private final int[] framesOf = new int[2];
    private final FrameBurst sending = new FrameBurst(1);
    private final Queue<Long> emittedNs = new ArrayDeque<>();
    private long longestNs;
    private final long[] acknowledgedOf = new long[2];
    private final int[] issOf = new int[2];
    private int lastOpened;
    private long acknowledged;
    private int idle;

    @Test
    void shouldKeepNoMoreInTheDeviceThanItsRingHoldsInEqualShares() {
        final TcpConnection first = open(0);
        final TcpConnection second = open(1);
        fill(first);
        fill(second);
        int emitted = 0;
        while (batch.hasRoom() && script.engine.emit(0, batch, script.nowNs) > 0) {
            emitted++;
        }
        batch.flush();
        assertEquals(RING + BATCH, emitted, "then the device takes nothing more");
        assertTrue(emitted * 1538 * 8 / RATE < MOST_SECONDS, "well within two milliseconds");
        assertEquals(0, script.engine.emit(0, batch, script.nowNs));
        final int taken = drain();
        assertEquals(RING, taken);
        assertTrue(Math.abs(framesOf[0] - framesOf[1]) <= 1, framesOf[0] + " and " + framesOf[1]);
        batch.close();
    }

    /** A frame completes when the line has sent it: the ring has room for one more, and the acknowledgement is on its way. */
    @Test
    void shouldKeepTheLineBusyAndNoFrameForLongInADeviceThatCompletesAtItsRate() {
        final TcpConnection connection = open(0);
        runLine(connection, 6 * RING);
        assertTrue(longestNs <= MOST_SECONDS * 1e9, "a frame stayed for " + longestNs + " ns");
        assertTrue(
            Math.abs((RING + BATCH) * FRAME_NS - longestNs) <= FRAME_NS, "it is the ring and the batch that it waits for");
        assertEquals(0, idle, "frames that the line could have sent");
        batch.close();
    }

    @Test
    void shouldLetAConnectionThatBeginsBehindAFullRingHaveItsShareAtOnce() {
        final TcpConnection second = open(1);
        final TcpConnection first = open(0);
        runLine(first, 2 * RING);
        refill(second);
        final int before = framesOf[0];
        runLine(first, RING + BATCH + 2);
        assertTrue(framesOf[1] >= 1, "its first frame waits for what was in the ring");
        final int of0 = framesOf[0];
        final int of1 = framesOf[1];
        assertTrue(of0 - before >= RING);
        runLine(first, RING);
        assertTrue(Math.abs(framesOf[0] - of0 - (framesOf[1] - of1)) <= 2, "then they take turns");
        batch.close();
    }

    /** A gigabit has 12.3 us for a frame: the ring of 1024 would be 12.6 ms. */
    @ParameterizedTest
    @CsvSource({"1000, 1", "1000, 4", "2500, 1", "10000, 1", "100, 1"})
    void shouldKeepTwoMillisecondsInADeviceThatReports(final int speed, final int queues) {
        final LinePort line = new LinePort(pair.first(), RING, queues, speed);
        try (TransmitBatch before = new TransmitBatch(line, BATCH)) {
            final TcpConnection first = open(0);
            final TcpConnection second = open(1);
            runLine(line, before, 40_000_000, first, second);
            final boolean isBound = speed < 10_000;
            final long mostNs = 2_000_000 / queues;
            assertTrue(line.longestNs <= mostNs, "a frame stayed for " + line.longestNs + " ns");
            assertTrue(line.longestNs > (isBound ? mostNs / 2 : 1_200_000), "it is not stopped early: " + line.longestNs + " ns");
            assertEquals(isBound, line.held > 0);
            assertEquals(0, line.idleNs, "the line had nothing to send");
            assertTrue(Math.abs(framesOf[0] - framesOf[1]) <= BATCH, framesOf[0] + " and " + framesOf[1]);
        }
    }

    @Test
    void shouldFollowTheSpeedOfTheLine() {
        final LinePort line = new LinePort(pair.first(), RING, 1, 10_000);
        try (TransmitBatch before = new TransmitBatch(line, BATCH)) {
            final TcpConnection first = open(0);
            runLine(line, before, 10_000_000, first);
            assertEquals(0, line.limit());
            line.speed = 1000;
            runLine(line, before, 200_000_000, first);
            assertEquals(2_000_000 / (1538 * 8), line.limit());
            line.most = 0;
            line.longestNs = 0;
            runLine(line, before, 20_000_000, first);
            assertTrue(line.most <= line.limit(), line.most + " frames");
            assertTrue(line.longestNs <= 2_000_000, line.longestNs + " ns");
            line.speed = 0;
            line.nowNs += 100_000_000;
            assertEquals(Integer.MAX_VALUE, line.transmitRoom(), "a line without a speed is bound by its ring");
        }
    }

    /** A place that is more than a packet away is not told about for ever, so the limit is less than the ring by so much. */
    @Test
    void shouldKeepTheLimitWithinWhatAShortRingTellsAbout() {
        final LinePort line = new LinePort(new OffloadPort(pair.first(), true, 64), 128, 1, 1000);
        assertEquals(10, line.transmitRoom());
        assertEquals((128 - 65 - 32 - 1) * 4 / 3, line.limit());
    }

    /** Two milliseconds are less than two frames here. */
    @Test
    void shouldLeaveASlowLineAFewFrames() {
        final LinePort line = new LinePort(pair.first(), RING, 1, 10);
        try (TransmitBatch before = new TransmitBatch(line, BATCH)) {
            runLine(line, before, 40_000_000, open(0));
            assertEquals(4, line.limit());
            assertEquals(3, line.most);
            assertEquals(0, line.idleNs, "the line had nothing to send");
        }
    }

    /** A packet from before a limit may be longer than what is asked about, and is then found by its end. */
    @Test
    void shouldSendOnAfterAPacketThatIsLongerThanTheLimit() {
        final LinePort line = new LinePort(new OffloadPort(pair.first(), true, 64), RING, 1, 10);
        final FrameBurst packet = new FrameBurst(64);
        line.allocate(packet, 64);
        for (int i = 0; i < 64; i++) {
            packet.length(i, 60);
            packet.flags(i, i < 63 ? FrameBurst.FLAG_CONTINUES : 0);
        }
        assertEquals(1, line.transmitRoom());
        assertEquals(64, line.transmitBurst(packet));
        assertEquals(0, line.transmitRoom());
        line.runUntil(1_000_000_000);
        assertEquals(1, line.transmitRoom());
    }

    @Test
    void shouldBeBoundByTheRingOfADeviceThatStopsReporting() {
        final LinePort line = new LinePort(pair.first(), RING, 1, 1000);
        try (TransmitBatch before = new TransmitBatch(line, BATCH)) {
            final TcpConnection first = open(0);
            line.reports = false;
            runLine(line, before, 20_000_000, first);
            final int sent = line.sent;
            assertTrue(sent <= 162, sent + " frames");
            line.nowNs += 1_000_000_000;
            assertEquals(Integer.MAX_VALUE, line.transmitRoom());
            runLine(line, before, 20_000_000, first);
            assertTrue(line.sent > sent + 1000, line.sent + " frames");
            line.reports = true;
            runLine(line, before, 40_000_000, first);
            line.runUntil(line.nowNs + 20_000_000);
            assertEquals(40, line.transmitRoom());
            assertEquals(162, line.limit(), "it has reported that there are fewer");
            script.after(20_000_000);
            line.longestNs = 0;
            runLine(line, before, 20_000_000, first);
            assertTrue(line.longestNs <= 2_000_000, line.longestNs + " ns");
        }
    }

    /** Trains have one report each, and one descriptor that is no frame; they are no longer than the room. */
    @ParameterizedTest
    @CsvSource({"1000, 1500", "100, 1500", "1000, 9000"})
    void shouldKeepTwoMillisecondsInADeviceThatCutsTrains(final int speed, final int mtu) {
        final InMemoryLinkPair link = new InMemoryLinkPair(mtu, 4 * RING, 2 * RING);
        final OffloadPort device = new OffloadPort(link.first(), true, 64);
        final LinePort line = new LinePort(device, 512, 1, speed);
        final TcpConfiguration.Builder tcp = TcpConfiguration.datacenter().maxConnections(2).rtoFloorNs(100_000_000L)
            .flow(FlowConfiguration.DATACENTER.withInitialBuffers(1 << 21, 1 << 21));
        final OffloadHost a = new OffloadHost(line, "10.0.0.1/24", tcp, LinkOffloads.ALL, false, true, 1);
        final OffloadHost b = new OffloadHost(
            new OffloadPort(link.second(), true, 64), "10.0.0.2/24", tcp, LinkOffloads.ALL, false, true, 2);
        final IpAddress server = IpAddress.parse("10.0.0.2");
        b.engine.listen(PORTS, c -> b);
        a.toSend = Long.MAX_VALUE;
        a.engine.connect(server.high(), server.low(), PORTS, 40_000, 0, 0, a, 0);
        run(line, a, b, 0, 50_000_000);
        line.idleNs = 0;
        final int packets = line.sent;
        final int trains = device.superSegments;
        run(line, a, b, 50_000_000, 150_000_000);
        assertTrue(line.longestNs <= 2_000_000, "a frame stayed for " + line.longestNs + " ns");
        assertTrue(line.held > 0);
        assertEquals(0, line.idleNs, "the line had nothing to send");
        assertTrue(2 * (device.superSegments - trains) > line.sent - packets, "most are trains");
        a.close();
        b.close();
    }

    private static void run(
        final LinePort line, final OffloadHost a, final OffloadHost b, final long fromNs, final long untilNs) {
        for (long nowNs = fromNs; nowNs < untilNs; nowNs += 10_000) {
            line.runUntil(nowNs);
            a.receive(nowNs);
            a.send(nowNs);
            b.receive(nowNs);
            b.send(nowNs);
        }
    }

    @Test
    void shouldAskWithoutAllocating() {
        final LinePort line = new LinePort(pair.first(), RING, 1, 1000);
        assertEquals(0, AllocationMeter.leastAllocated(() -> {
            for (int i = 0; i < 100_000; i++) {
                line.transmitRoom();
            }
        }, 20));
    }

    private void runLine(final LinePort line, final TransmitBatch before, final long forNs, final TcpConnection... connections) {
        final long untilNs = script.nowNs + forNs;
        while (script.nowNs < untilNs) {
            for (final TcpConnection each : connections) {
                refill(each);
            }
            line.nowNs = script.nowNs;
            while (before.hasRoom() && script.engine.emit(0, before, script.nowNs) > 0) {
                assertTrue(before.pending() <= BATCH);
            }
            before.flush();
            assertTrue(
                line.limit() == 0 || line.inUse() > line.limit() || before.pending() == 0, "the batch is within the bound");
            script.after(FRAME_NS);
            line.runUntil(script.nowNs);
            while (pair.second().receiveBurst(sending) > 0) {
                acknowledge();
            }
        }
    }

    private void acknowledge() {
        final int number = TcpHeaderFlyweight.destinationPort(sending.address(0) + PlainRoute.OVERHEAD) - PORTS;
        framesOf[number]++;
        acknowledgedOf[number] += sending.length(0) - PlainRoute.OVERHEAD - TcpHeaderFlyweight.MIN_LENGTH;
        pair.second().release(sending);
        script.remotePort = PORTS + number;
        script.inject("A seq=" + (1 + PEER_DISTANCE * (number - lastOpened))
            + " ack=" + (1 + acknowledgedOf[number] + issOf[number] - script.localIss()) + " win=65535");
    }

    /** So many times of a frame: the line sends one, it is acknowledged, and the connections use what room there is. */
    private void runLine(final TcpConnection connection, final int frames) {
        for (int i = 0; i < frames; i++) {
            refill(connection);
            offer();
            script.after(FRAME_NS);
            complete();
        }
    }

    private void offer() {
        while (batch.hasRoom() && script.engine.emit(0, batch, script.nowNs) > 0) {
            emittedNs.add(script.nowNs);
        }
        batch.flush();
    }

    private void complete() {
        if (pair.second().receiveBurst(sending) == 0) {
            idle++;
            return;
        }
        final long address = sending.address(0) + PlainRoute.OVERHEAD;
        final int number = TcpHeaderFlyweight.destinationPort(address) - PORTS;
        framesOf[number]++;
        longestNs = Math.max(longestNs, script.nowNs - emittedNs.remove());
        final int length = sending.length(0) - PlainRoute.OVERHEAD - TcpHeaderFlyweight.MIN_LENGTH;
        pair.second().release(sending);
        if (number == 0) {
            acknowledged += length;
            script.inject("A seq=1 ack=" + (1 + acknowledged) + " win=65535");
        }
    }

    private TcpConnection open(final int number) {
        script.remotePort = PORTS + number;
        script.newPeer(PEER_DISTANCE * number);
        script.inject("S seq=0 win=65535 mss=1460 ws=7");
        script.emitted();
        script.inject("A seq=1 ack=1 win=65535");
        issOf[number] = script.localIss();
        lastOpened = number;
        return script.connection;
    }

    private void fill(final TcpConnection connection) {
        script.connection = connection;
        for (int i = 0; i < 128; i++) {
            script.send(16_384);
        }
    }

    private void refill(final TcpConnection connection) {
        script.connection = connection;
        while (connection.sendSpace() >= 16_384) {
            script.send(16_384);
        }
    }

    private int drain() {
        final FrameBurst burst = new FrameBurst(BATCH);
        int frames = 0;
        while (pair.second().receiveBurst(burst) > 0) {
            for (int i = 0; i < burst.count(); i++) {
                framesOf[TcpHeaderFlyweight.destinationPort(burst.address(i) + PlainRoute.OVERHEAD) - PORTS]++;
            }
            frames += burst.count();
            pair.second().release(burst);
        }
        return frames;
    }
}
