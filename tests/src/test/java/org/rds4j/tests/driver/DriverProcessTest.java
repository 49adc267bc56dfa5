package org.rds4j.tests.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rds4j.Errno;
import org.rds4j.RdsAddress;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.check.CheckedSocket;
import org.rds4j.driver.RdsClient;
import org.rds4j.sim.check.HistoryChecker;
import org.rds4j.tests.support.Program;

/** This process is the application; its driver is another, which is killed. */
@Timeout(120)
class DriverProcessTest {
    private static final int PORT = 4000;
    private static final RdsAddress SELF = RdsAddress.parse("10.0.0.1:4000");
    private static final RdsAddress NOBODY = RdsAddress.parse("10.0.0.9:4000");
    private static final long PROMPT_NS = TimeUnit.SECONDS.toNanos(2);

    private final HistoryChecker checker = new HistoryChecker(6);
    @TempDir
    private Path parent;
    private Path directory;

    @BeforeEach
    void choose() {
        directory = parent.resolve("driver");
    }

    private Program driver() {
        final Program program = Program.start(Program.java(DriverProgram.class, directory.toString()));
        program.awaitLine("ready");
        return program;
    }

    private static Errno errno(final Supplier<?> call) {
        return assertThrows(RdsException.class, call::get).errno();
    }

    /** To itself; the socket of the driver before is gone. */
    private void loop(final RdsSocket socket) {
        checker.onEnded(CheckedSocket.id(SELF));
        final CheckedSocket checked = new CheckedSocket(checker, socket, System::nanoTime);
        checked.send(SELF, 9, 0, PROMPT_NS);
        assertEquals(9, checked.receive(ByteBuffer.allocate(10), PROMPT_NS).length());
        checker.requireComplete();
    }

    @Test
    void shouldTellApplicationsThatItWasKilledAndServeThemWhenItIsBack() throws Exception {
        try (Program killed = driver(); RdsClient client = RdsClient.attach(directory); RdsSocket reading = client.socket();
            RdsSocket sending = client.socket(); RdsSocket idle = client.socket()) {
            reading.bind(PORT);
            sending.bind(0);
            loop(reading);
            reading.send(SELF, ByteBuffer.allocate(3), PROMPT_NS);
            final CompletableFuture<Errno> sender = CompletableFuture.supplyAsync(() -> errno(() -> fill(sending)));
            final CompletableFuture<Errno> reader = CompletableFuture.supplyAsync(() -> errno(() -> drain(reading)));
            TimeUnit.MILLISECONDS.sleep(300);
            assertFalse(sender.isDone() || reader.isDone());
            killed.kill();
            final long startNs = System.nanoTime();
            assertEquals(Errno.ECONNRESET, sender.get(PROMPT_NS, TimeUnit.NANOSECONDS));
            assertEquals(Errno.ECONNRESET, reader.get(PROMPT_NS, TimeUnit.NANOSECONDS));
            assertEquals(RdsSocket.NODE_LOST, idle.offer(SELF, new UnsafeBuffer(new byte[1]), 0, 1));
            assertEquals(Errno.ECONNRESET, errno(() -> idle.bind(0)));
            assertEquals(Errno.ECONNREFUSED, errno(client::socket));
            assertTrue(System.nanoTime() - startNs < PROMPT_NS, "took too long");
            assertTrue(idle.isClosed() && !client.isAttached());
            try (Program back = driver(); RdsSocket successor = client.socket()) {
                successor.bind(PORT);
                loop(successor);
                assertTrue(back.isRunning() && client.isAttached());
                assertEquals(Errno.ECONNRESET, errno(() -> reading.receive(ByteBuffer.allocate(1), 0)));
            }
        }
    }

    /** To a host that is not there, until the send buffer is full and for ever. */
    private static Object fill(final RdsSocket socket) {
        while (true) {
            socket.send(NOBODY, ByteBuffer.allocate(10_000), RdsSocket.FOREVER);
        }
    }

    private static Object drain(final RdsSocket socket) {
        while (true) {
            socket.receive(ByteBuffer.allocate(1), RdsSocket.FOREVER);
        }
    }

    /** The new driver is there before anyone has looked for the old one. */
    @Test
    void shouldNotTakeTheNextDriverForItsOwn() {
        try (Program killed = driver(); RdsClient client = RdsClient.attach(directory); RdsSocket socket = client.socket()) {
            socket.bind(PORT);
            killed.kill();
            try (Program next = driver(); RdsSocket successor = client.socket()) {
                successor.bind(PORT);
                loop(successor);
                assertTrue(next.isRunning());
                assertEquals(Errno.ECONNRESET, errno(() -> socket.receive(ByteBuffer.allocate(1), PROMPT_NS)));
            }
        }
    }

    @Test
    void shouldCleanUpBehindADriverThatWasKilled() {
        try (Program killed = driver(); RdsClient client = RdsClient.attach(directory); RdsSocket socket = client.socket()) {
            socket.bind(PORT);
            killed.kill();
        }
        final String[] left = directory.toFile().list();
        assertTrue(left.length == 2, () -> String.join(" ", left));
        try (Program next = driver()) {
            final String[] fresh = directory.toFile().list();
            assertTrue(fresh.length == 2 && next.isRunning(), () -> String.join(" ", fresh));
        }
    }
}
