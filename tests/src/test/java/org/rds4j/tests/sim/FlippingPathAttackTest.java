package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;
import org.rds4j.tests.support.TwoNodes;

/**
 * Somebody on the wire who changes records just when a connection goes from its NIC to software, as at a key change, or back.
 * Whoever sealed them, each change ends the path and is counted, the path comes back, and every message comes in the end.
 */
@Timeout(120)
class FlippingPathAttackTest {
    private static final int ATTACKS = 16;
    private static final int PORT = 4000;
    private static final int LONG_LENGTH = 9_000;
    private static final int SHORT_LENGTH = 700;
    private static final int THRESHOLD = 3_000;
    private static final long SEND_INTERVAL_NS = 1_500_000L;
    private static final long RECOVERY_NS = 100_000_000_000L;
    private static final WireConditions WIRE = WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);
    private static final OffloadPolicy STAY = OffloadPolicy.DEFAULT.withRetransmissions(1000, 1L << 40);
    /** A key for a fifth of a second. */
    private static final KeyLimits FEW = new KeyLimits(200, 2_000, 1L << 30, 1L << 31);

    /** Which way the connection goes, as a counter tells. */
    enum Flip {
        TO_SOFTWARE("tls-key-changes"), TO_NIC("tls-resumptions");

        private final String counter;

        Flip(final String counter) {
            this.counter = counter;
        }
    }

    /** What he does to one segment. */
    enum Attack {
        FLIP_A_BIT, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE
    }

    /** Strikes at one of the first segments after a flip, each time at the next of them. */
    private static final class Attacker implements FrameTap {
        private static final int LEAST = 300;
        private static final int SEGMENTS = 8;

        private final Forgery segment = new Forgery();
        private final Deque<byte[]> before = new ArrayDeque<>();
        private final InlinePair pair;
        private final Flip flip;
        private final Attack attack;
        private long flips;
        private int toLet;
        private boolean isArmed;
        private int done;

        Attacker(final InlinePair pair, final Flip flip, final Attack attack) {
            this.pair = pair;
            this.flip = flip;
            this.attack = attack;
        }

        void arm() {
            isArmed = true;
            toLet = done % SEGMENTS;
            flips = pair.count(flip.counter);
        }

        @Override
        public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
            if (from == Side.B || !segment.isData(address, length, LEAST)) {
                return true;
            }
            if (!isArmed || pair.count(flip.counter) == flips) {
                before.addLast(segment.payload());
                if (before.size() > SEGMENTS) {
                    before.removeFirst();
                }
            } else if (toLet > 0) {
                toLet--;
            } else {
                strike();
            }
            return true;
        }

        private void strike() {
            if (attack == Attack.FLIP_A_BIT) {
                final byte[] forged = segment.payload().clone();
                forged[done * 37 % forged.length] ^= (byte) (1 << done % 8);
                replace(forged);
            } else {
                before.stream().filter(old -> old.length == segment.payload().length).findFirst().ifPresent(this::replace);
            }
        }

        private void replace(final byte[] forged) {
            segment.replace(forged);
            isArmed = false;
            done++;
        }
    }

    /** A long and a short message now and then, so that NIC and software take turns between flips, too. */
    private static final class Applications implements SimHost, AutoCloseable {
        private final Simulation simulation;
        private final HistoryChecker checker;
        private final CheckedSocket sender;
        private final CheckedSocket receiver;
        private long nextSendNs;
        private boolean isSending = true;

        Applications(final Simulation simulation, final HistoryChecker checker, final InlinePair pair) {
            this.simulation = simulation;
            this.checker = checker;
            this.sender = bound(pair.first());
            this.receiver = bound(pair.second());
        }

        private CheckedSocket bound(final RdsNode node) {
            final RdsSocket socket = TwoNodes.bound(node, PORT);
            return new CheckedSocket(checker, socket, simulation.clock()::nanoTime);
        }

        @Override
        public int doWork(final long nowNs) {
            final int work = receiver.poll(64);
            if (isSending && nowNs >= nextSendNs) {
                nextSendNs = nowNs + SEND_INTERVAL_NS;
                sender.send(receiver.address(), LONG_LENGTH);
                sender.send(receiver.address(), SHORT_LENGTH);
            }
            return work;
        }

        @Override
        public long nextDeadlineNs() {
            return isSending ? nextSendNs : Long.MAX_VALUE;
        }

        @Override
        public void close() {
            sender.close();
            receiver.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"TO_SOFTWARE, FLIP_A_BIT", "TO_SOFTWARE, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE",
        "TO_NIC, FLIP_A_BIT", "TO_NIC, PUT_A_SEGMENT_FROM_BEFORE_IN_ITS_PLACE"})
    void shouldCloseThePathAndDeliverNothingOfTheAttackers(final Flip flip, final Attack attack) {
        final Simulation simulation = new Simulation(31);
        final HistoryChecker checker = new HistoryChecker(31);
        try (DemoIdentities identities = new DemoIdentities(List.of("node"));
            InlinePair pair = new InlinePair(simulation, WIRE, identities, ModelMode.STRICT, STAY, THRESHOLD, FEW);
            Applications applications = new Applications(simulation, checker, pair)) {
            final Attacker attacker = new Attacker(pair, flip, attack);
            pair.link().tap(attacker);
            simulation.host("applications", applications);
            for (int i = 0; i < ATTACKS; i++) {
                final long before = checker.delivered();
                simulation.runUntil(() -> checker.delivered() > before + 20, simulation.clock().nanoTime() + RECOVERY_NS);
                assertTrue(checker.delivered() > before + 20, "it goes on after attack " + i);
                attacker.arm();
                simulation.runUntil(() -> !attacker.isArmed, simulation.clock().nanoTime() + RECOVERY_NS);
                assertEquals(Optional.empty(), checker.violation());
            }
            applications.isSending = false;
            simulation.runUntil(() -> checker.outstanding() == 0, simulation.clock().nanoTime() + RECOVERY_NS);
            checker.requireComplete();
            requireCounts(pair, attacker);
        }
    }

    private static void requireCounts(final InlinePair pair, final Attacker attacker) {
        assertEquals(ATTACKS, attacker.done);
        assertEquals(ATTACKS, AllToAll.counter(pair.second(), "node_record_refused"));
        final long headers = AllToAll.counter(pair.second(), "crypto-open-decode_engine")
            + AllToAll.counter(pair.second(), "crypto-open-overflow_engine")
            + AllToAll.counter(pair.second(), "crypto-open-unexpected_engine");
        final long tags = AllToAll.counter(pair.second(), "crypto-open-bad-mac");
        assertTrue(headers + tags >= ATTACKS && headers <= ATTACKS / 2, headers + " by headers, " + tags + " by tags");
        assertEquals(1 + ATTACKS, AllToAll.counter(pair.second(), "passive-opens"), "each ended the path, and it came back");
        assertTrue(pair.count(attacker.flip.counter) >= ATTACKS, pair.count(attacker.flip.counter) + " flips");
        assertTrue(pair.count("tls-device-records") > 1_000, pair.count("tls-device-records") + " records by the NIC");
        assertEquals(0, pair.count(ModelCounter.PLAINTEXT_LEAK));
        assertEquals(0, pair.count(ModelCounter.TRANSMIT_DESYNC));
        assertEquals(0, pair.count(ModelCounter.REFUSED_ELEMENTS));
        assertEquals(0, pair.count("tls-image-changed"));
        assertEquals(0, AllToAll.counter(pair.second(), "node_key_update_flood"));
        System.out.printf("%d key changes, %d returns to the NIC, %d records by it, %d of these sealed in software%n",
            pair.count("tls-key-changes"), pair.count("tls-resumptions"), pair.count("tls-device-records"),
            pair.count("tls-device-records-sealed"));
    }
}
