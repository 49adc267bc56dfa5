package org.rds4j.tests.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.DatagramInfo;
import org.rds4j.Errno;
import org.rds4j.LentMemory;
import org.rds4j.RdsAddress;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsOption;
import org.rds4j.RdsPoller;
import org.rds4j.RdsSocket;
import org.rds4j.ThreadingMode;
import org.rds4j.check.CheckedSocket;
import org.rds4j.driver.DriverException;
import org.rds4j.driver.RdsClient;
import org.rds4j.node.RdsNode;
import org.rds4j.sim.check.HistoryLog;
import org.rds4j.sim.check.JoinedHistory;
import org.rds4j.status.ClientStatus;
import org.rds4j.status.NodeStatus;
import org.rds4j.status.StatusDirectory;
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
    /** What this process knows of the history; each application has a log of its own. */
    private HistoryLog log;
    private int applications;

    @BeforeEach
    void open() {
        log = new HistoryLog(parent.resolve("history-0"), ProcessHandle.current().pid());
    }

    private TwoNodes start() {
        return start(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first"));
    }

    private TwoNodes start(final RdsContext context) {
        directory = parent.resolve("driver");
        final InMemoryLinkPair link = new InMemoryLinkPair(9000, 2048, 1024);
        final RdsNode first = RdsNode.with(context.driverDir(directory).statusDir(parent.resolve("status")))
            .link(link.first()).launch();
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
        log.close();
        requireComplete();
    }

    /** Of what all processes did. */
    private void requireComplete() {
        JoinedHistory.of(IntStream.rangeClosed(0, applications).mapToObj(i -> parent.resolve("history-" + i))
            .filter(Files::exists).toList()).requireComplete();
    }

    private CheckedSocket checked(final RdsSocket bound) {
        return new CheckedSocket(log, bound, System::nanoTime);
    }

    private static void pass(final CheckedSocket from, final CheckedSocket to, final int length) {
        from.send(to.address(), length, 0, TwoNodes.PATIENCE_NS);
        receive(to, length);
    }

    private static DatagramInfo receive(final CheckedSocket at, final int length) {
        final DatagramInfo info = at.receive(ByteBuffer.allocate(length), TwoNodes.PATIENCE_NS);
        assertEquals(length, info.length());
        return info;
    }

    private Program application(final Object... arguments) {
        applications++;
        final Path history = parent.resolve("history-" + applications);
        final String[] words = Stream.concat(Stream.of(directory, history), Stream.of(arguments)).map(Object::toString)
            .toArray(String[]::new);
        final Program program = Program.start(Program.java(ApplicationProgram.class, words));
        program.awaitLine("bound");
        return program;
    }

    private RdsAddress at(final int port) {
        return TwoNodes.at(nodes.first(), port);
    }

    /** Waits until the driver, as it shows itself to tools, has so many clients with so many sockets in all. */
    private void awaitClients(final int clients, final int sockets) {
        try (NodeStatus node = StatusDirectory.at(parent.resolve("status")).nodes().getFirst()) {
            nodes.await(clients + " clients with " + sockets + " sockets", () -> {
                final List<ClientStatus> shown = node.clients();
                return shown.size() == clients && shown.stream().mapToLong(ClientStatus::sockets).sum() == sockets;
            });
        }
    }

    private static Errno errno(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    private static ByteBuffer octets(final String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
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
            final CheckedSocket nearEnd = checked(near);
            final CheckedSocket farEnd = checked(far);
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[9]);
            nearEnd.send(far.localAddress(), 0, payload, 0, 9, () -> {
                near.send(null, ByteBuffer.wrap(payload.byteArray()), TwoNodes.PATIENCE_NS);
                return 0;
            });
            receive(farEnd, 9);
            pass(farEnd, nearEnd, 8);
            requireComplete();
            nodes.await("acknowledgement", () -> near.unacknowledgedLength() == 0);
            assertEquals(Errno.EPERM, errno(() -> near.serviceLevel(7)));
            assertEquals(Errno.EAGAIN, errno(() -> near.receive(octets("x"), 0)));
            assertEquals(Errno.ETIMEDOUT, errno(() -> near.receive(octets("x"), 1_000_000)));
            try (RdsSocket other = client.socket()) {
                assertEquals(Errno.EADDRINUSE, errno(() -> other.bind(PORT)));
            }
        }
        awaitClients(0, 0);
    }

    @Test
    void shouldPollTheSocketsOfAClient() {
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsPoller poller = client.poller();
            CheckedSocket far = checked(TwoNodes.bound(nodes.second(), PORT))) {
            final List<CheckedSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                final RdsSocket opened = client.socket();
                opened.bind(PORT + i);
                sockets.add(checked(opened));
                poller.register(opened, RdsPoller.READABLE | RdsPoller.WRITABLE);
            }
            assertEquals(8, poller.poll((socket, events) -> poller.modify(socket, RdsPoller.READABLE), 8, 0));
            assertEquals(0, poller.poll((socket, events) -> { }, 8, 1_000_000));
            for (int i = 0; i < 100; i++) {
                far.send(at(PORT + i % 8), 10 + i, 0, TwoNodes.PATIENCE_NS);
                final int expected = i;
                assertEquals(1, poller.poll((socket, events) -> {
                    assertEquals(sockets.get(expected % 8).socket(), socket);
                    assertEquals(RdsPoller.READABLE, events);
                    receive(sockets.get(expected % 8), 10 + expected);
                }, 8, TwoNodes.PATIENCE_NS));
            }
            requireComplete();
            nodes.first().close();
            int told = 0;
            while (told < 8) {
                told += poller.poll((socket, events) -> {
                    assertEquals(RdsPoller.CLOSED, events & RdsPoller.CLOSED);
                    poller.deregister(socket);
                }, 8, TwoNodes.PATIENCE_NS);
            }
        }
    }

    @Test
    void shouldCarryEveryOctetBothWays() {
        start();
        try (CheckedSocket far = checked(TwoNodes.bound(nodes.second(), PORT))) {
            final Exchange exchange = new Exchange(far, at(PORT), COUNT);
            try (Program program = application(PORT, "exchange", far.address(), COUNT)) {
                program.endInput();
                nodes.await("the exchange", () -> {
                    exchange.work();
                    return exchange.isDone() || !program.isRunning();
                });
                assertTrue(program.finish().contains("done"));
            }
            nodes.await("what is acknowledged and not read yet", () -> {
                exchange.work();
                return exchange.isDone();
            });
            requireComplete();
        }
        awaitClients(0, 0);
    }

    @Test
    void shouldCarryDatagramsBetweenTwoApplicationsOfOneDriver() {
        start();
        try (Program one = application(PORT, "exchange", at(PORT + 1), COUNT / 10);
            Program other = application(PORT + 1, "exchange", at(PORT), COUNT / 10)) {
            one.endInput();
            other.endInput();
            assertTrue(one.finish().contains("done"));
            assertTrue(other.finish().contains("done"));
        }
        requireComplete();
    }

    @Test
    void shouldFreeThePortOfAnApplicationThatIsKilled() {
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsSocket survivor = client.socket();
            CheckedSocket far = checked(TwoNodes.bound(nodes.second(), PORT))) {
            survivor.bind(PORT + 1);
            try (Program killed = application(PORT, "echo")) {
                far.send(at(PORT), 13, 0, TwoNodes.PATIENCE_NS);
                receive(far, 13);
                awaitClients(2, 2);
                killed.kill();
            }
            awaitClients(1, 1);
            log.onEnded(CheckedSocket.id(at(PORT)));
            try (RdsSocket successor = client.socket()) {
                assertEquals(PORT, successor.bind(PORT));
                pass(far, checked(successor), 9);
            }
            pass(far, checked(survivor), 8);
            requireComplete();
        }
    }

    @Test
    void shouldServeOthersWhileApplicationsAreKilledInTheMiddleOfTheirSends() throws InterruptedException {
        start();
        try (CheckedSocket far = checked(TwoNodes.bound(nodes.second(), PORT)); RdsClient client = RdsClient.attach(directory);
            RdsSocket near = client.socket()) {
            near.bind(PORT + 1);
            final CheckedSocket sender = checked(near);
            final long[] ofSender = new long[1];
            far.listener((buffer, offset, length, info) -> ofSender[0] += info.sourcePort() == PORT + 1 ? 1 : 0);
            for (int i = 0; i < 5; i++) {
                try (Program killed = application(PORT, "exchange", far.address(), COUNT)) {
                    awaitClients(2, 2);
                    killed.endInput();
                    Thread.sleep(30L * i);
                    killed.kill();
                }
                awaitClients(1, 1);
                log.onEnded(CheckedSocket.id(at(PORT)));
                nodes.await("room", () -> far.poll(64) >= 0 && sender.send(far.address(), 10) > 0);
                nodes.await("acknowledgement", () -> far.poll(64) >= 0 && near.unacknowledgedLength() == 0);
            }
            nodes.await("what was acknowledged", () -> far.poll(64) >= 0 && ofSender[0] == sender.sent());
            requireComplete();
        }
        assertEquals(0, TwoNodes.counter(nodes.first(), "region_corrupt"));
    }

    @Test
    void shouldLetNobodyInWithoutADriver() {
        assertEquals(Errno.ECONNREFUSED, errno(() -> RdsClient.attach(parent.resolve("nowhere"))));
        start().close();
        assertEquals(Errno.ECONNREFUSED, errno(() -> RdsClient.attach(directory)));
        nodes = null;
    }

    @Test
    void shouldLetOnlyItsUserIn() throws IOException {
        start();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("driver.sock"))));
        assumeTrue(Program.succeeds("setpriv", "--version"), "no setpriv: install util-linux");
        Files.setPosixFilePermissions(directory, Set.of());
        final List<String> asEveryoneElse = List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search");
        try (Program stranger = Program.start(Program.concat(asEveryoneElse,
                Program.java(ApplicationProgram.class, directory.toString(), "none", "0", "wait")))) {
            stranger.awaitLine("EACCES");
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void shouldLetItsGroupInWhereTheDirectorySaysSo() throws IOException {
        Files.createDirectory(parent.resolve("driver"));
        Files.setPosixFilePermissions(parent.resolve("driver"), PosixFilePermissions.fromString("rwxr-x---"));
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsSocket socket = client.socket()) {
            assertEquals("rw-rw----", permissions(directory.resolve("driver.sock")), socket::toString);
            assertEquals("rw-------", permissions(directory.resolve("driver.lock")));
        }
    }

    private static String permissions(final Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Who may write there can put a socket of his own in place of the driver's. */
    @ParameterizedTest
    @ValueSource(strings = {"rwxr-xr-x", "rwxrwx---", "rwx-----x"})
    void shouldNotServeInADirectoryThatIsOpenToOthers(final String permissions) throws IOException {
        Files.createDirectory(parent.resolve("driver"));
        Files.setPosixFilePermissions(parent.resolve("driver"), PosixFilePermissions.fromString(permissions));
        assertThrows(DriverException.class, this::start);
    }

    @Test
    void shouldNotShareADirectoryWithAnotherDriver() {
        start();
        final InMemoryLinkPair link = new InMemoryLinkPair(1500, 64, 64);
        final RdsNode.Builder second = RdsNode.with(
            TwoNodes.context("10.0.0.3/24", ThreadingMode.DEDICATED, null, "third").driverDir(directory)).link(link.first());
        assertThrows(DriverException.class, second::launch);
        try (RdsClient client = RdsClient.attach(directory)) {
            assertEquals(RdsAddress.parse("10.0.0.1"), client.address());
        }
    }

    @Test
    void shouldBoundClientsAndSockets() {
        start(TwoNodes.context(TwoNodes.FIRST, ThreadingMode.DEDICATED, null, "first").maxClients(1).maxSockets(2));
        try (RdsClient client = RdsClient.attach(directory)) {
            assertEquals(Errno.ENOMEM, errno(() -> RdsClient.attach(directory)));
            for (int i = 0; i < 3; i++) {
                try (RdsSocket one = client.socket(); RdsSocket other = client.socket()) {
                    assertEquals(Errno.ENOMEM, errno(client::socket));
                    assertNull(one.localAddress());
                    assertNull(other.localAddress());
                }
            }
        }
        nodes.await("the client to be gone", this::isRoomForAClient);
    }

    private boolean isRoomForAClient() {
        try {
            RdsClient.attach(directory).close();
            return true;
        } catch (final RdsException e) {
            return false;
        }
    }

    @Test
    void shouldTellItsClientsThatItEnds() {
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsSocket socket = client.socket()) {
            socket.bind(PORT);
            final RdsSocket closed = client.socket();
            closed.close();
            nodes.close();
            nodes = null;
            final long startNs = System.nanoTime();
            while (socket.offer(at("10.0.0.2"), new UnsafeBuffer(new byte[1]), 0, 1) != RdsSocket.NODE_LOST) {
                assertTrue(System.nanoTime() - startNs < 5_000_000_000L, "the socket does not notice");
            }
            assertEquals(Errno.ECONNRESET, errno(() -> socket.receive(octets("x"), RdsSocket.FOREVER)));
            assertEquals(Errno.EBADF, errno(() -> closed.receive(octets("x"), RdsSocket.FOREVER)));
            assertFalse(client.isAttached());
            assertEquals(Errno.ECONNREFUSED, errno(client::socket));
            start();
            try (RdsSocket again = client.socket()) {
                again.bind(PORT);
            }
        }
    }

    @Test
    void shouldSendFromBlocksThatBothProcessesSee() {
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsSocket near = client.socket();
            RdsSocket far = TwoNodes.bound(nodes.second(), PORT)) {
            near.bind(PORT);
            assertEquals(Errno.EOPNOTSUPP, errno(() -> near.lend(new UnsafeBuffer(ByteBuffer.allocateDirect(100)))));
            final CheckedSocket nearEnd = checked(near);
            final CheckedSocket farEnd = checked(far);
            try (LentMemory block = near.lend()) {
                for (int i = 0; i < 20; i++) {
                    final int cookie = i;
                    final int length = 60_000 + cookie;
                    nearEnd.send(far.localAddress(), 0, block.buffer(), 100, length, () -> {
                        near.send(far.localAddress(), block, 100, length, cookie, TwoNodes.PATIENCE_NS);
                        return 0;
                    });
                    receive(farEnd, length);
                    assertEquals(cookie, near.receive(octets(""), TwoNodes.PATIENCE_NS).cookie(0));
                }
            }
        }
        awaitClients(0, 0);
    }

    @Test
    void shouldTellItsClientsWhenAndHowDatagramsArrive() {
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsSocket near = client.socket();
            RdsSocket far = TwoNodes.bound(nodes.second(), PORT)) {
            near.bind(PORT);
            near.setOption(RdsOption.SO_TIMESTAMP, true).setOption(RdsOption.SO_RDS_MSG_RXPATH_LATENCY, new int[] {0, 1, 2});
            final long beforeMs = System.currentTimeMillis();
            checked(far).send(at(PORT), 9, 0, TwoNodes.PATIENCE_NS);
            final DatagramInfo info = receive(checked(near), 9);
            assertEquals(3, info.latencyCount());
            assertTrue(info.latencyNs(2) > 0 && info.latencyNs(2) < TwoNodes.PATIENCE_NS, info.latencyNs(2) + " ns");
            final long arrivalMs = info.arrivalNs() / 1_000_000;
            assertTrue(arrivalMs >= beforeMs - 1 && arrivalMs <= System.currentTimeMillis() + 1, arrivalMs + " ms");
        }
    }

    @Test
    void shouldTellItsClientsOfCongestion() {
        start();
        try (RdsClient client = RdsClient.attach(directory); RdsSocket from = client.socket();
            RdsSocket unread = TwoNodes.bound(nodes.second(), PORT)) {
            from.bind(PORT);
            unread.receiveBufferLength(10_000);
            final CheckedSocket sender = checked(from);
            final CheckedSocket receiver = checked(unread);
            nodes.await("congestion", () -> sender.send(receiver.address(), 1000) == RdsSocket.CONGESTED);
            nodes.await("its end", () -> receiver.poll(64) == 0 && sender.send(receiver.address(), 1000) > 0);
            nodes.await("everything", () -> receiver.poll(64) >= 0 && receiver.received() == sender.sent());
            requireComplete();
        }
    }

    @Test
    void shouldShowItsClientsToTools() {
        start();
        try (NodeStatus node = StatusDirectory.at(parent.resolve("status")).nodes().getFirst()) {
            assertEquals(List.of(), node.clients());
            try (RdsClient client = RdsClient.attach(directory); RdsSocket socket = client.socket();
                Program other = application(PORT, "wait")) {
                nodes.await("both to be shown", () -> node.clients().stream().filter(one -> one.sockets() == 1).count() == 2);
                assertEquals(ProcessHandle.current().pid(), node.clients().getFirst().pid(), socket::toString);
                final long ageMs = System.currentTimeMillis() - node.clients().getLast().heartbeatMs();
                assertTrue(ageMs < 10_000 && other.isRunning(), ageMs + " ms old");
            }
            nodes.await("both to be gone", () -> node.clients().isEmpty());
        }
    }

    private static RdsAddress at(final String host) {
        return RdsAddress.parse(host).withPort(PORT);
    }
}
