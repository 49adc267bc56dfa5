package org.rds4j.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.RdsSocket;

/** What clients of a driver count of congestion. */
@Timeout(60)
class SharedCongestionTest extends DriverFixture {
    private static final int PORT = 4000;

    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(1000));

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
