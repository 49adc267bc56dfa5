package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.perf.scenario.NodePair;
import org.rds4j.sim.world.Simulation;

/**
 * Somebody on the wire who reads everything, changes what he likes and sets the checksums right. Each time he does, the path is
 * closed and comes back; no octet of his is ever delivered, and every message comes in the end, in order and once.
 */
@Timeout(120)
class OnPathAttackTest {
    private static final int ATTACKS = 25;
    private static final int LENGTH = 400;
    private static final int LONG_LENGTH = 9_000;
    private static final long SEND_INTERVAL_NS = 200_000L;
    private static final long RECOVERY_NS = 2_000_000_000L;
    private static final WireConditions WIRE = WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20);

    /** What he does to one segment of the first node's. */
    enum Attack {
        FLIP_A_BIT, FLIP_A_BIT_OF_A_LONG_MESSAGE, ALTER_THE_TYPE, ALTER_THE_VERSION,
        LENGTHEN_A_RECORD, REPLAY, REFLECT, REPLAY_OF_AN_EARLIER_CONNECTION, SWAP, PLAINTEXT_CONGESTION_UPDATE, TRUNCATE
    }

    /** The one on the wire. */
    private static final class Attacker extends WireAttacker {
        private final Attack attack;
        private byte[] captured;
        private byte[] capturedBefore;
        private byte[] reflected;
        private byte[] held;

        Attacker(final Attack attack) {
            this.attack = attack;
        }

        @Override
        boolean onData(final Side from, final byte[] octets) {
            if (from == Side.B) {
                reflected = octets;
                return true;
            }
            final boolean isLet = !isArmed() || change(octets);
            captured = octets;
            return isLet;
        }

        private boolean change(final byte[] octets) {
            switch (attack) {
                case FLIP_A_BIT, FLIP_A_BIT_OF_A_LONG_MESSAGE -> flipABit();
                case ALTER_THE_TYPE -> replace(with(octets, 0, 22));
                case ALTER_THE_VERSION -> replace(with(octets, 1, 2));
                case LENGTHEN_A_RECORD -> replace(with(octets, 3, 0x7f));
                case REPLAY -> replaceBy(captured, octets);
                case REFLECT -> replaceBy(reflected, octets);
                case REPLAY_OF_AN_EARLIER_CONNECTION -> {
                    replaceBy(capturedBefore == null ? captured : capturedBefore, octets);
                    capturedBefore = octets;
                }
                case SWAP -> {
                    return swap(octets);
                }
                case PLAINTEXT_CONGESTION_UPDATE -> replace(congestionUpdate(octets.length));
                case TRUNCATE -> truncate();
            }
            return true;
        }

        /** The first is kept back, and stands in the place of the second. */
        private boolean swap(final byte[] octets) {
            if (held == null) {
                held = octets;
                return false;
            }
            if (held.length == octets.length && !Arrays.equals(held, octets)) {
                replace(held);
                held = null;
            }
            return true;
        }

        private static byte[] with(final byte[] octets, final int at, final int value) {
            final byte[] changed = octets.clone();
            changed[at] = (byte) value;
            return changed;
        }

        /** Header of an RDS congestion update: length 8192, flag 0x01, and a map of ones. */
        private static byte[] congestionUpdate(final int length) {
            final byte[] update = new byte[length];
            Arrays.fill(update, 48, length, (byte) 0xff);
            update[18] = 0x20;
            update[24] = 1;
            return update;
        }

        private void replaceBy(final byte[] other, final byte[] octets) {
            if (other != null && other.length == octets.length && !Arrays.equals(other, octets)) {
                replace(other);
            }
        }
    }

    private static boolean isOfLongMessages(final Attack attack) {
        return attack == Attack.TRUNCATE || attack == Attack.FLIP_A_BIT_OF_A_LONG_MESSAGE;
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseThePathAndDeliverNothingOfTheAttackers(final Attack attack) {
        final Simulation simulation = new Simulation(21);
        final int length = isOfLongMessages(attack) ? LONG_LENGTH : LENGTH;
        try (DemoIdentities identities = new DemoIdentities(List.of("node"));
            NodePair nodes = new NodePair(simulation, WIRE, context -> identities.apply(context, "node"));
            AttackedStreams streams = new AttackedStreams(
                simulation, nodes.first(), nodes.second(), List.of(length, length), List.of(LENGTH), SEND_INTERVAL_NS)) {
            final Attacker attacker = new Attacker(attack);
            nodes.link().tap(attacker);
            streams.endure(attacker, ATTACKS, RECOVERY_NS);
            requireCounts(nodes, attack);
        }
    }

    /** Each was noticed by the one it was meant for. An altered length leaves it waiting or closes at once, by what it is. */
    private static void requireCounts(final NodePair nodes, final Attack attack) {
        final long refused = AllToAll.counter(nodes.second(), "node_record_refused");
        if (attack == Attack.TRUNCATE) {
            assertTrue(AllToAll.counter(nodes.second(), "conn_reset") >= ATTACKS);
            assertEquals(0, refused);
        } else {
            assertEquals(ATTACKS, refused);
        }
        assertEquals(0, AllToAll.counter(nodes.first(), "cong_update_received")
            - AllToAll.counter(nodes.second(), "cong_update_queued"));
    }
}
