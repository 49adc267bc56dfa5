package org.rds4j.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    private final Script script = new Script(Script.plain().windowScale(true).initialWindowSegments(1024)
        .sendBufferLength(1 << 22).flow(FlowConfiguration.DATACENTER.withInitialBuffers(1 << 22, 1 << 16))).listen();
    private final InMemoryLinkPair pair = new InMemoryLinkPair(1500, 4 * RING, RING);
    private final TransmitBatch batch = new TransmitBatch(pair.first(), BATCH);
    private final int[] framesOf = new int[2];

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
