package org.rds4j.perf.scenario;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.agrona.CloseHelper;
import org.agrona.collections.MutableLong;
import org.rds4j.RdsContext;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.fault.ResetInjector;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.Simulation;
import org.rds4j.sim.world.SimulationException;

/** The runs that the project keeps. */
public enum Scenario {
    /** A stream over a link that loses one frame in a hundred. */
    LOSS("loss", 100_000, 1_000, WireConditions.PERFECT.withDelayNs(50_000).withRate(10_000_000_000L, 1 << 20)
        .withLoss(0.01)),
    /** A stream over a link that loses, doubles, reorders and damages frames. */
    CHAOS("chaos", 20_000, 5_000, WireConditions.PERFECT.withDelayNs(50_000).withRate(10_000_000_000L, 1 << 20)
        .withLoss(0.01).withDuplication(0.01).withReordering(0.02, 30_000).withCorruption(0.005)),
    /** A stream whose TCP connection is reset at random moments, a thousand times. */
    RESETS("resets", Long.MAX_VALUE, 5_000, WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20)) {
        @Override
        BooleanSupplier begin(final Simulation simulation, final NodePair nodes, final List<Stream> streams) {
            return beginResets(simulation, nodes, streams);
        }
    },
    /** Streams both ways over one TCP connection that is reset at random moments: both nodes may dial again at once. */
    DUELS("duels", Long.MAX_VALUE, 5_000, WireConditions.PERFECT.withDelayNs(20_000).withRate(10_000_000_000L, 1 << 20)) {
        @Override
        List<Stream> streams(final Simulation simulation, final NodePair nodes, final HistoryChecker checker) {
            return List.of(
                stream(simulation, nodes.first(), nodes.second(), checker, "lengths"),
                stream(simulation, nodes.second(), nodes.first(), checker, "lengths back"));
        }

        @Override
        BooleanSupplier begin(final Simulation simulation, final NodePair nodes, final List<Stream> streams) {
            return beginResets(simulation, nodes, streams);
        }
    };

    private static final int RESETS_WANTED = 1_000;
    private static final long TIME_LIMIT_NS = 3_600_000_000_000L;
    private static final long TIDY_LIMIT_NS = 60_000_000_000L;

    private final String label;
    private final long datagrams;
    private final int maxLength;
    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final WireConditions conditions;

    Scenario(final String label, final long datagrams, final int maxLength, final WireConditions conditions) {
        this.label = label;
        this.datagrams = datagrams;
        this.maxLength = maxLength;
        this.conditions = conditions;
    }

    /**
     * The scenario of a name.
     *
     * @param label as printed by {@link #label()}.
     * @return the scenario, empty when there is none.
     */
    public static Optional<Scenario> of(final String label) {
        return Arrays.stream(values()).filter(scenario -> scenario.label.equals(label)).findFirst();
    }

    /**
     * Every name, for help texts.
     *
     * @return names separated by commas.
     */
    public static String labels() {
        return Arrays.stream(values()).map(Scenario::label).collect(Collectors.joining(", "));
    }

    /**
     * The scenario's name.
     *
     * @return as {@link #of} takes it.
     */
    public String label() {
        return label;
    }

    /**
     * Runs the scenario in plaintext, where every octet on the wire follows from the seed.
     *
     * @param seed of all chance.
     * @return what it came to.
     */
    public Verdict run(final long seed) {
        return run(seed, UnaryOperator.identity());
    }

    /**
     * Runs the scenario.
     *
     * @param seed     of all chance but that of TLS handshakes.
     * @param settings changes the nodes' contexts, as to encrypt.
     * @return what it came to.
     */
    public Verdict run(final long seed, final UnaryOperator<RdsContext> settings) {
        final Simulation simulation = new Simulation(seed);
        final HistoryChecker checker = new HistoryChecker(seed);
        try (NodePair nodes = new NodePair(simulation, conditions, settings)) {
            return run(seed, simulation, checker, nodes);
        } catch (final SimulationException e) {
            return verdict(seed, simulation, checker, e.getMessage());
        }
    }

    private Verdict run(
        final long seed, final Simulation simulation, final HistoryChecker checker, final NodePair nodes) {
        final List<Stream> streams = streams(simulation, nodes, checker);
        try {
            final BooleanSupplier isSent = begin(simulation, nodes, streams);
            final boolean isOver = simulation.runUntil(
                () -> checker.violation().isPresent() || (isSent.getAsBoolean() && checker.outstanding() == 0), TIME_LIMIT_NS);
            final Verdict verdict = verdict(seed, simulation, checker, isOver);
            return verdict.isPassed() ? afterwards(verdict, simulation, nodes) : verdict;
        } finally {
            CloseHelper.closeAll(streams);
        }
    }

    /** The applications of this scenario. */
    List<Stream> streams(final Simulation simulation, final NodePair nodes, final HistoryChecker checker) {
        return List.of(stream(simulation, nodes.first(), nodes.second(), checker, "lengths"));
    }

    final Stream stream(
        final Simulation simulation, final RdsNode from, final RdsNode to, final HistoryChecker checker, final String name) {
        final Stream stream = new Stream(from, to, datagrams, maxLength, checker, simulation.random().stream(name));
        simulation.host(name, stream);
        return stream;
    }

    /** Adds this scenario's faults; the answer says when everything is sent. */
    BooleanSupplier begin(final Simulation simulation, final NodePair nodes, final List<Stream> streams) {
        return () -> streams.stream().allMatch(Stream::isSent);
    }

    static BooleanSupplier beginResets(final Simulation simulation, final NodePair nodes, final List<Stream> streams) {
        final ResetInjector injector = new ResetInjector();
        nodes.link().tap(injector);
        final ResetPlan plan = new ResetPlan(simulation, injector);
        return () -> {
            if (injector.injected() >= RESETS_WANTED) {
                streams.forEach(Stream::stop);
            } else {
                plan.goOn(streams.getFirst().delivered());
            }
            return streams.stream().allMatch(Stream::isSent);
        };
    }

    /** Whatever was reset, dropped or refused on the way: what stays is the one connection between the two. */
    private static Verdict afterwards(final Verdict verdict, final Simulation simulation, final NodePair nodes) {
        final boolean isTidy = simulation.runUntil(
            () -> connections(nodes.first()) == 1 && connections(nodes.second()) == 1,
            simulation.clock().nanoTime() + TIDY_LIMIT_NS);
        return isTidy ? verdict : verdict.failed("%d and %d TCP connections in use a minute after the end"
            .formatted(connections(nodes.first()), connections(nodes.second())));
    }

    private static long connections(final RdsNode node) {
        final MutableLong found = new MutableLong();
        node.counters((label, meaning, value) -> {
            if ("connections-in-use".equals(label)) {
                found.set(value);
            }
        });
        return found.get();
    }

    private Verdict verdict(
        final long seed, final Simulation simulation, final HistoryChecker checker, final boolean isOver) {
        return verdict(seed, simulation, checker, checker.violation().orElse(
            isOver ? null : "stuck with " + checker.outstanding() + " datagrams outstanding"));
    }

    private Verdict verdict(
        final long seed, final Simulation simulation, final HistoryChecker checker, final String failure) {
        return new Verdict(label, seed, failure == null, checker.delivered(),
            failure == null ? "frames=" + simulation.trace().frames() : failure,
            simulation.clock().nanoTime(), simulation.trace().value());
    }
}
