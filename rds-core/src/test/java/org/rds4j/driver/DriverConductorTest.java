package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.Errno;
import org.rds4j.RdsContext;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.RegionLayout;
import org.rds4j.socket.SocketRegion;
import org.rds4j.status.RdsCounter;

/** Clients ask for what they like; a driver serves the others all the same. */
@Timeout(60)
class DriverConductorTest extends DriverFixture {
    private static final int PORT = 4000;

    private static Errno errno(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, EngineCommand.UNKNOWN, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void shouldRefuseACommandThatIsNone(final int kind) throws IOException {
        start(context());
        try (RawClient raw = new RawClient(this); RdsClient other = RdsClient.attach(directory);
            RdsSocket sound = other.socket()) {
            final RawClient.Socket own = raw.open();
            raw.request(kind, own.slot(), 0);
            assertEquals(PORT, sound.bind(PORT));
            assertEquals(0, raw.bind(own, PORT + 1));
            assertEquals(Errno.EINVAL.number(), raw.bind(own, PORT + 1));
        }
        await("the sockets to be closed", () -> engine.proxy().directory().region(0) == null);
        assertEquals(0, counters.get(RdsCounter.CLIENT_FAILED));
    }

    /** Where an encryption thread may still be in what a client has lent, nobody can say when it is done. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldUnmapTheMemoryOfSocketsUnlessSomebodyMayBeInIt(final boolean isKept) throws IOException, InterruptedException {
        start(context());
        try (RawClient raw = new RawClient(this)) {
            assertEquals(0, raw.ask());
            final long address = engine.proxy().directory().region(0).receiveRing().buffer().addressOffset();
            assertTrue(isMapped(address));
            if (isKept) {
                conductor.keepMemory();
            }
            stop();
            assertEquals(isKept, isMapped(address));
        }
    }

    private static boolean isMapped(final long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(line -> line.contains("memfd:rds-socket"))
            .map(line -> line.split("[- ]", 3))
            .anyMatch(range -> Long.parseUnsignedLong(range[0], 16) <= address
                && address < Long.parseUnsignedLong(range[1], 16));
    }

    @Test
    void shouldForwardNothingForASocketOfAnother() throws IOException {
        start(context());
        try (RdsClient other = RdsClient.attach(directory); RdsSocket sound = other.socket();
            RawClient raw = new RawClient(this)) {
            final RawClient.Socket own = raw.open();
            for (int slot = -1; slot < 20; slot++) {
                if (slot != own.slot()) {
                    raw.request(EngineCommand.CLOSE, slot, 0);
                }
            }
            assertEquals(PORT, sound.bind(PORT));
            assertEquals(0, raw.bind(own, PORT + 1));
        }
    }

    @Test
    void shouldCutOffAClientThatSendsMessages() throws IOException {
        start(context());
        try (RawClient raw = new RawClient(this); RdsClient other = RdsClient.attach(directory);
            RdsSocket sound = other.socket()) {
            final RawClient.Socket own = raw.open();
            raw.line().send(new Line.Message(1, 2));
            await("the client to be cut off", () -> raw.line().isEnded());
            assertEquals(SocketRegion.STATE_CLOSED, own.region().state());
            assertEquals(PORT, sound.bind(PORT));
        }
        assertEquals(1, counters.get(RdsCounter.CLIENT_FAILED));
    }

    @Test
    void shouldNotWaitForAClientThatTakesNothing() throws IOException {
        start(context().maxSockets(64).maxSocketsPerClient(64));
        try (RawClient raw = new RawClient(this); RdsClient other = RdsClient.attach(directory);
            RdsSocket sound = other.socket()) {
            int taken = 0;
            while (raw.ask() == 0) {
                taken++;
            }
            assertTrue(taken > 0 && taken < 16, taken + " descriptors are kept for a client that does not take them");
            assertEquals(PORT, sound.bind(PORT));
        }
        await("the slots to be free", this::isEverySlotFree);
    }

    @Test
    void shouldCloseOnlyTheSocketWhoseMemoryIsDamaged() throws IOException {
        start(context());
        final ByteBuffer datagram = ByteBuffer.allocate(9);
        try (RawClient raw = new RawClient(this); RdsClient client = RdsClient.attach(directory);
            RdsSocket sound = client.socket(); RdsSocket other = client.socket()) {
            final RawClient.Socket damaged = raw.open();
            assertEquals(0, raw.bind(damaged, PORT));
            sound.bind(PORT + 1);
            other.bind(PORT + 2);
            damaged.octets().putInt(RegionLayout.HEADER_LENGTH + 4, 1);
            damaged.octets().putIntRelease(RegionLayout.HEADER_LENGTH, 1 << 30); // the submit ring's first record
            await("the socket to be closed", () -> damaged.region().state() == SocketRegion.STATE_CLOSED);
            assertEquals(1, counters.get(RdsCounter.REGION_CORRUPT));
            sound.send(other.localAddress(), ByteBuffer.wrap(new byte[5]), 1_000_000_000L);
            assertEquals(5, other.receive(datagram, 1_000_000_000L).length());
            try (RdsSocket successor = client.socket()) {
                await("the port to be free", () -> isFree(successor));
            }
        }
    }

    private static boolean isFree(final RdsSocket successor) {
        try {
            return successor.bind(PORT) == PORT;
        } catch (final RdsException e) {
            return false;
        }
    }

    @Test
    void shouldRefuseASocketWhoseBlocksTheHostHasNoMemoryFor() throws IOException {
        final long octetsPerSocket = 128L << 20;
        final int enough = (int) Math.min(4096, new AvailableMemory().octets() / octetsPerSocket + 2);
        assumeTrue(enough < 4096, "a host with more than half a terabyte");
        start(context().largeBlocks(64).maxSockets(2 * enough).maxSocketsPerClient(enough));
        try (RdsClient client = RdsClient.attach(directory); RdsSocket one = client.socket()) {
            for (int i = 1; i < enough; i++) {
                if (!isRoomFor(client)) {
                    assertTrue(i > 1);
                    assertEquals(PORT, one.bind(PORT));
                    return;
                }
            }
        }
        fail("more is promised than the host has");
    }

    /** What a socket's blocks have taken is not available any more, and not asked for again. */
    @Test
    void shouldNotAskTwiceForMemoryThatIsInUse() throws IOException {
        final Path proc = parent.resolve("proc");
        final RdsContext context = context().largeBlocks(2).maxMessageLength(1 << 20);
        final long octetsPerSocket = RegionLayout.of(context.conclude()).length();
        AvailableMemoryTest.writeMeminfo(proc, ((2 * octetsPerSocket) >> 10) + 64);
        start(context, new AvailableMemory(proc));
        try (RawClient raw = new RawClient(this)) {
            final RawClient.Socket first = raw.open();
            AvailableMemoryTest.writeMeminfo(proc, ((2 * octetsPerSocket) >> 10) - 256);
            assertEquals(Errno.ENOMEM.number(), raw.ask(), "the blocks of two sockets do not fit");
            first.memory().fill((byte) 0);
            AvailableMemoryTest.writeMeminfo(proc, (octetsPerSocket >> 10) + 64);
            raw.open();
        }
    }

    @Test
    void shouldKeepTheLastPlacesForProcessesThatHaveNone() throws IOException {
        start(context().maxClients(16).maxSocketsPerClient(16));
        final List<RdsClient> clients = new ArrayList<>();
        try (RdsClient greedy = RdsClient.attach(directory)) {
            for (int i = 0; i < 13; i++) {
                clients.add(RdsClient.attach(directory));
            }
            assertEquals(Errno.ENOMEM, errno(() -> RdsClient.attach(directory)));
            for (int i = 0; i < 14; i++) {
                greedy.socket();
            }
            assertEquals(Errno.ENOMEM, errno(greedy::socket));
            assertEquals(Errno.ENOMEM, errno(clients.getFirst()::socket), "of the same process");
        } finally {
            clients.forEach(RdsClient::close);
        }
        final LastPlaces places = new LastPlaces(16);
        assertTrue(places.isFree(15, false));
        assertFalse(places.isFree(16, false));
        assertTrue(places.isFree(13, true));
        assertFalse(places.isFree(14, true));
        assertTrue(new LastPlaces(1).isFree(0, true), "too few to keep any");
    }

    @Test
    void shouldCountSocketsOfTheDriversOwnProcess() {
        final RdsContext context = context().maxSocketsPerClient(16);
        start(context);
        try (RdsClient client = RdsClient.attach(directory)) {
            for (int i = 0; i < 4; i++) {
                RdsSocket.open(context, engine.proxy(), null, 0xffff);
            }
            for (int i = 0; i < 10; i++) {
                client.socket();
            }
            assertEquals(Errno.ENOMEM, errno(client::socket), "two are for others");
        }
    }

    private boolean isEverySlotFree() {
        return IntStream.range(0, engine.proxy().directory().capacity())
            .allMatch(slot -> engine.proxy().directory().region(slot) == null);
    }

    @Test
    void shouldKeepNoSocketThatNobodyWaitedFor() {
        start(context());
        final Properties hasty = new Properties();
        hasty.setProperty("rds.controlTimeout", "200ms");
        try (RdsClient client = RdsClient.attach(directory, hasty)) {
            isEngineStopped = true;
            assertEquals(Errno.ETIMEDOUT, errno(client::socket));
            assertEquals(Errno.ETIMEDOUT, errno(client::socket));
            isEngineStopped = false;
            client.socket().close();
            client.socket().close();
            await("the slots to be free", this::isEverySlotFree);
        }
    }

    @Test
    void shouldBoundTheSocketsOfAClient() {
        start(context().maxSocketsPerClient(2));
        try (RdsClient client = RdsClient.attach(directory); RdsClient other = RdsClient.attach(directory)) {
            final RdsSocket first = client.socket();
            client.socket();
            assertEquals(Errno.ENOMEM, errno(client::socket));
            other.socket().bind(PORT);
            first.close();
            await("room for another", () -> isRoomFor(client));
        }
    }

    /** The memory of a socket goes a little after it is closed. */
    private static boolean isRoomFor(final RdsClient client) {
        try {
            client.socket();
            return true;
        } catch (final RdsException e) {
            return false;
        }
    }
}
