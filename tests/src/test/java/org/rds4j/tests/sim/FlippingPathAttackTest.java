package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.Simulation;

/**
 * Somebody on the wire who changes records just when a connection goes from its NIC to software, as at a key change, or back.
 * Whoever sealed them, each change ends the path and is counted, the path comes back, and every message comes in the end.
 */
@Timeout(120)
class FlippingPathAttackTest {
    private static final int ATTACKS = 16;
    private static final int LONG_LENGTH = 9_000;
    private static final int SHORT_LENGTH = 700;
    private static final int THRESHOLD = 3_000;
    private static final long SEND_INTERVAL_NS = 1_500_000L;
    private static final long RECOVERY_NS = 100_000_000_000L;
    private static final WireConditions WIRE = WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);
    private static final OffloadPolicy STAY = OffloadPolicy.DEFAULT.withRetransmissions(1000, 1L << 40);
    /** A key for a fifth of a second. */
    private static final KeyLimits FEW = new KeyLimits(200, 2_000, 1L << 30, 1L << 31);

    /** Which way the connection goes, at its sender or at its receiver, as a counter tells. */
    enum Flip {
        TO_SOFTWARE("tls-key-changes", false), TO_NIC("tls-resumptions", false),
        OPENED_BY_SOFTWARE("crypto-key-updates-received", true), OPENED_BY_NIC("tls-rx-ctx", true);

        private final String counter;
        private final boolean isOfReceiver;

        Flip(final String counter, final boolean isOfReceiver) {
            this.counter = counter;
            this.isOfReceiver = isOfReceiver;
        }

        private long count(final InlinePair pair) {
            return isOfReceiver ? pair.countReceived(counter) : pair.count(counter);
        }
    }

    /** What he does to one segment. */
    enum Attack {
        FLIP_A_BIT, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE
    }

    /** Strikes at one of the first segments after a flip, each time at the next of them. */
    private static final class Attacker extends WireAttacker {
        private static final int SEGMENTS = 8;

        private final Deque<byte[]> before = new ArrayDeque<>();
        private final InlinePair pair;
        private final Flip flip;
        private final Attack attack;
        private long flips;
        private int toLet;

        Attacker(final InlinePair pair, final Flip flip, final Attack attack) {
            this.pair = pair;
            this.flip = flip;
            this.attack = attack;
        }

        @Override
        void arm() {
            super.arm();
            toLet = done() % SEGMENTS;
            flips = flip.count(pair);
        }

        @Override
        boolean onData(final Side from, final byte[] octets) {
            if (from == Side.B) {
                return true;
            }
            if (!isArmed() || flip.count(pair) == flips) {
                before.addLast(octets);
                if (before.size() > SEGMENTS) {
                    before.removeFirst();
                }
            } else if (toLet > 0) {
                toLet--;
            } else if (attack == Attack.FLIP_A_BIT) {
                flipABit();
            } else {
                before.stream().filter(old -> old.length == octets.length).findFirst().ifPresent(this::replace);
            }
            return true;
        }
    }

    @ParameterizedTest
    @CsvSource({"TO_SOFTWARE, FLIP_A_BIT", "TO_SOFTWARE, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE",
        "TO_NIC, FLIP_A_BIT", "TO_NIC, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE",
        "OPENED_BY_SOFTWARE, FLIP_A_BIT", "OPENED_BY_SOFTWARE, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE",
        "OPENED_BY_NIC, FLIP_A_BIT", "OPENED_BY_NIC, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE"})
    void shouldCloseThePathAndDeliverNothingOfTheAttackers(final Flip flip, final Attack attack) {
        final Simulation simulation = new Simulation(31);
        try (DemoIdentities identities = new DemoIdentities(List.of("node"));
            InlinePair pair = new InlinePair(
                simulation, WIRE, identities, ModelMode.STRICT, STAY, THRESHOLD, FEW, flip.isOfReceiver);
            AttackedStreams streams = new AttackedStreams(
                simulation, pair.first(), pair.second(), List.of(LONG_LENGTH, SHORT_LENGTH), List.of(), SEND_INTERVAL_NS)) {
            final Attacker attacker = new Attacker(pair, flip, attack);
            pair.link().tap(attacker);
            streams.endure(attacker, ATTACKS, RECOVERY_NS);
            requireCounts(pair, flip);
            if (flip.isOfReceiver) {
                requireReceived(pair);
            }
        }
    }

    private static void requireCounts(final InlinePair pair, final Flip flip) {
        assertEquals(ATTACKS, AllToAll.counter(pair.second(), "node_record_refused"));
        final long headers = AllToAll.counter(pair.second(), "crypto-open-decode_engine")
            + AllToAll.counter(pair.second(), "crypto-open-overflow_engine")
            + AllToAll.counter(pair.second(), "crypto-open-unexpected_engine");
        final long tags = AllToAll.counter(pair.second(), "crypto-open-bad-mac");
        assertTrue(headers + tags >= ATTACKS && headers <= ATTACKS / 2, headers + " by headers, " + tags + " by tags");
        assertEquals(1 + ATTACKS, AllToAll.counter(pair.second(), "passive-opens"), "each ended the path, and it came back");
        assertTrue(flip.count(pair) >= ATTACKS, flip.count(pair) + " flips");
        assertTrue(pair.count("tls-device-records") > 1_000, pair.count("tls-device-records") + " records by the NIC");
        assertEquals(0, pair.count(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, pair.count(ModelCounter.REFUSED_ELEMENTS));
        assertEquals(0, pair.count("tls-image-changed"));
        assertEquals(0, AllToAll.counter(pair.second(), "node_key_update_flood"));
        System.out.printf("%d key changes, %d returns to the NIC, %d records by it, %d of these sealed in software%n",
            pair.count("tls-key-changes"), pair.count("tls-resumptions"), pair.count("tls-device-records"),
            pair.count("tls-device-records-sealed"));
    }

    private static void requireReceived(final InlinePair pair) {
        final long whole = pair.countReceived("tls-records-decrypted");
        final long parts = pair.countReceived("tls-records-restored");
        assertTrue(whole > 500, whole + " records by the receiver's NIC, " + parts + " by both");
        assertEquals(0, pair.countReceived(ModelCounter.REFUSED_ELEMENTS));
    }
}
