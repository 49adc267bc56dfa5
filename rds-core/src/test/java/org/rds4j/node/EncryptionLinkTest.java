package org.rds4j.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.BufferUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.CryptoCounters;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.EncryptionAgent;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.TrafficKeys;

/** A connection that ends has its keys wiped then, and not when its node ends. */
class EncryptionLinkTest {
    private static final int CAPACITY = 8;

    private final EncryptionAgent agent = new EncryptionAgent("encryption", CryptoCounters.allocate());
    private final EncryptionQueue queue = agent.newQueue(CAPACITY, CryptoCounters.allocate());
    private final EncryptionLink link = new EncryptionLink(queue);
    private final ByteBuffer memory = ByteBuffer.allocateDirect(256);

    private static SecureSession session() {
        return new SecureSession(1, new SessionKeys(
            TrafficKeys.derive(new byte[32], 16), TrafficKeys.derive(new byte[32], 16), true, "TLS_AES_128_GCM_SHA256", List.of(),
            new Marker(1, 2)), AeadProviders.best(), KeyLimits.DEFAULT);
    }

    /** The ring may have no slot for it yet. */
    @ParameterizedTest
    @ValueSource(ints = {0, CAPACITY})
    void shouldWipeASessionWhenItsConnectionEnds(final int waiting) {
        final SecureSession other = session();
        final SecureSession session = session();
        link.pin();
        for (int i = 0; i < waiting; i++) {
            assertTrue(queue.seal(other, BufferUtil.address(memory), 1, BufferUtil.address(memory) + 64, i));
        }
        link.close(session);
        assertEquals(0, link.connections());
        assertFalse(session.isClosed());
        agent.doWork();
        link.drain(new Nothing());
        agent.doWork();
        assertTrue(session.isClosed());
        assertFalse(other.isClosed());
    }

    /** Whatever comes back. */
    private static final class Nothing implements CompletionHandler {
        @Override
        public void onSealed(final SecureSession session, final long tag, final int recordLength, final RecordError error) {
            assertEquals(RecordError.NONE, error);
        }

        @Override
        public void onOpened(
            final SecureSession session, final long tag, final long contentAddress, final int contentLength,
            final int contentType, final RecordError error) {
            throw new AssertionError("nothing was to be opened");
        }

        @Override
        public void onHandshake(final HandshakeTask task) {
            throw new AssertionError("nobody shook hands");
        }

        @Override
        public void onClosed(final SecureSession session) {
            assertTrue(session.isClosed());
        }
    }
}
