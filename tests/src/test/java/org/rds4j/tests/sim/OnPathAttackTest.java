package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.check.CheckedSocket;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.FrameTap;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.perf.scenario.NodePair;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;

/**
 * Somebody on the wire who reads everything, changes what he likes and sets the checksums right. Each time he does, the path is
 * closed and comes back; no octet of his is ever delivered, and every message comes in the end, in order and once.
 */
@Timeout(120)
class OnPathAttackTest {
    private static final int ATTACKS = 25;
    private static final int PORT = 4000;
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
    private static final class Attacker implements FrameTap {
        private static final int FIN = 0x01;
        /** Long enough to be a message of the streams here, not an acknowledgement or a probe. */
        private static final int LEAST = 300;

        private final Forgery segment = new Forgery();
        private final Attack attack;
        private byte[] captured;
        private byte[] capturedBefore;
        private byte[] reflected;
        private byte[] held;
        private boolean isArmed;
        private int done;

        Attacker(final Attack attack) {
            this.attack = attack;
        }

        void arm() {
            isArmed = true;
        }

        @Override
        public boolean onEntering(final Side from, final long address, final int length, final long nowNs) {
            if (!segment.isData(address, length, LEAST)) {
                return true;
            }
            final byte[] octets = segment.payload();
            if (from == Side.B) {
                reflected = octets;
                return true;
            }
            final boolean isLet = !isArmed || change(octets);
            captured = octets;
            return isLet;
        }

        private boolean change(final byte[] octets) {
            switch (attack) {
                case FLIP_A_BIT, FLIP_A_BIT_OF_A_LONG_MESSAGE -> {
                    final byte[] flipped = octets.clone();
                    flipped[done * 37 % octets.length] ^= (byte) (1 << done % 8);
                    replace(flipped);
                }
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
                case TRUNCATE -> {
                    segment.set(FIN);
                    onDone();
                }
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

        private void replace(final byte[] after) {
            segment.replace(after);
            onDone();
        }

        private void onDone() {
            isArmed = false;
            done++;
        }
    }

    /** Messages each way now and then, two at once from the first node; long ones where they are to be cut. */
    private static final class Applications implements SimHost, AutoCloseable {
        private final Simulation simulation;
        private final HistoryChecker checker;
        private final List<CheckedSocket> sockets;
        private final int lengthOfFirst;
        private long nextSendNs;
        private boolean isSending = true;

        Applications(
            final Simulation simulation, final HistoryChecker checker, final NodePair nodes, final int lengthOfFirst) {
            this.simulation = simulation;
            this.checker = checker;
            this.lengthOfFirst = lengthOfFirst;
            this.sockets = List.of(bound(nodes.first()), bound(nodes.second()));
        }

        private CheckedSocket bound(final RdsNode node) {
            final RdsSocket socket = node.socket();
            socket.bind(PORT);
            return new CheckedSocket(checker, socket, simulation.clock()::nanoTime);
        }

        @Override
        public int doWork(final long nowNs) {
            final int work = sockets.getFirst().poll(64) + sockets.getLast().poll(64);
            if (isSending && nowNs >= nextSendNs) {
                nextSendNs = nowNs + SEND_INTERVAL_NS;
                for (int i = 0; i < 2; i++) {
                    sockets.getFirst().send(RdsAddress.parse("10.0.0.2:" + PORT), lengthOfFirst);
                }
                sockets.getLast().send(RdsAddress.parse("10.0.0.1:" + PORT), LENGTH);
            }
            return work;
        }

        @Override
        public long nextDeadlineNs() {
            return isSending ? nextSendNs : Long.MAX_VALUE;
        }

        @Override
        public void close() {
            sockets.forEach(CheckedSocket::close);
        }
    }

    private static boolean isOfLongMessages(final Attack attack) {
        return attack == Attack.TRUNCATE || attack == Attack.FLIP_A_BIT_OF_A_LONG_MESSAGE;
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseThePathAndDeliverNothingOfTheAttackers(final Attack attack) {
        final Simulation simulation = new Simulation(21);
        final HistoryChecker checker = new HistoryChecker(21);
        final Attacker attacker = new Attacker(attack);
        try (DemoIdentities identities = new DemoIdentities(List.of("node"));
            NodePair nodes = new NodePair(simulation, WIRE, context -> identities.apply(context, "node"));
            Applications applications = new Applications(
                simulation, checker, nodes, isOfLongMessages(attack) ? LONG_LENGTH : LENGTH)) {
            nodes.link().tap(attacker);
            simulation.host("applications", applications);
            for (int i = 0; i < ATTACKS; i++) {
                final long before = checker.delivered();
                simulation.runUntil(() -> checker.delivered() > before + 20, simulation.clock().nanoTime() + RECOVERY_NS);
                assertTrue(checker.delivered() > before + 20, "it goes on after attack " + i);
                attacker.arm();
                simulation.runUntil(() -> !attacker.isArmed, simulation.clock().nanoTime() + RECOVERY_NS);
                assertEquals(Optional.empty(), checker.violation());
            }
            assertEquals(ATTACKS, attacker.done);
            applications.isSending = false;
            simulation.runUntil(() -> checker.outstanding() == 0, simulation.clock().nanoTime() + RECOVERY_NS);
            checker.requireComplete();
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
