package org.rds4j.perf.scenario;

import java.util.Properties;
import java.util.function.UnaryOperator;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.Simulation;

/** Two nodes, 10.0.0.1 and 10.0.0.2, joined by one simulated link. */
public final class NodePair implements AutoCloseable {
    private final SimLink link;
    private final RdsNode first;
    private final RdsNode second;

    /**
     * Launches both nodes.
     *
     * @param simulation whose clock and chance they get.
     * @param conditions of the link, both ways.
     * @param settings   changes a context that is plaintext otherwise.
     */
    public NodePair(
        final Simulation simulation, final WireConditions conditions, final UnaryOperator<RdsContext> settings) {
        this(simulation, conditions, settings, UnaryOperator.identity());
    }

    /**
     * Launches both nodes of other parts.
     *
     * @param simulation whose clock and chance they get.
     * @param conditions of the link, both ways.
     * @param settings   changes a context that is plaintext otherwise.
     * @param parts      changes what a node is made of.
     */
    public NodePair(
        final Simulation simulation, final WireConditions conditions, final UnaryOperator<RdsContext> settings,
        final UnaryOperator<RdsNode.Builder> parts) {
        link = simulation.link("link", LinkShape.ETHERNET);
        link.conditions(conditions);
        first = launch(simulation, "first", "10.0.0.1/24", Side.A, settings, parts);
        second = launch(simulation, "second", "10.0.0.2/24", Side.B, settings, parts);
    }

    private RdsNode launch(
        final Simulation simulation, final String name, final String address, final Side side,
        final UnaryOperator<RdsContext> settings, final UnaryOperator<RdsNode.Builder> parts) {
        final RdsContext context = new RdsContext(new Properties())
            .address(address)
            .security(SecurityMode.PLAINTEXT)
            .maxConnections(16)
            // connections are cut far more often than in life: with the delays for life a run would be one long wait
            .reconnectMinDelayNs(1_000_000L)
            .reconnectMaxDelayNs(1_000_000_000L)
            .reconnectResetAfterNs(0)
            .threadingMode(ThreadingMode.INVOKER)
            .nanoClock(simulation.clock());
        final RdsNode node = parts.apply(RdsNode.with(settings.apply(context))
            .link(link.port(side))
            .random(simulation.random().stream(name)))
            .launch();
        simulation.host(name, new NodeHost(node));
        return node;
    }

    /**
     * The link between them.
     *
     * @return for changing conditions and tapping frames.
     */
    public SimLink link() {
        return link;
    }

    /**
     * The node with the smaller address.
     *
     * @return 10.0.0.1.
     */
    public RdsNode first() {
        return first;
    }

    /**
     * The node with the larger address.
     *
     * @return 10.0.0.2.
     */
    public RdsNode second() {
        return second;
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
