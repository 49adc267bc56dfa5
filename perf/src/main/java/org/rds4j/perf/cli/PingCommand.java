package org.rds4j.perf.cli;

import java.util.concurrent.Callable;
import org.agrona.concurrent.SystemNanoClock;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.perf.host.RdsHost;
import org.rds4j.perf.ping.PingOptions;
import org.rds4j.perf.ping.PingRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rds ping}: RDS pings, answered by the peer's engine on port 0. */
@Command(
    name = "ping",
    description = "Sends RDS pings to a host and prints a line for each answer, as rds-ping does; through the node that runs on "
        + "this host, or through one of its own.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Exit codes: 0 there was an answer, 1 there was none or something failed, 2 usage."})
final class PingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "-c", paramLabel = "COUNT", defaultValue = "0", converter = StressCommand.Size.class,
        description = "Pings to send, 0 for no end (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "-i", paramLabel = "TIME", defaultValue = "1", converter = Duration.class,
        description = "Time from one ping to the next: seconds, or a number with ms, msec, us or usec (default: "
            + "${DEFAULT-VALUE}).")
    private long intervalNs;

    @Option(names = "-I", paramLabel = "HOST", description = "Source address: the node to use, when several run on this host.")
    private String source;

    @Option(names = "-Q", paramLabel = "LEVEL", defaultValue = "0",
        description = "Service level, 0 to 15; 'type of service' for rds-ping (default: ${DEFAULT-VALUE}).")
    private int serviceLevel;

    @Option(names = "-W", paramLabel = "TIME", defaultValue = "5", converter = Duration.class,
        description = "Longest wait for an answer (default: ${DEFAULT-VALUE}).")
    private long timeoutNs;

    @Mixin
    private HostOptions options;

    @Parameters(paramLabel = "HOST", description = "Address of the peer, IPv4 or IPv6; link-local ones with their device behind "
        + "them, as in fe80::1%%eth0.")
    private String peer;

    @Override
    public Integer call() {
        final RdsAddress destination = Arguments.host(spec, peer);
        if (serviceLevel < 0 || serviceLevel > RdsSocket.MAX_SERVICE_LEVEL) {
            throw new ParameterException(
                spec.commandLine(), "-Q is from 0 to " + RdsSocket.MAX_SERVICE_LEVEL + ", not " + serviceLevel);
        }
        try (RdsHost host = options.host(spec, source == null ? null : Arguments.host(spec, source))) {
            if (host.address().isIpv4() != destination.isIpv4()) {
                throw new ParameterException(spec.commandLine(), "this host is "
                    + RdsAddress.hostText(host.address().high(), host.address().low()) + ", of another family than " + peer);
            }
            host.start();
            Interrupts.stopOnExit();
            final PingOptions what = new PingOptions(destination, count, intervalNs, timeoutNs, serviceLevel);
            try (PingRun run = new PingRun(host, what, spec.commandLine().getOut(), SystemNanoClock.INSTANCE)) {
                return run.run() > 0 ? 0 : 1;
            }
        }
    }
}
