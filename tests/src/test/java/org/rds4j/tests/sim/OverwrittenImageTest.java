package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.RdsSocket;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.Simulation;
import org.rds4j.tests.support.TwoNodes;

/**
 * Somebody overwrites plaintext that stands in the send stream for the NIC, just when a part of it is lost on the way. The record
 * is not encrypted a second time: the path ends and comes back, and the message comes as it was sent.
 */
@Timeout(60)
class OverwrittenImageTest {
    private static final int PORT = 4000;
    private static final int LENGTH = 9_000;
    private static final int SEGMENT = 1_000;
    private static final byte OCTET = 0x5a;
    private static final long PLAINTEXT = 0x5a5a5a5a5a5a5a5aL;
    private static final long PATIENCE_NS = 100_000_000_000L;
    private static final WireConditions WIRE = WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);

    private final Simulation simulation = new Simulation(5);
    private final Forgery segment = new Forgery();
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH]);
    private InlinePair pair;
    private boolean isArmed;
    private int delivered;

    @Test
    void shouldEndThePathRatherThanProtectTwoPlaintextsByOneNumber() {
        message.setMemory(0, LENGTH, OCTET);
        try (DemoIdentities identities = new DemoIdentities(List.of("node"));
            InlinePair nodes = new InlinePair(
                simulation, WIRE, identities, ModelMode.STRICT, OffloadPolicy.DEFAULT, 1, KeyLimits.DEFAULT);
            RdsSocket sender = TwoNodes.bound(nodes.first(), PORT);
            RdsSocket receiver = TwoNodes.bound(nodes.second(), PORT)) {
            pair = nodes;
            pair.link().tap(new FrameTap() {
                @Override
                public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
                    return from == Side.B || !isArmed || !segment.isData(address, length, SEGMENT) || overwrite();
                }
            });
            while (pair.count("tls-device-records") == 0) {
                deliver(sender, receiver);
            }
            isArmed = true;
            deliver(sender, receiver);
            deliver(sender, receiver);
            assertEquals(1, pair.count("tls-image-changed"));
            assertEquals(1, pair.count("node_seal_failed"));
            assertEquals(0, pair.count("tls-device-records-sealed"));
            assertEquals(2, AllToAll.counter(pair.second(), "passive-opens"));
            assertEquals(0, AllToAll.counter(pair.second(), "node_record_refused"));
        }
    }

    /** False, so that the segment is lost. */
    private boolean overwrite() {
        final Map<?, ?> carriers = (Map<?, ?>) InlinePair.field(
            InlinePair.field(InlinePair.field(InlinePair.field(pair.first(), "parts"), "engine"), "carriers"), "carrierById");
        final Object transmission = InlinePair.field(carriers.values().iterator().next(), "inline");
        final long ring = (long) InlinePair.field(transmission, "ring");
        final int ringLength = (int) InlinePair.field(InlinePair.field(transmission, "service"), "ringLength");
        for (int at = 0; at < ringLength - Long.BYTES; at++) {
            if (UnsafeApi.getLong(ring + at) == PLAINTEXT) {
                UnsafeApi.putLong(ring + at, 0);
            }
        }
        isArmed = false;
        return false;
    }

    private void deliver(final RdsSocket sender, final RdsSocket receiver) {
        final int before = delivered;
        assertTrue(sender.offer(TwoNodes.at(pair.second(), PORT), message, 0, LENGTH) >= 0);
        simulation.runUntil(() -> receive(receiver) > before, simulation.clock().nanoTime() + PATIENCE_NS);
        assertEquals(before + 1, delivered);
    }

    private int receive(final RdsSocket receiver) {
        receiver.poll((buffer, offset, length, info) -> {
            final byte[] content = new byte[length];
            buffer.getBytes(offset, content);
            final byte[] expected = new byte[LENGTH];
            Arrays.fill(expected, OCTET);
            assertTrue(Arrays.equals(expected, content));
            delivered++;
        }, 64);
        return delivered;
    }
}
