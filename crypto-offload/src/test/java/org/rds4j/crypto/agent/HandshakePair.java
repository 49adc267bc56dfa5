package org.rds4j.crypto.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.PeerPolicy;
import org.rds4j.crypto.handshake.TlsContext;
import org.rds4j.crypto.handshake.TlsHandshake;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.KeyLimits;

/** A client and a server on one queue, and the octets between them. */
final class HandshakePair {
    private final Instant now = Instant.parse("2026-11-20T12:00:00Z");
    private final DemoAuthority authority = new DemoAuthority("cluster.example", now, new SecureRandom());
    private final TlsContext context = new TlsContext(
        authority.newIdentity("node/a", Duration.ofDays(1)), authority.trustStore(), now::toEpochMilli);
    private final EncryptionQueue queue;
    private final Runnable work;
    private final HandshakeTask client;
    private final HandshakeTask server;
    private TlsHandshake clientHandshake;

    /** The work computes and drains one job. */
    HandshakePair(final EncryptionQueue queue, final Runnable work, final AeadProvider provider) {
        this.queue = queue;
        this.work = work;
        client = new HandshakeTask(1, this::newClient, provider, KeyLimits.DEFAULT);
        server = new HandshakeTask(
            2, () -> context.newServer((marker, chain) -> marker, PeerPolicy.ANYONE), provider, KeyLimits.DEFAULT);
    }

    private TlsHandshake newClient() {
        clientHandshake = context.newClient(new Marker(7, 8), PeerPolicy.ANYONE);
        return clientHandshake;
    }

    HandshakeTask client() {
        return client;
    }

    HandshakeTask server() {
        return server;
    }

    /** What the client's task drives, once it has begun. */
    TlsHandshake clientHandshake() {
        return clientHandshake;
    }

    /** The client's first flight. */
    void begin() {
        assertTrue(queue.handshake(client, 0, 0));
        work.run();
    }

    /** The server's answer. */
    void answer() {
        carry(client, server);
    }

    /** Until neither has anything to say. */
    void finish() {
        while (client.outputLength() > 0 || server.outputLength() > 0) {
            carry(client, server);
            carry(server, client);
        }
    }

    private void carry(final HandshakeTask from, final HandshakeTask to) {
        if (from.outputLength() > 0) {
            assertTrue(queue.handshake(to, from.outputAddress(), from.outputLength()));
            work.run();
            from.clearOutput();
        }
    }
}
