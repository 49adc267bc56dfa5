package org.rds4j.perf.cli;

import java.io.PrintWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.SecurityMode;
import org.rds4j.driver.DriverDirectory;
import org.rds4j.driver.DriverException;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.host.StreamRelay;
import org.rds4j.status.StatusDirectory;
import org.rds4j.status.StatusException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rds node}: a long-running node. */
@Command(
    name = "node",
    description = "Runs a node. Prints 'ready' when it serves, and its counters when it ends.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class NodeCommand implements Callable<Integer> {
    private static final int POLL_LIMIT = 64;
    /** A client that does not read must not stop the echoes of others for long. */
    private static final long ECHO_PATIENCE_NS = 100_000_000L;

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Option(names = "--echo", paramLabel = "PORT", description = "Send back every datagram that comes to this RDS port.")
    private int echoPort;

    @Option(names = "--sink", paramLabel = "PORT", description = "Take and drop every datagram that comes to this RDS port.")
    private int sinkPort;

    @Option(names = "--driver-dir", paramLabel = "DIR",
        description = "Where applications in other processes attach; 'none' for nowhere. Without this, a directory of this "
            + "user's for the node's address, if no other node has it.")
    private Path driverDir;

    private final UnsafeBuffer echo = new UnsafeBuffer(0, 0);
    private RdsSocket echoSocket;
    private long echoesDropped;

    @Override
    public Integer call() throws IOException {
        try (RdsNode node = launch(); StreamRelay relay = relay(node)) {
            Interrupts.stopOnExit();
            echoSocket = socket(node, echoPort);
            final RdsSocket sink = socket(node, sinkPort);
            if (relay != null) {
                say("driver " + node.driverDir());
            }
            say("ready");
            serve(sink);
            printCounters(node);
        }
        return 0;
    }

    /** Control connections of tools that are clients of the driver. */
    private static StreamRelay relay(final RdsNode node) throws IOException {
        return node.driverDir() == null ? null : StreamRelay.open(node);
    }

    /** A directory that was asked for by name must serve; without the usual one a node works too. */
    private RdsNode launch() {
        if (driverDir != null) {
            return RdsNode.launch(options.context(spec, driverDir));
        }
        final RdsContext context = options.context(spec, null);
        if (context.driverDir() != null) {
            return RdsNode.launch(context); // by a property
        }
        try {
            final Path usual = DriverDirectory.ofUser(context.localAddress());
            StatusDirectory.prepare(usual.getParent());
            return RdsNode.launch(options.context(spec, usual));
        } catch (final DriverException | StatusException e) {
            final RdsNode node = RdsNode.launch(context); // first, as its failure would be what matters
            spec.commandLine().getErr().println("rds node: no applications of other processes: " + e.getMessage());
            return node;
        }
    }

    private static RdsSocket socket(final RdsNode node, final int port) {
        if (port == 0) {
            return null;
        }
        final RdsSocket socket = node.socket();
        socket.bind(port);
        return socket;
    }

    private void serve(final RdsSocket sink) {
        final IdleStrategy idle = new BackoffIdleStrategy(1_000, 100, 1_000, 100_000);
        while (!Thread.currentThread().isInterrupted()) {
            int work = echoSocket == null ? 0 : echoSocket.poll(this::sendBack, POLL_LIMIT);
            work += sink == null ? 0 : sink.poll((buffer, offset, length, info) -> { }, POLL_LIMIT);
            idle.idle(work);
        }
    }

    private void sendBack(final DirectBuffer buffer, final int offset, final int length, final DatagramInfo info) {
        echo.wrap(buffer, offset, length);
        try {
            echoSocket.send(info.source(), echo, 0, length, echoSocket.serviceLevel(), ECHO_PATIENCE_NS);
        } catch (final RdsException e) {
            echoesDropped++;
        }
    }

    private void printCounters(final RdsNode node) {
        if (echoesDropped > 0) {
            say(String.format("%12d  echoes_dropped: datagrams not sent back, as their sender did not take them", echoesDropped));
        }
        node.counters((label, meaning, value) -> {
            if (value != 0) {
                say(String.format("%12d  %s: %s", value, label, meaning));
            }
        });
    }

    private void say(final String line) {
        final PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    /** Device, address and security of a node. */
    static final class NodeOptions {
        @Mixin
        private DeviceOptions host;

        @Option(names = "--security", paramLabel = "required|plaintext", defaultValue = "required",
            description = "Mutual TLS 1.3, or nothing (default: ${DEFAULT-VALUE}).")
        private String security;

        @Option(names = "--certs", paramLabel = "DIR", description = "Where rds certs wrote trust.pem, NAME.pem and NAME.key.")
        private Path certificates;

        @Option(names = "--peers", paramLabel = "FILE",
            description = "YAML list of who may be a peer, from where and at which levels; without it, everybody with a "
                + "certificate.")
        private Path peers;

        @Option(names = "--name", paramLabel = "NAME",
            description = "Which of the certificates in --certs is this node's, and what rds info calls it.")
        private String name;

        @Option(names = "--status-dir", paramLabel = "DIR",
            description = "Where rds info finds this node, if not in this user's directory; 'none' for nowhere.")
        private Path statusDir;

        boolean isGiven() {
            return host.isGiven();
        }

        /** Where nodes tell of themselves. */
        Path statusDirectory() {
            return statusDir == null ? StatusDirectory.ofUser() : statusDir;
        }

        RdsContext context(final CommandSpec spec) {
            return context(spec, null);
        }

        /** With a driver directory, or with what properties say. */
        RdsContext context(final CommandSpec spec, final Path driverDirectory) {
            host.require(spec);
            final RdsContext context = new RdsContext()
                .device(host.device).address(host.address).gateway(host.gateway).mtu(host.mtu);
            if (name != null) {
                context.nodeName(name);
            }
            if (statusDir != null) {
                context.statusDir(statusDir);
            }
            if (driverDirectory != null) {
                context.driverDir(driverDirectory);
            }
            switch (security.toLowerCase(Locale.ROOT)) {
                case "plaintext" -> context.security(SecurityMode.PLAINTEXT).peerList(peers);
                case "required" -> identify(context, spec);
                default -> throw new ParameterException(
                    spec.commandLine(), "--security is required or plaintext, not " + security);
            }
            return Arguments.conclude(spec, context);
        }

        private void identify(final RdsContext context, final CommandSpec spec) {
            if (certificates == null || name == null) {
                throw new ParameterException(spec.commandLine(),
                    "security needs --certs DIR and --name NAME as made by rds certs, or --security plaintext");
            }
            if (peers != null) {
                context.peerList(peers);
            }
            context.security(SecurityMode.REQUIRED)
                .certificate(certificates.resolve(name + ".pem"))
                .privateKey(certificates.resolve(name + ".key"))
                .trust(certificates.resolve("trust.pem"));
        }
    }
}
