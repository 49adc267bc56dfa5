package org.rds4j.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.rds4j.sim.capture.TraceHash;
import org.rds4j.sim.clock.VirtualClock;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.random.SimRandom;

/**
 * A world of hosts and links in virtual time. Time goes from one event to the next: an arrival, a host's deadline, a scheduled
 * action. At each instant actions run first, then frames are delivered and hosts run, in the order they were added, until
 * nobody has anything left to do. The same seed and the same calls give the same history, which {@link #trace} sums up.
 * Not thread safe: a simulation has one thread.
 */
public final class Simulation {
    /** How far time moves when a host names a deadline that has passed and then does nothing. */
    static final long OVERDUE_STEP_NS = 1_000L;
    /** Rounds of hosts at one instant after which somebody must be turning in circles. */
    static final int MAX_ROUNDS_PER_INSTANT = 100_000;

    private final VirtualClock clock = new VirtualClock();
    private final SimRandom random;
    private final TraceHash trace = new TraceHash();
    private final List<SimLink> links = new ArrayList<>();
    private final List<HostSlot> hosts = new ArrayList<>();
    private final PriorityQueue<ScheduledAction> script = new PriorityQueue<>();
    private long maxSteps = Long.MAX_VALUE;
    private long scheduled;
    private long steps;
    private long overdueSteps;

    /**
     * An empty world at time 0.
     *
     * @param seed of all chance in it.
     */
    public Simulation(final long seed) {
        random = new SimRandom(seed);
    }

    /**
     * The clock of this world.
     *
     * @return to be read.
     */
    public VirtualClock clock() {
        return clock;
    }

    /**
     * Chance in this world.
     *
     * @return for hosts and tests to take streams from.
     */
    public SimRandom random() {
        return random;
    }

    /**
     * The sum of everything delivered so far.
     *
     * @return a live hash.
     */
    public TraceHash trace() {
        return trace;
    }

    /**
     * Adds a perfect link.
     *
     * @param name  unique in this world.
     * @param shape sizes.
     * @return the link, to be given conditions and have its ports used.
     */
    public SimLink link(final String name, final LinkShape shape) {
        final int number = links.size();
        final SimLink link = new SimLink(name, number, shape, clock, random);
        link.tap(trace.tapFor(number));
        links.add(link);
        return link;
    }

    /**
     * Adds a host, which runs from the present instant on, after those added before.
     *
     * @param name for messages and for {@link #pause}.
     * @param host to run.
     */
    public void host(final String name, final SimHost host) {
        hosts.add(new HostSlot(name, host));
    }

    /**
     * Has a host stand still, as a stalled process does: frames keep arriving at its ports, deadlines pass.
     *
     * @param name       of the host.
     * @param durationNs from now.
     */
    public void pause(final String name, final long durationNs) {
        for (final HostSlot slot : hosts) {
            if (slot.name.equals(name)) {
                slot.pausedUntilNs = clock.nanoTime() + durationNs;
                return;
            }
        }
        throw new IllegalArgumentException("there is no host '" + name + "'");
    }

    /**
     * Schedules something to be done to the world.
     *
     * @param timeNs when; at once if that has passed.
     * @param action what.
     */
    public void at(final long timeNs, final Runnable action) {
        script.add(new ScheduledAction(timeNs, scheduled++, action));
    }

    /**
     * Bounds the whole simulation, against histories that never end.
     *
     * @param steps of time; without limit unless told.
     */
    public void maxSteps(final long steps) {
        maxSteps = steps;
    }

    /**
     * Runs all events up to a time and leaves the clock there.
     *
     * @param endNs virtual time.
     * @throws SimulationException when a bound is reached.
     */
    public void runUntil(final long endNs) {
        runUntil(() -> false, endNs);
        clock.advanceTo(Math.max(clock.nanoTime(), endNs));
    }

    /**
     * Runs until something holds or nothing more happens before a time. The clock stays at the last event.
     *
     * @param condition asked whenever an instant is over.
     * @param endNs     virtual time.
     * @return whether the condition came to hold.
     * @throws SimulationException when a bound is reached.
     */
    public boolean runUntil(final BooleanSupplier condition, final long endNs) {
        settle();
        while (!condition.getAsBoolean()) {
            final long nextNs = nextEventNs();
            if (nextNs > endNs || nextNs == Long.MAX_VALUE) {
                return false;
            }
            clock.advanceTo(nextNs);
            settle();
            if (++steps > maxSteps) {
                throw new SimulationException("not over after " + maxSteps + " steps: " + this);
            }
        }
        return true;
    }

    /**
     * Times that a host named a deadline that had passed and then did nothing; each moved time by a microsecond.
     *
     * @return how often; 0 for well-behaved hosts.
     */
    public long overdueSteps() {
        return overdueSteps;
    }

    /**
     * Holds every link to its books, see {@link SimLink#requireFramesHome}.
     *
     * @throws IllegalStateException when a frame is missing.
     */
    public void requireFramesHome() {
        for (final SimLink link : links) {
            link.requireFramesHome();
        }
    }

    /** One line: seed, virtual time, steps, frames delivered and the trace hash. */
    @Override
    public String toString() {
        return "seed=" + random.seed() + " time=" + clock.nanoTime() + "ns steps=" + steps + " " + trace;
    }

    private void settle() {
        final long nowNs = clock.nanoTime();
        while (!script.isEmpty() && script.peek().timeNs() <= nowNs) {
            script.poll().action().run();
        }
        int rounds = 0;
        while (round(nowNs) > 0) {
            if (++rounds > MAX_ROUNDS_PER_INSTANT) {
                throw new SimulationException(
                    "still busy after " + rounds + " rounds at one instant: " + busyHosts(nowNs) + this);
            }
        }
    }

    private int round(final long nowNs) {
        int work = 0;
        for (int i = 0; i < links.size(); i++) {
            work += links.get(i).deliverDue(nowNs);
        }
        for (int i = 0; i < hosts.size(); i++) {
            work += hosts.get(i).doWork(nowNs);
        }
        return work;
    }

    private String busyHosts(final long nowNs) {
        final StringBuilder names = new StringBuilder();
        for (final HostSlot slot : hosts) {
            if (slot.doWork(nowNs) > 0) {
                names.append("host ").append(slot.name).append(" reports work; ");
            }
        }
        return names.toString();
    }

    private long nextEventNs() {
        final long nowNs = clock.nanoTime();
        long nextNs = script.isEmpty() ? Long.MAX_VALUE : script.peek().timeNs();
        for (int i = 0; i < links.size(); i++) {
            nextNs = Math.min(nextNs, links.get(i).nextEventNs());
        }
        long deadlineNs = Long.MAX_VALUE;
        for (int i = 0; i < hosts.size(); i++) {
            deadlineNs = Math.min(deadlineNs, hosts.get(i).nextDeadlineNs(nowNs));
        }
        if (deadlineNs <= nowNs) {
            overdueSteps++;
            deadlineNs = nowNs + OVERDUE_STEP_NS;
        }
        return Math.min(nextNs, deadlineNs);
    }
}
