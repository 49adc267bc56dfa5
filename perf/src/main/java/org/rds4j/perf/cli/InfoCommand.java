package org.rds4j.perf.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.agrona.CloseHelper;
import org.rds4j.perf.info.InfoJson;
import org.rds4j.perf.info.InfoTable;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.StatusDirectory;
import org.rds4j.status.StatusException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rds info}: the tables of a running node, as rds-info shows those of the kernel. */
@Command(
    name = "info",
    description = "Asks a running node of this host for its tables and prints them as rds-info does; without options all of "
        + "them but --paths, --security and --clients.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class InfoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "-c", description = "Statistic counters: the kernel's, then this stack's own.")
    private boolean counters;

    @Option(names = "-k", description = "Sockets.")
    private boolean sockets;

    @Option(names = "-n", description = "Connections.")
    private boolean connections;

    @Option(names = "-r", description = "Receive queue messages.")
    private boolean receive;

    @Option(names = "-s", description = "Send queue messages.")
    private boolean send;

    @Option(names = "-t", description = "Retransmit queue messages.")
    private boolean retransmit;

    @Option(names = "-T", description = "TCP transport sockets.")
    private boolean tcp;

    @Option(names = "-I", description = "InfiniBand connections: there are none; says so as a kernel without them does.")
    private boolean infiniband;

    @Option(names = "--paths", description = "What stands behind each connection, path by path.")
    private boolean paths;

    @Option(names = "--security",
        description = "What protects each path: cipher, what computes it, and who the peer proved to be.")
    private boolean security;

    @Option(names = "--clients", description = "Applications in other processes that use the node.")
    private boolean clients;

    @Option(names = "-v", description = "Say first which node was asked.")
    private boolean[] verbose = {};

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Option(names = "--node", paramLabel = "WHICH",
        description = "The node's name, address or process, when several run on this host.")
    private String which;

    @Option(names = "--status-dir", paramLabel = "DIR",
        description = "Where nodes leave their status files, if not in this user's directory.")
    private Path directory;

    @Override
    public Integer call() {
        final List<NodeStatus> nodes =
            StatusDirectory.at(directory == null ? StatusDirectory.ofUser() : directory).nodes();
        try {
            final NodeStatus node = choose(nodes);
            final List<InfoTable<?>> tables = tables();
            if (infiniband) {
                tell(spec.commandLine().getErr(), "rds info: Unable get statistics: Protocol not available\n");
            }
            tell(spec.commandLine().getOut(), json ? json(node, tables) : text(node, tables));
        } finally {
            CloseHelper.closeAll(nodes);
        }
        return 0;
    }

    private NodeStatus choose(final List<NodeStatus> nodes) {
        if (nodes.isEmpty()) {
            throw new StatusException("no node runs on this host with a status file in "
                + (directory == null ? StatusDirectory.ofUser() : directory) + ": start one, or name its --status-dir");
        }
        final List<NodeStatus> chosen = nodes.stream().filter(this::isMeant).toList();
        if (chosen.size() != 1) {
            throw new StatusException((chosen.isEmpty() ? "no node is called " + which : "several nodes run")
                + ": choose with --node from " + nodes.stream()
                .map(node -> node.name() + " (" + node.address() + ", process " + node.pid() + ")")
                .collect(Collectors.joining(", ")));
        }
        return chosen.getFirst();
    }

    private boolean isMeant(final NodeStatus node) {
        return which == null || which.equals(node.name()) || which.equals(node.address().toString())
            || which.equals(Long.toString(node.pid()));
    }

    /** In the order of rds-info, which is that of the option letters in ASCII. */
    private List<InfoTable<?>> tables() {
        final boolean all = !(
            counters || sockets || connections || receive || send || retransmit || tcp
            || infiniband || paths || security || clients);
        final List<InfoTable<?>> tables = new ArrayList<>();
        addIf(tables, all || tcp, InfoTable.TCP);
        addIf(tables, all || counters, InfoTable.COUNTERS);
        addIf(tables, all || sockets, InfoTable.SOCKETS);
        addIf(tables, all || connections, InfoTable.CONNECTIONS);
        addIf(tables, all || receive, InfoTable.RECEIVE);
        addIf(tables, all || send, InfoTable.SEND);
        addIf(tables, all || retransmit, InfoTable.RETRANSMIT);
        addIf(tables, paths || (all && json), InfoTable.PATHS);
        addIf(tables, security || (all && json), InfoTable.SECURITY);
        addIf(tables, clients || (all && json), InfoTable.CLIENTS);
        return tables;
    }

    private static void addIf(final List<InfoTable<?>> tables, final boolean isWanted, final InfoTable<?> table) {
        if (isWanted) {
            tables.add(table);
        }
    }

    private String text(final NodeStatus node, final List<InfoTable<?>> tables) {
        final StringBuilder text = new StringBuilder();
        if (verbose.length > 0) {
            text.append("node ").append(node.name()).append(", address ").append(node.address()).append(", process ")
                .append(node.pid()).append('\n');
        }
        tables.forEach(table -> text.append(block(node, table)));
        return text.toString();
    }

    private static <T> String block(final NodeStatus node, final InfoTable<T> table) {
        return table.text(table.rows(node));
    }

    private static String json(final NodeStatus node, final List<InfoTable<?>> tables) {
        final InfoJson object = new InfoJson(node);
        tables.forEach(table -> add(object, node, table));
        return object + "\n";
    }

    private static <T> void add(final InfoJson object, final NodeStatus node, final InfoTable<T> table) {
        if (table == InfoTable.COUNTERS) {
            object.addCounters(InfoTable.COUNTERS.rows(node));
        } else {
            object.add(table, table.rows(node));
        }
    }

    private static void tell(final PrintWriter writer, final String text) {
        writer.print(text);
        writer.flush();
    }
}
