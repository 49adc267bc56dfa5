package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.Errno;
import org.rds4j.RdsException;
import org.rds4j.RdsSocket;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.RegionLayout;
import org.rds4j.socket.SocketRegion;

/**
 * An engine that ends is still polled while its carriers close. A region that it let go of may be unmapped by then, so none of
 * it is touched again, whatever was congested and whatever commands come.
 */
@Timeout(60)
class EngineCloseTest {
    private static final int RING_LENGTH = 64 << 10;
    private static final int PORT = 4000;

    private final TestNetwork network = new TestNetwork(5);
    private final TestNode one = network.node("10.0.0.1");
    private final TestNode two = network.node("10.0.0.2");
    private final RegionLayout layout = new RegionLayout(RING_LENGTH, RING_LENGTH, 2, 32 << 10);
    private final MemorySegment memory = Arena.ofAuto().allocate(layout.length(), 4096);
    private final SocketRegion region = new SocketRegion(layout, memory, 0xffff);
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[1000]);
    private int slot;

    private void open() {
        slot = one.engine.proxy().directory().register(region);
        region.receiveBufferLength(10_000);
        command(EngineCommand.OPEN, 1);
        command(EngineCommand.BIND, 2);
        network.until(() -> region.hasResponse(2));
        assertEquals(0, region.responseErrno());
    }

    private void command(final int kind, final long correlationId) {
        assertTrue(one.engine.proxy().forward(kind, slot, one.address.high(), one.address.low(), PORT, correlationId));
    }

    private byte[] octets() {
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    @ParameterizedTest
    @ValueSource(ints = {EngineCommand.BIND, EngineCommand.CLOSE, EngineCommand.CANCEL})
    void shouldNotTouchARegionThatItLetGoOf(final int kind) {
        open();
        one.engine.close(network.nowNs());
        assertTrue(region.isReleased());
        assertEquals(SocketRegion.STATE_CLOSED, region.state());
        final byte[] before = octets();
        command(kind, 3);
        network.steps(10);
        assertArrayEquals(before, octets());
        assertNull(one.engine.proxy().directory().region(slot));
    }

    @Test
    void shouldNotLookAfterACongestedSocketThatItLetGoOf() {
        open();
        final RdsSocket peer = two.socket(PORT);
        network.until(() -> peer.offer(one.address.withPort(PORT), payload, 0, 1000) == RdsSocket.CONGESTED);
        assertTrue(one.engine.proxy().congestion().isCongested(one.address.high(), one.address.low(), PORT));
        one.engine.close(network.nowNs());
        assertFalse(one.engine.proxy().congestion().isCongested(one.address.high(), one.address.low(), PORT));
        memory.fill((byte) -1); // as if all had been read
        final byte[] before = octets();
        network.steps(10);
        assertArrayEquals(before, octets());
    }

    @Test
    void shouldAnswerWhatItHadNotReadByTheEnd() {
        final boolean[] isEnding = {false};
        final RdsSocket waiting = RdsSocket.open(one.context, one.engine.proxy(), () -> {
            if (isEnding[0]) {
                one.engine.close(network.nowNs());
            }
            return network.step();
        }, 0xffff);
        isEnding[0] = true;
        assertEquals(Errno.EBADF, assertThrows(RdsException.class, () -> waiting.bind(PORT)).errno());
    }
}
