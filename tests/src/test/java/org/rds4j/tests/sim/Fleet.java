package org.rds4j.tests.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.LinkShape;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.link.WireConditions;
import org.rds4j.sim.world.SimSwitch;
import org.rds4j.sim.world.Simulation;
import org.rds4j.tcp.link.LinkPort;

/**
 * One host and its many peers, half of them with smaller addresses and half with larger ones, in racks with a switch each.
 * All sockets send to and receive from the one socket of the host in the middle.
 */
final class Fleet implements AutoCloseable {
    private static final int RACK = 32;
    private static final LinkShape PEER_LINK = new LinkShape(1500, 128, 64);
    private static final LinkShape RACK_LINK = new LinkShape(1500, 4096, 2048);
    private static final WireConditions CABLE = WireConditions.PERFECT.withDelayNs(5_000).withRate(10_000_000_000L, 1 << 20);

    private final Simulation simulation;
    private final HistoryChecker checker;
    private final FleetHost hub;
    private final List<FleetHost> peers = new ArrayList<>();

    Fleet(
        final Simulation simulation, final HistoryChecker checker, final int count, final UnaryOperator<RdsContext> settings) {
        this.simulation = simulation;
        this.checker = checker;
        final SimLink hubLink = cable("hub", RACK_LINK);
        hub = host("hub", RdsAddress.parse("10.0.128.1"), hubLink,
            context -> settings.apply(context.sendBufferLength(16 << 20).maxConnections(4 * count).maxPeers(count)));
        final List<SimLink> core = new ArrayList<>(List.of(hubLink));
        for (int first = 0; first < count; first += RACK) {
            core.add(rack(first, Math.min(RACK, count - first), count, settings));
        }
        addSwitch("core", core, Side.B);
        peers.forEach(peer -> peer.sendsTo(List.of(hub)));
        hub.sendsTo(peers);
    }

    private SimLink rack(final int first, final int size, final int count, final UnaryOperator<RdsContext> settings) {
        final SimLink up = cable("rack " + first, RACK_LINK);
        final List<SimLink> links = new ArrayList<>();
        for (int i = first; i < first + size; i++) {
            final int network = i < count / 2 ? 0 : 200;
            final SimLink link = cable("peer " + i, PEER_LINK);
            links.add(link);
            peers.add(host("peer " + i, RdsAddress.parse("10.0." + (network + i / 250) + "." + (1 + i % 250)), link,
                context -> settings.apply(small(context))));
        }
        final List<LinkPort> ports = new ArrayList<>(links.stream().map(link -> link.port(Side.B)).toList());
        ports.add(up.port(Side.A));
        links.add(up);
        simulation.host("switch " + first, new SimSwitch(ports), links);
        return up;
    }

    private void addSwitch(final String name, final List<SimLink> links, final Side side) {
        simulation.host(name, new SimSwitch(links.stream().map(link -> link.port(side)).toList()), links);
    }

    private SimLink cable(final String name, final LinkShape shape) {
        final SimLink link = simulation.link(name, shape);
        link.conditions(CABLE);
        return link;
    }

    private FleetHost host(
        final String name, final RdsAddress address, final SimLink link, final UnaryOperator<RdsContext> settings) {
        final FleetHost host = new FleetHost(simulation, checker, name, address, link, settings);
        host.launch();
        simulation.host(name, host, List.of(link));
        return host;
    }

    /** A thousand of them are to fit into one process. */
    private static RdsContext small(final RdsContext context) {
        return context.submitRingLength(32 << 10).receiveBufferLength(64 << 10).sendLogLength(128 << 10)
            .sendPoolLength(512 << 10).reassemblyLength(1 << 20).receiveOverflowLength(256 << 10).tcpBufferLength(64 << 10)
            .maxSockets(2).maxPeers(2).maxConnections(8).largeBlocks(1);
    }

    FleetHost hub() {
        return hub;
    }

    List<FleetHost> peers() {
        return peers;
    }

    /** Of the peers that are up. */
    long sum(final ToLongFunction<RdsNode> value) {
        return peers.stream().filter(FleetHost::isUp).mapToLong(peer -> value.applyAsLong(peer.node())).sum();
    }

    @Override
    public void close() {
        hub.abandon();
        peers.forEach(FleetHost::abandon);
    }
}
