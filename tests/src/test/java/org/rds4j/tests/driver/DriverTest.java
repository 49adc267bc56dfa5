package org.rds4j.tests.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.driver.DriverException;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.tcp.link.InMemoryLinkPair;
import org.rds4j.tests.support.Program;
import org.rds4j.tests.support.TwoNodes;

/** Two nodes of which the first is a driver for applications in other processes, and in this one as if in another. */
@Timeout(180)
class DriverTest {
    private static final int PORT = 4000;
    private static final int COUNT = 50_000;

    @TempDir
    private Path parent;
    private TwoNodes nodes;
    private Path directory;

    private TwoNodes start() {
        return start(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first"));
    }

    private TwoNodes start(final RdsContext context) {
        directory = parent.resolve("driver");
        final InMemoryLinkPair link = new InMemoryLinkPair(9000, 2048, 1024);
        final RdsNode first = RdsNode.with(context.driverDir(directory)).link(link.first()).launch();
        final RdsNode second = RdsNode.with(TwoNodes.context(TwoNodes.SECOND, ThreadingMode.DEDICATED, null, "second"))
            .link(link.second()).launch();
        nodes = new TwoNodes(first, second, ThreadingMode.DEDICATED);
        assertEquals(directory, first.driverDir());
        return nodes;
    }

    @AfterEach
    void stop() {
        if (nodes != null) {
            nodes.close();
        }
    }

    private Program application(final Object... arguments) {
        final String[] words = Stream.concat(Stream.of(directory), Stream.of(arguments)).map(Object::toString)
            .toArray(String[]::new);
        final Program program = Program.start(Program.java(ApplicationProgram.class, words));
        program.awaitLine("bound");
        return program;
    }

    private RdsAddress at(final int port) {
        return TwoNodes.at(nodes.first(), port);
    }

    /** The files of clients and sockets. */
    private List<String> files() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.contains("-")).sorted().toList();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Errno errno(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    private static ByteBuffer octets(final String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String receive(final RdsSocket socket) {
        final ByteBuffer datagram = ByteBuffer.allocate(100);
        socket.receive(datagram, TwoNodes.PATIENCE_NS);
        return new String(datagram.array(), 0, datagram.position(), StandardCharsets.US_ASCII);
    }

    @Test
    void shouldBehaveAsASocketOfTheNode() {
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsSocket near = client.socket();
            RdsSocket far = TwoNodes.bound(nodes.second(), PORT)) {
            assertEquals(RdsAddress.parse("10.0.0.1"), client.address());
            assertEquals(Errno.ENOTCONN, errno(() -> near.send(far.localAddress(), octets("x"), 0)));
            assertEquals(PORT, near.bind(PORT));
            assertEquals(Errno.EINVAL, errno(() -> near.bind(PORT)));
            assertEquals(at(PORT), near.localAddress());
            near.connect(far.localAddress());
            near.send(null, octets("from afar"), TwoNodes.PATIENCE_NS);
            assertEquals("from afar", receive(far));
            far.send(at(PORT), octets("and back"), TwoNodes.PATIENCE_NS);
            assertEquals("and back", receive(near));
            nodes.await("acknowledgement", () -> near.unacknowledgedLength() == 0);
            assertEquals(Errno.EPERM, errno(() -> near.serviceLevel(7)));
            assertEquals(Errno.EAGAIN, errno(() -> near.receive(octets("x"), 0)));
            assertEquals(Errno.ETIMEDOUT, errno(() -> near.receive(octets("x"), 1_000_000)));
            try (RdsSocket other = client.socket()) {
                assertEquals(Errno.EADDRINUSE, errno(() -> other.bind(PORT)));
            }
        }
        nodes.await("the files to go", () -> files().isEmpty());
    }

    @Test
    void shouldCarryEveryOctetBothWays() {
        start();
        try (RdsSocket far = TwoNodes.bound(nodes.second(), PORT)) {
            final Exchange exchange = new Exchange(far, at(PORT), COUNT);
            try (Program program = application(PORT, "exchange", far.localAddress(), COUNT)) {
                nodes.await("the exchange", () -> {
                    exchange.work();
                    return exchange.isDone() || !program.isRunning();
                });
                assertTrue(program.finish().contains("done"));
            }
            assertTrue(exchange.isDone(), exchange.toString());
        }
        nodes.await("the files to go", () -> files().isEmpty());
    }
}
