package org.rds4j.tests.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.driver.RdsClient;
import org.rds4j.sim.check.HistoryLog;

/**
 * An application in a process of its own. Arguments: the driver's directory, a file for its part of the history, the port to
 * bind, and what to do: {@code exchange PEER COUNT}, which begins at the end of the input, {@code echo}, which answers each
 * datagram with one of its length, or {@code wait}. Says {@code bound}, and {@code done} or how it failed.
 */
public final class ApplicationProgram {
    private static final long PATIENCE_NS = 100_000_000_000L;

    private ApplicationProgram() {
    }

    public static void main(final String[] arguments) throws IOException {
        try (RdsClient client = RdsClient.attach(Path.of(arguments[0])); RdsSocket socket = client.socket();
            HistoryLog log = new HistoryLog(Path.of(arguments[1]), ProcessHandle.current().pid())) {
            socket.bind(Integer.parseInt(arguments[2]));
            final CheckedSocket checked = new CheckedSocket(log, socket, System::nanoTime);
            System.out.println("bound");
            switch (arguments[3]) {
                case "exchange" -> exchange(new Exchange(
                    checked, RdsAddress.parse(arguments[4]), Integer.parseInt(arguments[5])));
                case "echo" -> echo(checked);
                default -> socket.receive(ByteBuffer.allocate(1), RdsSocket.FOREVER);
            }
            System.out.println("done");
        } catch (final RdsException e) {
            System.out.println(e.errno());
        }
    }

    private static void exchange(final Exchange exchange) throws IOException {
        System.in.readAllBytes();
        final IdleStrategy idle = new BackoffIdleStrategy(100, 10, 1_000, 100_000);
        final long startNs = System.nanoTime();
        while (!(exchange.isDone() && exchange.isAcknowledged())) {
            if (System.nanoTime() - startNs > PATIENCE_NS) {
                throw new AssertionError(exchange + " after " + PATIENCE_NS + " ns");
            }
            idle.idle(exchange.work() ? 1 : 0);
        }
    }

    private static void echo(final CheckedSocket socket) {
        final ByteBuffer datagram = ByteBuffer.allocate(1 << 20);
        while (true) {
            final DatagramInfo info = socket.receive(datagram.clear(), RdsSocket.FOREVER);
            socket.send(info.source(), info.length(), 0, RdsSocket.FOREVER);
        }
    }
}
