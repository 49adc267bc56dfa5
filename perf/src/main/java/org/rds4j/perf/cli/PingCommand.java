package org.rds4j.perf.cli;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.RdsTimeoutException;
import org.rds4j.node.RdsNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rds ping}: RDS pings, answered by the peer's engine on port 0. */
@Command(
    name = "ping",
    description = "Sends RDS pings to a host and prints a line for each answer, as rds-ping does.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeCommand.NodeOptions options;

    @Option(names = "-c", paramLabel = "COUNT", defaultValue = "5", description = "Pings to send (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "-i", paramLabel = "SECONDS", defaultValue = "1",
        description = "Time from one ping to the next (default: ${DEFAULT-VALUE}).")
    private double intervalSeconds;

    @Option(names = "-W", paramLabel = "SECONDS", defaultValue = "5",
        description = "Longest wait for an answer (default: ${DEFAULT-VALUE}).")
    private double timeoutSeconds;

    /** Answers that did not come in time; RDS delivers them all the same, and in order before the next. */
    private int late;

    @Parameters(paramLabel = "HOST", description = "Address of the peer.")
    private String peer;

    @Override
    public Integer call() throws InterruptedException {
        final RdsAddress destination = Arguments.address(spec, peer).withPort(0);
        try (RdsNode node = RdsNode.launch(options.context(spec)); RdsSocket socket = node.socket()) {
            socket.bind(0);
            int answers = 0;
            for (int i = 1; i <= count; i++) {
                answers += ping(socket, destination, i) ? 1 : 0;
                if (i < count) {
                    TimeUnit.NANOSECONDS.sleep((long) (intervalSeconds * 1e9));
                }
            }
            return answers > 0 ? 0 : 1;
        }
    }

    private boolean ping(final RdsSocket socket, final RdsAddress destination, final int number) {
        final PrintWriter out = spec.commandLine().getOut();
        final UnsafeBuffer empty = new UnsafeBuffer(0, 0);
        final long timeoutNs = (long) (timeoutSeconds * 1e9);
        final long sentNs = System.nanoTime();
        try {
            socket.send(destination, empty, 0, 0, socket.serviceLevel(), timeoutNs);
            for (; late > 0; late--) {
                socket.receive(ByteBuffer.allocate(0), timeoutNs);
            }
            socket.receive(ByteBuffer.allocate(0), timeoutNs);
            out.printf(" %3d: %d usec%n", number, (System.nanoTime() - sentNs) / 1_000);
            return true;
        } catch (final RdsTimeoutException e) {
            late++;
            out.printf(" %3d: ERROR: no answer within %s s%n", number, timeoutSeconds);
            return false;
        } finally {
            out.flush();
        }
    }
}
