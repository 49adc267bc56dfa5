package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;

/** What a driver shows its clients of congestion, and what they count of it. */
@Timeout(60)
class SharedCongestionTest extends DriverFixture {
    private static final int PORT = 4000;
    private static final int ENTRIES_OFFSET = 256;
    private static final int ENTRY_LENGTH = 32;
    private static final RdsAddress ELSEWHERE = RdsAddress.parse("10.0.0.9:4001");

    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(1000));

    /** Fills the table of hosts, as a process that may write the file could: entries with or without the address asked for. */
    private void scribble(final boolean isOfAddress, final int map) {
        final int entries = 2 * Integer.highestOneBit(engine.proxy().congestion().maxHosts() * 2 - 1);
        final ByteBuffer table = ByteBuffer.allocate(entries * ENTRY_LENGTH).order(ByteOrder.nativeOrder());
        for (int entry = 0; entry < table.capacity(); entry += ENTRY_LENGTH) {
            table.putLong(entry, isOfAddress ? ELSEWHERE.high() : ~entry).putLong(entry + 8, ELSEWHERE.low());
            table.putInt(entry + 16, 1).putInt(entry + 20, map);
        }
        poke(DriverDirectory.CONGESTION, ENTRIES_OFFSET, table);
        poke(DriverDirectory.CONGESTION, 0, words(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, ENTRIES_OFFSET, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 8192})
    void shouldSendWhateverStandsInTheTableOfHosts(final int map) {
        start(context());
        try (RdsClient client = RdsClient.attach(directory); RdsSocket socket = client.socket()) {
            socket.bind(PORT);
            for (boolean isOfAddress : new boolean[] {true, false}) {
                scribble(isOfAddress, map);
                assertTimeoutPreemptively(Duration.ofSeconds(1),
                    () -> assertTrue(socket.offer(ELSEWHERE, payload, 0, 10) > 0));
            }
        }
    }

    @Test
    void shouldCountWhatClientsAreRefused() {
        start(context());
        try (RdsClient client = RdsClient.attach(directory); RdsSocket from = client.socket(); RdsSocket to = client.socket()) {
            from.bind(PORT);
            to.bind(PORT + 1);
            to.receiveBufferLength(10_000);
            await("congestion", () -> from.offer(to.localAddress(), payload, 0, 1000) == RdsSocket.CONGESTED);
            for (int i = 1; i < 10; i++) {
                assertEquals(RdsSocket.CONGESTED, from.offer(to.localAddress(), payload, 0, 1000));
            }
            await("the count", () -> engine.proxy().congestion().counts().refused() == 10);
            assertFalse(from.isClosed());
        }
        assertEquals(10, engine.proxy().congestion().counts().refused());
    }
}
