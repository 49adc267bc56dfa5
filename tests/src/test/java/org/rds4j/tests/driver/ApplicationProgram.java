package org.rds4j.tests.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.driver.RdsClient;

/**
 * An application in a process of its own. Arguments: the driver's directory, the port to bind, and what to do:
 * {@code exchange PEER COUNT}, which begins at the end of the input, {@code echo}, or {@code wait}. Says {@code bound}, and
 * {@code done} or how it failed.
 */
public final class ApplicationProgram {
    private static final long PATIENCE_NS = 100_000_000_000L;

    private ApplicationProgram() {
    }

    public static void main(final String[] arguments) throws IOException {
        try (RdsClient client = RdsClient.attach(Path.of(arguments[0])); RdsSocket socket = client.socket()) {
            socket.bind(Integer.parseInt(arguments[1]));
            System.out.println("bound");
            switch (arguments[2]) {
                case "exchange" -> exchange(new Exchange(
                    socket, RdsAddress.parse(arguments[3]), Integer.parseInt(arguments[4])));
                case "echo" -> echo(socket);
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

    private static void echo(final RdsSocket socket) {
        final ByteBuffer datagram = ByteBuffer.allocate(1 << 20);
        while (true) {
            datagram.clear();
            final RdsAddress source = socket.receive(datagram, RdsSocket.FOREVER).source();
            socket.send(source, datagram.flip(), RdsSocket.FOREVER);
        }
    }
}
