package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.List;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.RdsContext;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.WireConditions;

/** Keys that last for a few records only: changed by both sides all the time, on a bad wire, across broken connections. */
@Timeout(120)
class KeyChangeTest {
    private static final int KEY_CHANGES = 100;
    private static final long SECOND_NS = 1_000_000_000L;
    /** With {@link #FEW} about five keys a second in each direction. */
    private static final long BEAT_NS = 6_000_000L;
    private static final KeyLimits FEW = new KeyLimits(32, 64, 1L << 33, 1L << 34);
    private static final WireConditions WIRE = WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);
    private static final WireConditions BAD_WIRE =
        WIRE.withLoss(0.05).withReordering(0.05, 200_000).withDuplication(0.02);

    private static DemoIdentities identities;

    @BeforeAll
    static void makeIdentities() {
        identities = new DemoIdentities(List.of("node"));
    }

    @AfterAll
    static void removeIdentities() {
        identities.close();
    }

    private static SteadyPair pair(final WireConditions wire, final KeyLimits limits) {
        final UnaryOperator<RdsContext> encrypted = context -> identities.apply(context, "node");
        return new SteadyPair(wire, encrypted, limits, BEAT_NS);
    }

    private static void requireChanges(final SteadyPair pair, final long least) {
        final long changes = pair.count("crypto-key-updates-sent");
        assertTrue(changes >= least, changes + " key changes");
        assertEquals(0, pair.count("crypto-seal-key-exhausted"));
        assertEquals(0, pair.count("crypto-open-bad-mac"));
        assertEquals(0, pair.count("crypto-key-updates-asked"));
        assertEquals(0, pair.count("node_key_update_flood"));
    }

    @Test
    void shouldChangeKeysAHundredTimesUnderLossReorderingAndDuplication() {
        try (SteadyPair pair = pair(BAD_WIRE, FEW)) {
            pair.run(20 * SECOND_NS);
            pair.finish();
            requireChanges(pair, 2 * KEY_CHANGES);
            assertEquals(pair.count("crypto-key-updates-sent"), pair.count("crypto-key-updates-received"));
            assertTrue(pair.count("retransmissions") > 50);
            assertEquals(1, pair.count("passive-opens"), "the path stays");
        }
    }

    /** A connection breaks all the time, often between a KeyUpdate and what follows it; the next one has keys of its own. */
    @Test
    void shouldChangeKeysAcrossReconnects() {
        try (SteadyPair pair = pair(BAD_WIRE, FEW)) {
            final Resetter resetter = new Resetter();
            pair.nodes().link().tap(resetter);
            for (int i = 0; i < 80; i++) {
                pair.run(SECOND_NS / 2 + i * 7_000_000L);
                resetter.isArmed = true;
            }
            pair.finish();
            requireChanges(pair, KEY_CHANGES);
            final long connections = pair.count("passive-opens");
            assertTrue(connections >= 40, connections + " connections");
        }
    }

    /** Nobody hears anything for two seconds: keys are due, nothing fits into the stream, and no key is used up for it. */
    @Test
    void shouldHoldDataBackWhileAKeyUpdateFindsNoRoom() {
        final UnaryOperator<RdsContext> small = context -> identities.apply(context, "node").tcpBufferLength(64 << 10);
        try (SteadyPair pair = new SteadyPair(WIRE, small, FEW, BEAT_NS)) {
            pair.run(SECOND_NS);
            for (int i = 0; i < 10; i++) {
                pair.nodes().link().cut(true);
                pair.run(2 * SECOND_NS);
                pair.nodes().link().cut(false);
                pair.run(2 * SECOND_NS);
            }
            pair.finish();
            requireChanges(pair, KEY_CHANGES);
            assertEquals(1, pair.count("passive-opens"), "the path stays");
        }
    }

    /** Makes a segment that carries data a reset, checksum included. */
    private static final class Resetter implements FrameTap {
        private static final int TCP = 14 + 20;
        private static final int RST = 0x04;
        private static final int LEAST = 300;

        private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
        private boolean isArmed;

        @Override
        public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
            frame.wrap(address, length);
            if (isArmed && length > LEAST && frame.getByte(14 + 9) == 6) {
                isArmed = false;
                frame.putByte(TCP + 13, (byte) (frame.getByte(TCP + 13) | RST));
                final int sum = (~frame.getShort(TCP + 16, ByteOrder.BIG_ENDIAN) & 0xffff) + RST;
                frame.putShort(TCP + 16, (short) ~((sum & 0xffff) + (sum >>> 16)), ByteOrder.BIG_ENDIAN);
            }
            return true;
        }
    }
}
