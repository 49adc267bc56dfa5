package org.rds4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rds4j.RdsAddress;
import org.rds4j.RdsSocket;
import org.rds4j.socket.EngineCommand;
import org.rds4j.socket.EngineProxy;
import org.rds4j.socket.SocketRegion;

/** What a socket leaves in the log of a dead peer is no later socket's, though it may have the same number. */
@Timeout(60)
class SocketIdTest {
    private static final int IDS = 0x7fff;
    private static final long RECONNECT_NS = 5_000_000_000L;
    private static final String DEAD = "10.0.0.9";
    private static final RdsAddress TO = RdsAddress.parse(DEAD).withPort(4000);

    private final TestNetwork network = new TestNetwork(5);
    private final TestNode one = network.node("10.0.0.1");
    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(100));

    /** A slot is taken and given back so often that numbers begin again. */
    private void wearOut(final int sockets) {
        final EngineProxy engine = one.engine.proxy();
        final SocketRegion region = new SocketRegion(one.context);
        for (int i = 0; i < sockets; i++) {
            final int slot = engine.directory().register(region);
            assertTrue(engine.forward(EngineCommand.OPEN, slot, 0, 0, 0, 1));
            assertTrue(engine.forward(EngineCommand.CLOSE, slot, 0, 0, 0, 2));
            one.engine.poll(network.nowNs());
        }
    }

    private RdsSocket successorOfASender() {
        try (RdsSocket first = one.socket(4000)) {
            assertTrue(first.offer(TO, payload, 0, 100) > 0);
            network.steps(10);
        }
        wearOut(IDS - 1);
        return one.socket(4001);
    }

    @Test
    void shouldNotHearOfAPredecessorsMessages() {
        final RdsSocket socket = successorOfASender();
        final TestNode peer = network.node(DEAD);
        final RdsSocket receiver = peer.socket(4000);
        network.passTime(RECONNECT_NS);
        assertEquals(1, receiver.poll((buffer, offset, length, info) -> { }, 2));
        assertEquals(0, socket.unacknowledgedLength());
    }

    @Test
    void shouldNotCancelAPredecessorsMessages() {
        successorOfASender().cancelSentTo(TO);
        final RdsSocket receiver = network.node(DEAD).socket(4000);
        network.passTime(RECONNECT_NS);
        assertEquals(1, receiver.poll((buffer, offset, length, info) -> { }, 2));
    }
}
