package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Properties;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.Errno;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.socket.EngineCommand;
import org.rds4j.status.RdsCounter;

/** Clients ask for what they like; a driver serves the others all the same. */
@Timeout(60)
class DriverConductorTest extends DriverFixture {
    private static final int PORT = 4000;
    private static final int REQUEST_OFFSET = 128;
    private static final int KIND_OFFSET = 136;

    private static Errno errno(final Runnable call) {
        return assertThrows(RdsException.class, call::run).errno();
    }

    /** A request of the first client's that its own code would not make. */
    private void request(final long id, final int kind, final int slot) {
        poke("client-1", KIND_OFFSET, words(kind, slot));
        poke("client-1", REQUEST_OFFSET, word(id));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, EngineCommand.UNKNOWN, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void shouldRefuseACommandThatIsNone(final int kind) {
        start(context());
        try (RdsClient client = RdsClient.attach(directory); RdsSocket own = client.socket();
            RdsClient other = RdsClient.attach(directory); RdsSocket sound = other.socket()) {
            request(2, kind, 0); // 1 opened the socket
            assertEquals(PORT, sound.bind(PORT));
            assertEquals(PORT + 1, own.bind(PORT + 1));
            assertEquals(Errno.EINVAL, errno(() -> own.bind(PORT + 1)));
        }
        await("the sockets to be closed", () -> engine.proxy().directory().region(0) == null);
        assertEquals(0, counters.get(RdsCounter.CLIENT_FAILED));
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
            await("the slots to be free", () -> IntStream.range(0, engine.proxy().directory().capacity())
                .allMatch(slot -> engine.proxy().directory().region(slot) == null));
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

    /** The file of a socket goes a little after it is closed. */
    private static boolean isRoomFor(final RdsClient client) {
        try {
            client.socket();
            return true;
        } catch (final RdsException e) {
            return false;
        }
    }

    @Test
    void shouldCutOffAClientWhoseFilesCannotBeRemoved() throws IOException {
        start(context());
        try (RdsClient client = RdsClient.attach(directory); RdsSocket own = client.socket();
            RdsClient other = RdsClient.attach(directory); RdsSocket sound = other.socket()) {
            final RdsSocket stuck = client.socket();
            own.bind(PORT);
            Files.delete(directory.resolve("socket-3"));
            Files.createDirectories(directory.resolve("socket-3").resolve("not empty"));
            stuck.close();
            await("the client to be cut off", own::isClosed);
            assertEquals(PORT, sound.bind(PORT));
            assertEquals(1, counters.get(RdsCounter.CLIENT_FAILED));
        }
    }
}
