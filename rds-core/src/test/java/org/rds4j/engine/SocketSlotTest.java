package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.Errno;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.EngineProxy;
import org.rds4j.socket.SocketRegion;

/** However a socket ends, its slot is free for the next. */
@Timeout(60)
class SocketSlotTest {
    private static final int PORT = 4000;

    private final TestNetwork network = new TestNetwork(5);
    private final TestNode one = network.node(network.context("10.0.0.1/24").maxSockets(1));
    private final EngineProxy proxy = one.engine.proxy();

    /** Time passes, and the engine does not come round. */
    private int stall() {
        network.leap(one.context.controlTimeoutNs());
        return 0;
    }

    @Test
    void shouldFreeTheSlotOfAnOpenThatFoundNoRoom() {
        int commands = 0;
        while (proxy.forward(EngineCommand.UNKNOWN, 0, 0, 0, 0, 1)) {
            commands++;
        }
        assertTrue(commands > 100);
        final RdsException late = assertThrows(
            RdsException.class, () -> RdsSocket.open(one.context, proxy, this::stall, 0xffff));
        assertEquals(Errno.ETIMEDOUT, late.errno());
        network.steps(10);
        one.socket(PORT).close();
    }

    @Test
    void shouldFreeTheSlotOfABrokenSocket() {
        final RdsSocket socket = one.socket(PORT);
        final SocketRegion region = proxy.directory().region(0);
        final RingBuffer ring = region.submitRing();
        ring.buffer().putInt(RecordDescriptor.typeOffset(0), 9);
        ring.buffer().putIntRelease(RecordDescriptor.lengthOffset(0), 1000);
        network.until(socket::isClosed);
        socket.close();
        socket.close();
        network.steps(10);
        one.socket(PORT).close();
    }
}
