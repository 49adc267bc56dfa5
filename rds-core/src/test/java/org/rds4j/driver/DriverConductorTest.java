package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
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
    void shouldCutOffAClientWhoseFileIsCutShort() throws IOException {
        start(context());
        try (RdsClient client = RdsClient.attach(directory); RdsSocket own = client.socket();
            FileChannel file = FileChannel.open(directory.resolve("client-1"), StandardOpenOption.WRITE)) {
            own.bind(PORT);
            final int length = (int) file.size();
            file.truncate(0);
            await("the client to be cut off", () -> counters.get(RdsCounter.CLIENT_FAILED) == 1);
            file.write(ByteBuffer.allocate(length), 0); // this process has it mapped too
            try (RdsClient other = RdsClient.attach(directory); RdsSocket sound = other.socket()) {
                await("the socket to be closed", own::isClosed);
                assertEquals(PORT, sound.bind(PORT));
            }
        }
    }
}
