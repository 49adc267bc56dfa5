package org.rds4j.sim.world;

import java.util.ArrayList;
import java.util.BitSet;
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
 * nobody has anything left to do. A host that is attached to its links costs nothing while nothing happens to it, so that
 * there may be thousands. The same seed and the same calls give the same history, which {@link #trace} sums up.
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
    private final EventQueue linkEvents = new EventQueue();
    private final BitSet dueLinks = new BitSet();
    /** Per link: numbers of the hosts attached to it. */
    private final List<List<Integer>> hostsOfLinks = new ArrayList<>();
    private final List<HostSlot> hosts = new ArrayList<>();
    private final EventQueue deadlines = new EventQueue();
    /** Hosts that run in the next round; those that are not attached always do. */
    private final BitSet ready = new BitSet();
    private final List<HostSlot> free = new ArrayList<>();
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
        linkEvents.add();
        hostsOfLinks.add(new ArrayList<>());
        link.onEvent(() -> linkEvents.set(number, link.nextEventNs()));
        return link;
    }

    /**
     * Adds a host, which runs from the present instant on, after those added before, whenever anything happens anywhere.
     *
     * @param name for messages and for {@link #pause}.
     * @param host to run.
     */
    public void host(final String name, final SimHost host) {
        free.add(add(name, host, false));
    }

    /**
     * Adds a host that runs at present, and then only when something happens on a link of its own, when its deadline has come, as
     * long as it does something, and when it is {@linkplain #wake woken}.
     *
     * @param name     for messages, {@link #pause} and {@link #wake}.
     * @param host     to run.
     * @param ownLinks to which it has ports.
     */
    public void host(final String name, final SimHost host, final List<SimLink> ownLinks) {
        final int number = hosts.size();
        add(name, host, true);
        ownLinks.forEach(link -> hostsOfLinks.get(links.indexOf(link)).add(number));
    }

    private HostSlot add(final String name, final SimHost host, final boolean isAttached) {
        final HostSlot slot = new HostSlot(name, host, isAttached);
        ready.set(hosts.size());
        hosts.add(slot);
        deadlines.add();
        return slot;
    }

    /**
     * Has a host run that has something new to do although nothing happened on its links.
     *
     * @param name of the host.
     */
    public void wake(final String name) {
        ready.set(numberOf(name));
    }

    private int numberOf(final String name) {
        for (int i = 0; i < hosts.size(); i++) {
            if (hosts.get(i).name.equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("there is no host '" + name + "'");
    }

    /**
     * Has a host stand still, as a stalled process does: frames keep arriving at its ports, deadlines pass.
     *
     * @param name       of the host.
     * @param durationNs from now.
     */
    public void pause(final String name, final long durationNs) {
        final int number = numberOf(name);
        hosts.get(number).pausedUntilNs = clock.nanoTime() + durationNs;
        ready.set(number);
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
        while (deadlines.nextNs() <= nowNs) {
            ready.set(deadlines.next());
            deadlines.set(deadlines.next(), Long.MAX_VALUE);
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
        int work = deliverDue(nowNs);
        for (int i = ready.nextSetBit(0); i >= 0; i = ready.nextSetBit(i + 1)) {
            work += run(i, nowNs);
        }
        return work;
    }

    private int deliverDue(final long nowNs) {
        while (linkEvents.nextNs() <= nowNs) {
            dueLinks.set(linkEvents.next());
            linkEvents.set(linkEvents.next(), Long.MAX_VALUE);
        }
        int work = 0;
        for (int i = dueLinks.nextSetBit(0); i >= 0; i = dueLinks.nextSetBit(i + 1)) {
            final SimLink link = links.get(i);
            work += link.deliverDue(nowNs);
            linkEvents.set(i, link.nextEventNs());
            hostsOfLinks.get(i).forEach(ready::set);
        }
        dueLinks.clear();
        return work;
    }

    private int run(final int number, final long nowNs) {
        final HostSlot slot = hosts.get(number);
        final int work = slot.doWork(nowNs);
        if (slot.isAttached && work == 0) {
            ready.clear(number);
            deadlines.set(number, slot.nextDeadlineNs(nowNs));
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
        final long nextNs = Math.min(script.isEmpty() ? Long.MAX_VALUE : script.peek().timeNs(), linkEvents.nextNs());
        long deadlineNs = deadlines.nextNs();
        for (int i = 0; i < free.size(); i++) {
            deadlineNs = Math.min(deadlineNs, free.get(i).nextDeadlineNs(nowNs));
        }
        if (deadlineNs <= nowNs) {
            overdueSteps++;
            deadlineNs = nowNs + OVERDUE_STEP_NS;
        }
        return Math.min(nextNs, deadlineNs);
    }
}
