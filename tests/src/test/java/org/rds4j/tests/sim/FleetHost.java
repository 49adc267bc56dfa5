package org.rds4j.tests.sim;

import java.util.List;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.sim.link.Side;
import org.rds4j.sim.link.SimLink;
import org.rds4j.sim.world.SimHost;
import org.rds4j.sim.world.Simulation;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;

/**
 * A host of a fleet: runs the latest of its nodes, which has one socket; earlier nodes are never heard of again. Sends a few
 * datagrams now and then to one of those it knows, and seldom cancels what it sent there.
 */
final class FleetHost implements SimHost {
    private static final int PORT = 4000;
    private static final int POLL_LIMIT = 64;
    private static final int LONGEST_BURST = 16;
    private static final int SHORT = 600;
    private static final int LONG = 8_000;
    private static final int ONE_IN = 100;

    private final Simulation simulation;
    private final HistoryChecker checker;
    private final String name;
    private final RdsAddress address;
    private final SimLink link;
    private final LinkPort port;
    private final UnaryOperator<RdsContext> settings;
    private final RandomGenerator chance;
    private List<FleetHost> destinations = List.of();
    private RdsNode node;
    private CheckedSocket socket;
    private long intervalNs = Long.MAX_VALUE;
    private long nextBurstNs = Long.MAX_VALUE;
    private long lastHeardNs;

    FleetHost(
        final Simulation simulation, final HistoryChecker checker, final String name, final RdsAddress address,
        final SimLink link, final UnaryOperator<RdsContext> settings) {
        this.simulation = simulation;
        this.checker = checker;
        this.name = name;
        this.address = address;
        this.link = link;
        this.port = link.port(Side.A);
        this.settings = settings;
        this.chance = simulation.random().stream(name);
    }

    void sendsTo(final List<FleetHost> others) {
        destinations = others;
    }

    RdsNode node() {
        return node;
    }

    boolean isUp() {
        return node != null;
    }

    /** When it last received something. */
    long lastHeardNs() {
        return lastHeardNs;
    }

    RdsAddress socketAddress() {
        return address.withPort(PORT);
    }

    void launch() {
        final RdsContext context = new RdsContext(new Properties())
            .address(RdsAddress.hostText(address.high(), address.low()) + "/16")
            .security(SecurityMode.PLAINTEXT).threadingMode(ThreadingMode.INVOKER).nanoClock(simulation.clock())
            .maxMessageLength(LONG);
        node = RdsNode.with(settings.apply(context)).link(port).random(new SplittableRandom(chance.nextLong())).launch();
        final RdsSocket opened = node.socket();
        opened.bind(PORT);
        socket = new CheckedSocket(checker, opened, simulation.clock()::nanoTime);
    }

    /** The node is gone without a word, and with it all it knew. */
    void crash() {
        socket.onLost();
        link.hostLost(Side.A);
        abandon();
    }

    /** Has the memory back soon, with nothing more said to anybody. */
    void abandon() {
        node = null;
        socket = null;
    }

    /** Sends bursts from now on. */
    void begin(final long meanIntervalNs) {
        intervalNs = 2 * meanIntervalNs;
        nextBurstNs = simulation.clock().nanoTime() + chance.nextLong(intervalNs);
    }

    void end() {
        nextBurstNs = Long.MAX_VALUE;
    }

    @Override
    public int doWork(final long nowNs) {
        if (node == null) {
            return dropReceived();
        }
        final int work = node.invoke();
        if (socket.poll(POLL_LIMIT) > 0) {
            lastHeardNs = nowNs;
        }
        if (nowNs < nextBurstNs) {
            return work;
        }
        nextBurstNs = nowNs + 1 + chance.nextLong(intervalNs);
        sendBurst(destinations.get(chance.nextInt(destinations.size())).socketAddress());
        return work + 1;
    }

    /** Nobody is there: a switch need not keep what is for a host that is off. */
    private int dropReceived() {
        final FrameBurst burst = new FrameBurst(POLL_LIMIT);
        final int count = port.receiveBurst(burst);
        port.release(burst);
        return count;
    }

    private void sendBurst(final RdsAddress to) {
        final int count = 1 + chance.nextInt(LONGEST_BURST);
        for (int i = 0; i < count; i++) {
            socket.send(to, Long.BYTES + chance.nextInt(chance.nextInt(ONE_IN) == 0 ? LONG - Long.BYTES : SHORT));
        }
        if (chance.nextInt(ONE_IN) == 0) {
            socket.cancel(to);
        }
    }

    /** Says one more thing to each. */
    void sendToAll() {
        for (final FleetHost destination : destinations) {
            while (socket.send(destination.socketAddress(), SHORT) < 0) {
                node.invoke();
            }
        }
        simulation.wake(name);
    }

    @Override
    public long nextDeadlineNs() {
        return node == null ? Long.MAX_VALUE : Math.min(nextBurstNs, node.nextDeadlineNs());
    }
}
