package org.rds4j.perf.cli;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.RdsAddress;
import org.rds4j.node.DeviceLink;
import org.rds4j.perf.tcp.TcpStation;
import org.rds4j.perf.tcp.Transfer;
import org.rds4j.perf.tcp.TransferLog;
import org.rds4j.perf.tcp.TransferMode;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.steering.EngineGroup;
import org.rds4j.tcp.steering.FlowOwner;
import org.rds4j.tcp.steering.SteeringCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rds tcp}: a netcat on the TCP engine alone. */
@Command(
    name = "tcp",
    description = "A netcat on the TCP engine alone. Prints 'ready' when it serves.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TcpCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(TcpCommand.class);
    private static final int MAX_QUEUES = 64;
    private static final int MAX_CONNECTIONS = 1000;
    private static final long LOOK_INTERVAL_NS = 1_000_000L;

    private enum Action { listen, connect }

    @Spec
    private CommandSpec spec;

    @Mixin
    private DeviceOptions host;

    @Parameters(index = "0", paramLabel = "listen|connect", description = "Take connections, or make one.")
    private Action action;

    @Parameters(index = "1", paramLabel = "PORT|HOST:PORT", description = "Where to listen, or what to connect to.")
    private String target;

    @Option(names = "--mode", paramLabel = "echo|sink|source", defaultValue = "echo",
        description = "What to do with a connection (default: ${DEFAULT-VALUE}).")
    private String mode;

    @Option(names = "--bytes", paramLabel = "N", defaultValue = "1048576",
        description = "Octets that a source sends (default: ${DEFAULT-VALUE}).")
    private long octets;

    @Option(names = "--count", paramLabel = "N", defaultValue = "0",
        description = "Connections to take before ending; 0 for no end (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--queues", paramLabel = "N", defaultValue = "1",
        description = "Queues of the device, each with an engine and a thread of its own (default: ${DEFAULT-VALUE}).")
    private int queues;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "1",
        description = "Connections to make at once, dealt out over the engines (default: ${DEFAULT-VALUE}).")
    private int connections;

    private final List<TransferLog> logs = new ArrayList<>();

    @Override
    public Integer call() {
        final TransferMode transferMode = parseMode();
        host.check(spec);
        checkRange("--queues", queues, MAX_QUEUES);
        checkRange("--connections", connections, MAX_CONNECTIONS);
        final RdsAddress peer = action == Action.connect ? parsePeer() : null;
        final int port = action == Action.listen ? parsePort() : 0;
        try (DeviceLink link = DeviceLink.open(host.device, host.mtu, queues)) {
            final EngineGroup<TcpStation> group = new EngineGroup<>(
                link.ports(), link.steeringTable(), SystemNanoClock.INSTANCE, new SecureRandom(),
                (index, queue, owner) -> newStation(queue, owner, transferMode));
            try (group) {
                if (peer == null) {
                    listen(group, port);
                } else {
                    connect(group, peer);
                }
            }
            return report(group);
        }
    }

    private TcpStation newStation(final LinkPort queue, final FlowOwner owner, final TransferMode transferMode) {
        logs.add(new TransferLog(transferMode, octets, action == Action.connect || count > 0));
        return new TcpStation(queue, owner, host.address, host.gateway, SystemNanoClock.INSTANCE);
    }

    private void checkRange(final String option, final int value, final int most) {
        if (value < 1 || value > most) {
            throw new ParameterException(spec.commandLine(), option + " is from 1 to " + most + ", not " + value);
        }
    }

    private TransferMode parseMode() {
        for (final TransferMode candidate : TransferMode.values()) {
            if (candidate.name().equalsIgnoreCase(mode)) {
                return candidate;
            }
        }
        throw new ParameterException(spec.commandLine(), "--mode is echo, sink or source, not " + mode);
    }

    private int parsePort() {
        try {
            final int port = Integer.parseInt(target);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (final NumberFormatException e) {
            // Said below, for both kinds of mistake.
        }
        throw new ParameterException(spec.commandLine(), "listen needs a port from 1 to 65535, not " + target);
    }

    private RdsAddress parsePeer() {
        final RdsAddress peer = Arguments.address(spec, target);
        if (peer.port() == 0) {
            throw new ParameterException(spec.commandLine(), "connect needs HOST:PORT, not " + target);
        }
        return peer;
    }

    private void listen(final EngineGroup<TcpStation> group, final int port) {
        for (int i = 0; i < logs.size(); i++) {
            final TransferLog log = logs.get(i);
            group.engines().get(i).tcp().listen(port, connection -> log.open());
        }
        start(group);
        say("ready");
        await(() -> count > 0 && sum(TransferLog::opened) >= count && areAllClosed());
    }

    private void connect(final EngineGroup<TcpStation> group, final RdsAddress peer) {
        for (int i = 0; i < connections; i++) {
            final TcpStation station = group.engines().get(i % queues);
            final Transfer transfer = logs.get(i % queues).open();
            if (station.tcp().connect(peer.high(), peer.low(), peer.port(), 0, 0, transfer, station.nowNs()) == null) {
                throw new IllegalStateException(
                    "no route to " + peer + ": is it on the network of --address, or --gateway set?");
            }
        }
        start(group);
        await(this::areAllClosed);
    }

    private static void start(final EngineGroup<TcpStation> group) {
        // parks rather than yields: on a busy machine a yield may last for milliseconds, a sleeper is woken at once
        group.start(
            () -> new BackoffIdleStrategy(1_000, 0, 1_000, 50_000),
            error -> LOG.error("an engine failed in its duty cycle and goes on with the next", error));
    }

    private boolean areAllClosed() {
        return sum(TransferLog::closed) == sum(TransferLog::opened);
    }

    private int sum(final ToIntFunction<TransferLog> what) {
        return logs.stream().mapToInt(what).sum();
    }

    private static void await(final BooleanSupplier isOver) {
        while (!isOver.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(LOOK_INTERVAL_NS);
        }
    }

    /** Once the engines have stopped. */
    private int report(final EngineGroup<TcpStation> group) {
        boolean isGood = true;
        for (final TransferLog log : logs) {
            for (final Transfer transfer : log.transfers()) {
                say("sent " + transfer.sent() + " received " + transfer.received() + " closed " + transfer.closeReason());
                isGood &= transfer.closeReason() == CloseReason.NORMAL;
            }
        }
        for (int i = 0; i < queues && queues > 1; i++) {
            final StringBuilder line = new StringBuilder("engine " + i + " connections " + logs.get(i).opened());
            for (final SteeringCounter counter : SteeringCounter.values()) {
                line.append(' ').append(counter.label()).append(' ').append(group.counter(i, counter));
            }
            say(line.toString());
        }
        return isGood ? 0 : 1;
    }

    private void say(final String line) {
        final PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
