package org.rds4j.tests.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.rds4j.RdsContext;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.world.Simulation;

/**
 * A fleet's time: all connect, then datagrams flow while peers restart, in the middle all at once, and at last each says one
 * more thing to each and everything must have come.
 */
final class FleetRun implements AutoCloseable {
    /** Full jitter from 50 ms on, doubling, tries about ten times in the half minute that a peer is away at most. */
    static final int MOST_ATTEMPTS_PER_RESTART = 12;

    private static final long SECOND_NS = 1_000_000_000L;
    private static final long QUIET_NS = 60 * SECOND_NS;
    private static final long POWER_CUT_NS = 20 * SECOND_NS;
    private static final long LONGEST_OUTAGE_NS = 10 * SECOND_NS;
    /** Around the power cut no peer restarts for a reason of its own. */
    private static final long CALM_NS = 240 * SECOND_NS;
    private static final double MEAN_BURST = 8.5;

    private final Simulation simulation;
    private final HistoryChecker checker;
    private final Fleet fleet;
    private final AttemptMeter meter;
    private final RandomGenerator chance;
    private final long durationNs;
    private Map<String, Long> gauges;
    private int paths = 1;
    private int budget = 100;
    private long startNs;
    private long restarts;

    FleetRun(final long seed, final int peers, final long durationNs, final UnaryOperator<RdsContext> settings) {
        this.durationNs = durationNs;
        simulation = new Simulation(seed);
        checker = new HistoryChecker(seed);
        fleet = new Fleet(simulation, checker, peers, settings);
        meter = new AttemptMeter(fleet.hub());
        simulation.host("meter", meter, List.of());
        chance = simulation.random().stream("restarts");
    }

    void paths(final int count) {
        paths = count;
    }

    void budget(final int attemptsPerSecond) {
        budget = attemptsPerSecond;
    }

    HistoryChecker checker() {
        return checker;
    }

    long restarts() {
        return restarts;
    }

    long attempts() {
        return meter.attempts();
    }

    /** Every peer hears the hub for the first time. */
    void connect() {
        fleet.hub().sendToAll();
        complete();
        simulation.runUntil(simulation.clock().nanoTime() + QUIET_NS);
        requireConnected();
        gauges = Footprint.gauges(fleet);
        startNs = simulation.clock().nanoTime();
    }

    /** Has the hub send half of so many datagrams in the time there is, and the peers together the other half. */
    void send(final long datagrams) {
        final double bursts = datagrams / (2 * MEAN_BURST);
        fleet.hub().begin((long) (durationNs / bursts));
        fleet.peers().forEach(peer -> peer.begin((long) (durationNs * fleet.peers().size() / bursts)));
    }

    /** One of the restarts is that of all at once. */
    void restartEach(final int times) {
        final long middleNs = startNs + durationNs / 2;
        for (int i = 0; i < fleet.peers().size(); i++) {
            restart(i, middleNs, POWER_CUT_NS);
            for (int time = 1; time < times; time++) {
                final long momentNs = startNs + chance.nextLong(durationNs - CALM_NS);
                restart(i, momentNs < middleNs - CALM_NS / 2 ? momentNs : momentNs + CALM_NS, outageNs());
            }
        }
    }

    /** Half of the peers come back at once. */
    private long outageNs() {
        return chance.nextBoolean() ? 0 : chance.nextLong(LONGEST_OUTAGE_NS);
    }

    private void restart(final int number, final long momentNs, final long outageNs) {
        final FleetHost peer = fleet.peers().get(number);
        simulation.at(momentNs, () -> {
            if (!peer.isUp()) {
                restart(number, momentNs + LONGEST_OUTAGE_NS, outageNs);
                return;
            }
            peer.crash();
            simulation.at(momentNs + outageNs, () -> {
                restarts++;
                peer.launch();
                simulation.wake("peer " + number);
            });
        });
    }

    void play() {
        final long backNs = startNs + durationNs / 2 + POWER_CUT_NS;
        simulation.runUntil(backNs);
        fleet.hub().sendToAll(); // a smaller host that has restarted knows nobody to dial
        for (int second = 0; second < 60 && !isEveryPeerConnected(); second++) {
            simulation.runUntil(simulation.clock().nanoTime() + SECOND_NS);
        }
        requireConnected();
        simulation.runUntil(startNs + durationNs);
        // what was sent last, and whoever is away
        fleet.hub().end();
        fleet.peers().forEach(FleetHost::end);
        simulation.runUntil(simulation.clock().nanoTime() + QUIET_NS);
    }

    /** The last word of each to each must arrive, and everything before it that is not excused. */
    void finish() {
        fleet.hub().sendToAll();
        fleet.peers().forEach(FleetHost::sendToAll);
        complete();
        simulation.runUntil(simulation.clock().nanoTime() + QUIET_NS);
        requireConnected();
        checker.requireComplete();
        assertEquals(0, simulation.overdueSteps());
        assertTrue(meter.mostInASecond() <= budget, () -> meter.mostInASecond() + " attempts in a second");
        assertEquals(gauges, Footprint.gauges(fleet));
        assertEquals(0, AllToAll.counter(fleet.hub().node(), "recv_drop_old_seq"), this::toString);
    }

    private void complete() {
        final boolean isOver = simulation.runUntil(() -> checker.violation().isPresent() || checker.outstanding() == 0,
            simulation.clock().nanoTime() + QUIET_NS);
        assertEquals(Optional.empty(), checker.violation());
        assertTrue(isOver, () -> checker.outstanding() + " outstanding");
    }

    private boolean isEveryPeerConnected() {
        final long wanted = (long) paths * fleet.peers().size();
        return fleet.peers().stream().allMatch(FleetHost::isUp)
            && AllToAll.counter(fleet.hub().node(), "connections-in-use") == wanted
            && fleet.sum(node -> AllToAll.counter(node, "connections-in-use")) == wanted;
    }

    private void requireConnected() {
        assertTrue(isEveryPeerConnected(), () -> AllToAll.counter(fleet.hub().node(), "connections-in-use") + " and "
            + fleet.sum(node -> AllToAll.counter(node, "connections-in-use")) + " connections");
    }

    @Override
    public String toString() {
        return restarts + " restarts, " + checker.sent() + " sent, " + checker.delivered() + " delivered, "
            + checker.lost() + " lost, "
            + meter.attempts() + " attempts, at most " + meter.mostInASecond() + " in a second, " + simulation;
    }

    @Override
    public void close() {
        fleet.close();
    }
}
