package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
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
    private static final int WINDOW = 1024;
    private static final double OCTETS_PER_NS = 10e9 / 8 / 1e9;
    private static final int WIRE_OVERHEAD = 24;
    private static final long MOST_NS = 2_000_000;

    private final Script script = new Script(Script.plain().windowScale(true).initialWindowSegments(WINDOW)
        .sendBufferLength(1 << 22).flow(FlowConfiguration.DATACENTER.withInitialBuffers(1 << 22, 1 << 16))).listen();
    private final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 4 * RING, RING);
    private final TransmitBatch batch = new TransmitBatch(pair.first(), BATCH);
    private final ArrayDeque<Long> queuedNs = new ArrayDeque<>();
    private final int[] framesOf = new int[2];

    @Test
    void shouldKeepNoMoreInTheDeviceThanItsRingHoldsInEqualShares() {
        final TcpConnection first = open(0);
        final TcpConnection second = open(1);
        fill(first);
        fill(second);
        emit();
        batch.flush();
        assertEquals(RING + BATCH, queuedNs.size(), "then the device takes nothing more");
        assertEquals(0, script.engine.emit(0, batch, script.nowNs));
        final int taken = drain();
        assertEquals(RING, taken);
        assertTrue(Math.abs(framesOf[0] - framesOf[1]) <= 1, framesOf[0] + " and " + framesOf[1]);
        batch.close();
    }

    /** Windows that hold more than two milliseconds at the line's rate, of which the device gets no more than its queue holds. */
    @Test
    void shouldNotLetAFrameWaitInTheDeviceForTwoMilliseconds() {
        final TcpConnection first = open(0);
        final TcpConnection second = open(1);
        fill(first);
        fill(second);
        final FrameBurst one = new FrameBurst(1);
        long worstNs = 0;
        int frames = 0;
        emit();
        batch.flush();
        while (pair.second().receiveBurst(one) > 0) {
            script.nowNs += Math.round((one.length(0) + WIRE_OVERHEAD) / OCTETS_PER_NS);
            worstNs = Math.max(worstNs, script.nowNs - queuedNs.remove());
            frames++;
            pair.second().release(one);
            emit();
            batch.flush();
        }
        assertEquals(2 * WINDOW, frames);
        assertTrue(worstNs < MOST_NS, "waited: " + worstNs + " ns");
        batch.close();
    }

    private void emit() {
        while (batch.hasRoom() && script.engine.emit(0, batch, script.nowNs) > 0) {
            queuedNs.add(script.nowNs);
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
