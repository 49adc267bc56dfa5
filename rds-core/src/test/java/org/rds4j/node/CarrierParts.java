package org.rds4j.node;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.RdsContext;
import org.rds4j.SecurityMode;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.SessionKeys;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordError;
import org.rds4j.crypto.record.TrafficKeys;

/** What a secure carrier needs besides a connection and a queue, where there is no node. */
final class CarrierParts {
    private static final int COMPLETIONS = 256;

    final NodeCounters counters = new NodeCounters(new UnsafeBuffer(ByteBuffer.allocateDirect(NodeCounters.LENGTH)), 0);
    final Carriers carriers = new Carriers(
        new RdsContext(new Properties()).address("10.0.0.1/24").security(SecurityMode.PLAINTEXT).conclude(), null,
        new LaneSettings(16_385, 4, lane -> 0), null, new Random(1), counters);

    /** Of the peer, which is the TLS server. */
    static TrafficKeys keysOfPeer() {
        return keys(2);
    }

    private static TrafficKeys keys(final int first) {
        final byte[] secret = new byte[TrafficKeys.SECRET_LENGTH];
        secret[0] = (byte) first;
        return TrafficKeys.derive(secret, 16);
    }

    static SecureSession session(final KeyLimits limits, final Marker ofPeer) {
        final SessionKeys keys =
            new SessionKeys(keys(1), keysOfPeer(), true, "TLS_AES_128_GCM_SHA256", List.of(), ofPeer);
        return new SecureSession(1, keys, AeadProviders.best(), limits);
    }

    /** Hands a carrier, which is the only one, what its queue has done. */
    static void drain(final EncryptionQueue queue, final SecureCarrier carrier) {
        queue.drain(new CompletionHandler() {
            @Override
            public void onSealed(final SecureSession session, final long tag, final int length, final RecordError error) {
                carrier.onSealed((int) tag, error);
            }

            @Override
            public void onOpened(
                final SecureSession session, final long tag, final long address, final int length, final int type,
                final RecordError error) {
                carrier.onOpened(address, length, type, error);
            }

            @Override
            public void onHandshake(final HandshakeTask task) {
                throw new AssertionError();
            }

            @Override
            public void onClosed(final SecureSession session) {
                throw new AssertionError();
            }
        }, COMPLETIONS);
    }
}
