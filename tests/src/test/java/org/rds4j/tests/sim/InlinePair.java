package org.rds4j.tests.sim;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.agrona.collections.MutableLong;
import org.rds4j.RdsContext;
import org.rds4j.ThreadingMode;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.model.ModelCounter;
import org.rds4j.crypto.model.ModelMode;
import org.rds4j.crypto.offload.record.InlineTls;
import org.rds4j.crypto.offload.record.OffloadPolicy;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.offload.ModelPort;
import org.rds4j.perf.scenario.NodeHost;
import org.rds4j.perf.stack.DemoIdentities;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.Simulation;
import org.rds4j.tcp.link.LinkPort;

/** Two encrypted nodes on a simulated link; the first one's NIC encrypts, as the model does, and the second one's may decrypt. */
final class InlinePair implements AutoCloseable {
    private final Simulation simulation;
    private final SimLink link;
    private final ModelPort nic;
    /** Null where software opens everything. */
    private final ModelPort receiver;
    private final RdsNode first;
    private final RdsNode second;

    InlinePair(
        final Simulation simulation, final WireConditions conditions, final DemoIdentities identities, final ModelMode mode,
        final OffloadPolicy policy, final int threshold, final KeyLimits limits) {
        this(simulation, conditions, identities, mode, policy, threshold, limits, false);
    }

    InlinePair(
        final Simulation simulation, final WireConditions conditions, final DemoIdentities identities, final ModelMode mode,
        final OffloadPolicy policy, final int threshold, final KeyLimits limits, final boolean isReceiving) {
        this.simulation = simulation;
        link = simulation.link("link", LinkShape.ETHERNET);
        link.conditions(conditions);
        nic = new ModelPort(link.port(Side.A), mode);
        final InlineTls inline = new InlineTls(nic.model(), policy, threshold);
        first = launch("first", "10.0.0.1/24", identities, nic, limits, builder -> builder.inlineTls(inline));
        receiver = isReceiving ? new ModelPort(link.port(Side.B), mode) : null;
        final InlineTls opening = isReceiving ? new InlineTls(receiver.model(), policy, threshold) : null;
        second = launch(
            "second", "10.0.0.2/24", identities, isReceiving ? receiver : link.port(Side.B), limits,
            isReceiving ? builder -> builder.inlineTls(opening) : UnaryOperator.identity());
    }

    private RdsNode launch(
        final String name, final String address, final DemoIdentities identities, final LinkPort port,
        final KeyLimits limits, final UnaryOperator<RdsNode.Builder> settings) {
        final RdsContext context = identities.apply(new RdsContext(new Properties()), "node")
            .address(address)
            .maxConnections(16)
            .threadingMode(ThreadingMode.INVOKER)
            .nanoClock(simulation.clock());
        final RdsNode node = settings.apply(RdsNode.with(context)
            .link(port).keyLimits(limits).random(simulation.random().stream(name))).launch();
        simulation.host(name, new NodeHost(node));
        return node;
    }

    SimLink link() {
        return link;
    }

    RdsNode first() {
        return first;
    }

    RdsNode second() {
        return second;
    }

    ModelPort nic() {
        return nic;
    }

    long count(final ModelCounter counter) {
        return nic.model().counters().get(counter);
    }

    /** Of the NIC that decrypts. */
    long countReceived(final ModelCounter counter) {
        return receiver.model().counters().get(counter);
    }

    long count(final String label) {
        return count(first, label);
    }

    /** Of the node whose NIC decrypts. */
    long countReceived(final String label) {
        return count(second, label);
    }

    private static long count(final RdsNode node, final String label) {
        final MutableLong found = new MutableLong(-1);
        node.counters((name, meaning, value) -> {
            if (label.equals(name)) {
                found.set(value);
            }
        });
        return found.get();
    }

    /** The first node's only session, or null: no interface shows keys. */
    SecureSession session() {
        final Object parts = field(first, "parts");
        final Map<?, ?> carriers = (Map<?, ?>) field(field(field(parts, "engine"), "carriers"), "carrierById");
        return carriers.isEmpty() ? null : (SecureSession) field(carriers.values().iterator().next(), "session");
    }

    static Object field(final Object owner, final String name) {
        try {
            final Field field = owner.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (final ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
