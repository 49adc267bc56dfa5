package org.rds4j.tests.node;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.DatagramInfo;
import org.rds4j.RdsContext;
import org.rds4j.RdsSocket;
import org.rds4j.RdsTimeoutException;
import org.rds4j.ThreadingMode;
import org.rds4j.node.RdsNode;
import org.rds4j.tests.support.NodeFiles;
import org.rds4j.tests.support.TwoNodes;

/**
 * A node in a process of its own that sends every datagram back, until its input ends. Arguments: its device, and the
 * directory of its credentials if it is to encrypt. Says {@code ready}.
 */
public final class EchoProgram {
    static final String ADDRESS = TwoNodes.SECOND;
    static final int PORT = 5000;
    private static final long LOOK_NS = 100_000_000L;
    private static final long SEND_NS = 10_000_000_000L;

    private EchoProgram() {
    }

    public static void main(final String[] arguments) {
        final RdsContext context = TwoNodes.context(ADDRESS, ThreadingMode.SHARED, null, "echo").device(arguments[0]);
        if (arguments.length > 1) {
            final Path files = Path.of(arguments[1]);
            new NodeFiles(files.getParent(), files.getFileName().toString()).apply(context);
        }
        try (RdsNode node = RdsNode.launch(context); RdsSocket socket = TwoNodes.bound(node, PORT)) {
            System.out.println("ready");
            final UnsafeBuffer datagram = new UnsafeBuffer(ByteBuffer.allocateDirect(context.maxMessageLength()));
            final Thread input = Thread.ofPlatform().daemon().start(EchoProgram::readInput);
            while (input.isAlive()) {
                echo(socket, datagram);
            }
        }
    }

    private static void readInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void echo(final RdsSocket socket, final UnsafeBuffer datagram) {
        final DatagramInfo info;
        try {
            info = socket.receive(datagram.byteBuffer().clear(), LOOK_NS);
        } catch (final RdsTimeoutException e) {
            return;
        }
        socket.send(info.source(), datagram, 0, info.length(), 0, SEND_NS);
    }
}
