package org.rds4j.perf.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.agrona.CloseHelper;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.driver.DriverDirectory;
import org.rds4j.node.RdsNode;
import org.rds4j.perf.host.DriverHost;
import org.rds4j.perf.host.OwnNode;
import org.rds4j.perf.host.RdsHost;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.StatusDirectory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Whose sockets a tool uses: those of the node that runs on this host, or of one that it starts for itself. */
final class HostOptions {
    @Option(names = "--driver-dir", paramLabel = "DIR",
        description = "Use the node that runs with this driver directory, as rds node prints it. Without this and without "
            + "--device, the node of this user on this host.")
    private Path driverDir;

    @Mixin
    private NodeCommand.NodeOptions node;

    /**
     * The host of the options; one that runs already is attached to at once, another is made by its start.
     *
     * @param source the host's own address if it was named, else null.
     */
    RdsHost host(final CommandSpec spec, final RdsAddress source) {
        final RdsHost host = node.isGiven() ? ownNode(spec) : attached(spec, source);
        if (source != null && !source.equals(host.address())) {
            final String own = RdsAddress.hostText(host.address().high(), host.address().low());
            host.close();
            throw new ParameterException(spec.commandLine(), "the node's address is " + own + ", not the source that was named");
        }
        return host;
    }

    private RdsHost ownNode(final CommandSpec spec) {
        if (driverDir != null) {
            throw new ParameterException(
                spec.commandLine(), "a node that runs has its device: --driver-dir goes without --device and --address");
        }
        final RdsContext context = node.context(spec);
        return new OwnNode(context, RdsNode::launch);
    }

    private RdsHost attached(final CommandSpec spec, final RdsAddress source) {
        return new DriverHost(driverDir == null ? usual(spec, source) : driverDir, node.statusDirectory());
    }

    /** The directory that rds node takes without being told another. */
    private static Path usual(final CommandSpec spec, final RdsAddress source) {
        if (source != null) {
            return DriverDirectory.ofUser(source);
        }
        final List<RdsAddress> drivers = drivers();
        if (drivers.size() > 1) {
            throw new ParameterException(spec.commandLine(), "several nodes run on this host: choose by --driver-dir from "
                + drivers.stream().map(address -> DriverDirectory.ofUser(address).toString()).collect(Collectors.joining(", ")));
        }
        if (drivers.isEmpty()) {
            throw RdsException.of(Errno.ECONNREFUSED, "no node of this user runs on this host: start one by rds node, name its"
                + " --driver-dir, or give --device and --address for a node of one's own");
        }
        return DriverDirectory.ofUser(drivers.getFirst());
    }

    private static List<RdsAddress> drivers() {
        final List<NodeStatus> nodes = StatusDirectory.at(StatusDirectory.ofUser()).nodes();
        try {
            return nodes.stream().map(NodeStatus::address)
                .filter(address -> Files.isDirectory(DriverDirectory.ofUser(address))).toList();
        } finally {
            CloseHelper.closeAll(nodes);
        }
    }
}
