package org.rds4j.perf.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.RdsAddress;
import org.rds4j.node.DeviceLink;
import org.rds4j.perf.tcp.TcpStation;
import org.rds4j.perf.tcp.Transfer;
import org.rds4j.perf.tcp.TransferMode;
import org.rds4j.tcp.CloseReason;
import org.rds4j.tcp.TcpConnection;
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

    private final List<Transfer> transfers = new ArrayList<>();

    @Override
    public Integer call() {
        final TransferMode transferMode = parseMode();
        host.check(spec);
        final RdsAddress peer = action == Action.connect ? parsePeer() : null;
        final int port = action == Action.listen ? parsePort() : 0;
        try (DeviceLink link = DeviceLink.open(host.device, host.mtu);
            TcpStation station = new TcpStation(link.port(), host.address, host.gateway, SystemNanoClock.INSTANCE)) {
            return peer == null ? listen(station, port, transferMode) : connect(station, peer, transferMode);
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

    private int listen(final TcpStation station, final int port, final TransferMode transferMode) {
        station.tcp().listen(port, connection -> accept(transferMode));
        say("ready");
        run(station, () -> count > 0 && transfers.size() >= count && allClosed());
        return report();
    }

    private Transfer accept(final TransferMode transferMode) {
        transfers.removeIf(transfer -> count == 0 && transfer.closeReason() != null);
        final Transfer transfer = new Transfer(transferMode, octets);
        transfers.add(transfer);
        return transfer;
    }

    private int connect(final TcpStation station, final RdsAddress peer, final TransferMode transferMode) {
        final Transfer transfer = accept(transferMode);
        final TcpConnection connection =
            station.tcp().connect(peer.high(), peer.low(), peer.port(), 0, 0, transfer, station.nowNs());
        if (connection == null) {
            throw new IllegalStateException("no route to " + peer + ": is it on the network of --address, or --gateway set?");
        }
        run(station, this::allClosed);
        return report();
    }

    private boolean allClosed() {
        return transfers.stream().allMatch(transfer -> transfer.closeReason() != null);
    }

    private static void run(final TcpStation station, final java.util.function.BooleanSupplier isOver) {
        // parks rather than yields: on a busy machine a yield may last for milliseconds, a sleeper is woken at once
        final IdleStrategy idle = new BackoffIdleStrategy(1_000, 0, 1_000, 50_000);
        while (!isOver.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            idle.idle(station.doWork());
        }
    }

    private int report() {
        boolean isGood = true;
        for (final Transfer transfer : transfers) {
            say("sent " + transfer.sent() + " received " + transfer.received() + " closed " + transfer.closeReason());
            isGood &= transfer.closeReason() == CloseReason.NORMAL;
        }
        return isGood ? 0 : 1;
    }

    private void say(final String line) {
        final PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
