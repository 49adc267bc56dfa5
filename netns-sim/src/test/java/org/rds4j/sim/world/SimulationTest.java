package org.rds4j.sim.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.link.WireCounter;

class SimulationTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final WireConditions ROUGH = WireConditions.PERFECT.withDelayNs(5_000).withRate(10 * SECOND_NS, 1 << 20)
        .withLoss(0.02).withDuplication(0.02).withReordering(0.05, 50_000).withCorruption(0.01);

    private static final class Pair {
        final Simulation simulation;
        final SimLink link;
        final HistoryChecker checker = new HistoryChecker(5);
        final StopAndWaitHost a;
        final StopAndWaitHost b;

        Pair(final long seed, final WireConditions conditions, final long messages) {
            this(seed, conditions, messages, false);
        }

        Pair(final long seed, final WireConditions conditions, final long messages, final boolean isAttached) {
            simulation = new Simulation(seed);
            link = simulation.link("wire", LinkShape.ETHERNET);
            link.conditions(conditions);
            a = new StopAndWaitHost(link.port(Side.A), simulation.random().stream("a"), checker, 1, 2, messages);
            b = new StopAndWaitHost(link.port(Side.B), simulation.random().stream("b"), checker, 2, 1, messages);
            if (isAttached) {
                simulation.host("a", a, List.of(link));
                simulation.host("b", b, List.of(link));
            } else {
                simulation.host("a", a);
                simulation.host("b", b);
            }
        }

        Pair run() {
            assertTrue(simulation.runUntil(() -> a.isDone() && b.isDone(), 1_000_000 * SECOND_NS), simulation.toString());
            simulation.runUntil(simulation.clock().nanoTime() + SECOND_NS);
            simulation.requireFramesHome();
            checker.requireComplete();
            return this;
        }
    }

    @Test
    void shouldRepeatAHistoryWithItsSeedAndNotWithAnother() {
        final Pair first = new Pair(11, ROUGH, 5_000).run();
        final Pair again = new Pair(11, ROUGH, 5_000).run();
        final Pair other = new Pair(12, ROUGH, 5_000).run();
        assertEquals(first.simulation.toString(), again.simulation.toString());
        assertNotEquals(first.simulation.trace().value(), other.simulation.trace().value());
    }

    @Test
    void shouldNotChangeTheHistoryByAConsumerOfChance() {
        final Pair first = new Pair(11, ROUGH, 500);
        final Pair second = new Pair(11, ROUGH, 500);
        second.simulation.random().stream("somebody else").nextLong();
        second.simulation.link("an idle link", LinkShape.ETHERNET);
        assertEquals(first.run().simulation.trace().value(), second.run().simulation.trace().value());
    }

    @Test
    void shouldAccountForEveryFrameOfAMillion() {
        final Pair pair = new Pair(3, ROUGH, 250_000).run();
        long delivered = 0;
        for (final Side side : Side.values()) {
            delivered += pair.link.counters(side).get(WireCounter.DELIVERED);
            assertEquals(0, pair.link.inFlight(side));
            assertEquals(0, pair.link.counters(side).expectedInFlight());
        }
        assertTrue(delivered > 1_000_000, delivered + " frames");
        assertEquals(delivered, pair.simulation.trace().frames());
        assertEquals(pair.a.sentFrames, pair.link.counters(Side.A).get(WireCounter.SENT));
        assertEquals(pair.b.sentFrames, pair.link.counters(Side.B).get(WireCounter.SENT));
        assertEquals(0, pair.simulation.overdueSteps());
    }

    @Test
    void shouldTakeExactlyTheTimeThatTheConditionsDemand() {
        final Pair pair = new Pair(3, WireConditions.PERFECT.withDelayNs(5_000), 1_000);
        assertTrue(pair.simulation.runUntil(() -> pair.a.isDone() && pair.b.isDone(), SECOND_NS));
        assertEquals(1_000 * 10_000, pair.simulation.clock().nanoTime());
    }

    @Test
    void shouldRunScriptedActionsInOrderAndBeforeFramesOfTheirInstant() {
        final Pair pair = new Pair(3, WireConditions.PERFECT.withDelayNs(5_000), 100_000);
        final List<String> log = new ArrayList<>();
        pair.simulation.at(20_000, () -> log.add("second " + pair.simulation.clock().nanoTime()));
        pair.simulation.at(20_000, () -> pair.link.cut(true));
        pair.simulation.at(10_000, () -> log.add("first " + pair.simulation.clock().nanoTime()));
        pair.simulation.at(SECOND_NS, () -> pair.link.cut(false));
        pair.simulation.runUntil(SECOND_NS - 1);
        assertEquals(SECOND_NS - 1, pair.simulation.clock().nanoTime());
        assertEquals(List.of("first 10000", "second 20000"), log);
        final long delivered = pair.checker.delivered();
        assertTrue(delivered <= 4, "the cut took the frames of its own instant: " + delivered);
        pair.simulation.runUntil(2 * SECOND_NS);
        assertTrue(pair.checker.delivered() > 1_000);
    }

    @Test
    void shouldKeepAPausedHostFromRunning() {
        final long stepNs = SECOND_NS / 10;
        final Pair pair = new Pair(3, WireConditions.PERFECT.withDelayNs(5_000), 100_000);
        pair.simulation.at(stepNs, () -> pair.simulation.pause("b", stepNs));
        pair.simulation.runUntil(stepNs + 100_000);
        final long before = pair.checker.delivered();
        pair.simulation.runUntil(2 * stepNs - 1);
        assertEquals(before, pair.checker.delivered());
        pair.simulation.runUntil(3 * stepNs);
        assertTrue(pair.checker.delivered() > before);
        assertThrows(IllegalArgumentException.class, () -> pair.simulation.pause("nobody", 1));
        assertTrue(pair.checker.violation().isEmpty());
    }

    @Test
    void shouldGiveTheSameHistoryWithHostsThatRunOnlyWhenSomethingHappensToThem() {
        assertEquals(new Pair(11, ROUGH, 5_000).run().simulation.toString(),
            new Pair(11, ROUGH, 5_000, true).run().simulation.toString());
        final WireConditions slow = WireConditions.PERFECT.withPushBackRate(1_000_000L, 3_000);
        assertEquals(new Pair(11, slow, 500).run().simulation.toString(),
            new Pair(11, slow, 500, true).run().simulation.toString());
    }

    @Test
    void shouldKeepAnAttachedHostFromRunningWhilePaused() {
        final Pair pair = new Pair(3, WireConditions.PERFECT.withDelayNs(5_000), 100_000, true);
        pair.simulation.at(SECOND_NS / 10, () -> pair.simulation.pause("b", SECOND_NS / 10));
        pair.simulation.runUntil(SECOND_NS / 10 + 100_000);
        final long before = pair.checker.delivered();
        pair.simulation.runUntil(SECOND_NS / 5 - 1);
        assertEquals(before, pair.checker.delivered());
        pair.simulation.runUntil(SECOND_NS);
        assertTrue(pair.checker.delivered() > before);
    }

    @Test
    void shouldRunAnAttachedHostAtItsDeadlinesAndWhenWoken() {
        final Simulation simulation = new Simulation(9);
        final List<Long> runs = new ArrayList<>();
        simulation.host("sleeper", new SimHost() {
            @Override
            public int doWork(final long nowNs) {
                runs.add(nowNs);
                return 0;
            }

            @Override
            public long nextDeadlineNs() {
                return simulation.clock().nanoTime() < 500 ? 500 : Long.MAX_VALUE;
            }
        }, List.of());
        simulation.at(200, () -> { });
        simulation.at(700, () -> simulation.wake("sleeper"));
        simulation.at(900, () -> { });
        simulation.runUntil(1_000);
        assertEquals(List.of(0L, 500L, 700L), runs);
        assertThrows(IllegalArgumentException.class, () -> simulation.wake("nobody"));
    }

    @Test
    void shouldCountDeadlinesThatAnAttachedHostLetsPass() {
        final Simulation simulation = new Simulation(9);
        simulation.host("sleeper", host(0, 5), List.of());
        simulation.runUntil(10_000);
        assertEquals(10, simulation.overdueSteps());
    }

    @Test
    void shouldStopAtItsBounds() {
        final Pair pair = new Pair(3, WireConditions.PERFECT.withLoss(1), 1);
        pair.simulation.maxSteps(50);
        final String message = assertThrows(SimulationException.class, () -> pair.simulation.runUntil(SECOND_NS)).getMessage();
        assertTrue(message.contains("50 steps") && message.contains("seed=3"), message);
        final Simulation busy = new Simulation(9);
        busy.host("spinner", host(1, Long.MAX_VALUE));
        final String complaint = assertThrows(SimulationException.class, () -> busy.runUntil(1)).getMessage();
        assertTrue(complaint.contains("host spinner") && complaint.contains("seed=9"), complaint);
    }

    @Test
    void shouldCountDeadlinesThatAHostLetsPass() {
        final Simulation simulation = new Simulation(9);
        simulation.host("sleeper", host(0, 5));
        simulation.runUntil(10_000);
        assertEquals(10, simulation.overdueSteps());
    }

    @Test
    void shouldEndAtOnceWhenNothingCanHappen() {
        final Simulation simulation = new Simulation(9);
        assertFalse(simulation.runUntil(() -> false, Long.MAX_VALUE));
        assertEquals(0, simulation.clock().nanoTime());
    }

    private static SimHost host(final int work, final long deadlineNs) {
        return new SimHost() {
            @Override
            public int doWork(final long nowNs) {
                return work;
            }

            @Override
            public long nextDeadlineNs() {
                return deadlineNs;
            }
        };
    }
}
