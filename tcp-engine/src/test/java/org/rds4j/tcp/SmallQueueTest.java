package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.rds4j.tcp.congestion.FlowConfiguration;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tcp.link.TransmitBatch;
import org.rds4j.tcp.support.PlainRoute;
import org.rds4j.tcp.support.Script;
import org.rds4j.tcp.wire.TcpHeaderFlyweight;

/**
 * What connections with endless windows have in a device that sends nothing: no more than its ring and one batch hold, in equal
 * shares. A ring of 1024 frames is 1.2 ms at 10 Gbit/s.
 */
class SmallQueueTest {
    private static final int RING = 1024;
    private static final int BATCH = 64;
    private static final int PORTS = 9000;
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
        script.newPeer(7000 * number);
        script.inject("S seq=0 win=65535 mss=1460 ws=7");
        script.emitted();
        script.inject("A seq=1 ack=1 win=65535");
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
