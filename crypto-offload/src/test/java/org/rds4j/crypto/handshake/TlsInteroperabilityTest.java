package org.rds4j.crypto.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.agrona.concurrent.EpochClock;
import org.junit.jupiter.api.Test;
import org.rds4j.crypto.Memory;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.certificate.TrustStore;
import org.rds4j.crypto.offload.JceRecords;
import org.rds4j.crypto.provider.AeadProviders;
import org.rds4j.crypto.record.RecordOpener;
import org.rds4j.crypto.record.TrafficKeys;

/** Our handshake against the JDK's TLS, well-behaved and not. */
class TlsInteroperabilityTest {
    private static final String LABEL = "EXPERIMENTAL rds-tcp tls13 v1";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final EpochClock CLOCK = NOW::toEpochMilli;
    private static final DemoAuthority AUTHORITY = new DemoAuthority("cluster.example", NOW, new SecureRandom());
    private static final TrustStore TRUST = AUTHORITY.trustStore();
    private static final PemIdentity OURS = AUTHORITY.newIdentity("node/ours", Duration.ofDays(1));
    private static final PemIdentity THEIRS = AUTHORITY.newIdentity("node/theirs", Duration.ofDays(1));
    private static final Marker CLIENT_MARKER = new Marker(0x1111L, 0x2222L);
    private static final Marker SERVER_MARKER = new Marker(0x3333L, 0x4444L);

    private final TlsContext context = new TlsContext(OURS, TRUST, CLOCK);
    private final Pump pump = new Pump(Integer.MAX_VALUE);

    @Test
    void shouldExportTheSecretsAnotherImplementationExportsAsClient() throws Exception {
        final TlsHandshake client = context.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final JdkPeer server = new JdkPeer(false, THEIRS, TRUST, CLOCK, "TLSv1.3");
        client.onInput(0, 0);
        for (int flight = 0; flight < 3; flight++) {
            pump.deliver(server.step(Pump.takeOutput(client)), client);
        }
        assertNull(client.failure());
        assertArrayEquals(CLIENT_MARKER.octets(), server.received());
        pump.deliver(server.message(SERVER_MARKER.octets()), client);
        assertTrue(client.isDone());
        assertEquals(SERVER_MARKER, client.keys().peerMarker());
        assertSecretsEqual(server, client.keys());
    }

    @Test
    void shouldExportTheSecretsAnotherImplementationExportsAsServer() throws Exception {
        final TlsHandshake server = newServer();
        final JdkPeer client = new JdkPeer(true, THEIRS, TRUST, CLOCK, "TLSv1.3");
        exchange(client, server);
        pump.deliver(client.message(CLIENT_MARKER.octets()), server);
        assertTrue(server.isDone());
        assertEquals(CLIENT_MARKER, server.keys().peerMarker());
        assertSecretsEqual(client, server.keys());
        client.step(Pump.takeOutput(server));
        assertArrayEquals(SERVER_MARKER.octets(), client.received());
    }

    /** Tickets, the marker and the peer's first records come in one piece: no octet is lost, and records begin with number 0. */
    @Test
    void shouldSwitchToRecordsWithSessionTicketsAndPeerDataStillOnTheirWay() throws Exception {
        final TlsHandshake client = context.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final JdkPeer server = new JdkPeer(false, THEIRS, TRUST, CLOCK, "TLSv1.3");
        client.onInput(0, 0);
        pump.deliver(server.step(Pump.takeOutput(client)), client);
        final byte[] tickets = server.step(Pump.takeOutput(client));
        assertTrue(tickets.length > 100, "the JDK's server sends a ticket after the handshake");
        assertArrayEquals(CLIENT_MARKER.octets(), server.received());
        final byte[] exported = server.export(LABEL, CLIENT_MARKER.octets(), 64);
        final byte[] records;
        try (TrafficKeys keys = TrafficKeys.derive(Arrays.copyOfRange(exported, 32, 64), 16)) {
            records = JceRecords.concat(
                JceRecords.seal(keys, 0, new byte[] {1, 2, 3}, 23), JceRecords.seal(keys, 1, new byte[400], 23));
        }
        final byte[] all = JceRecords.concat(JceRecords.concat(tickets, server.message(SERVER_MARKER.octets())), records);
        final byte[] rest = pump.deliver(all, client);
        assertTrue(client.isDone(), () -> String.valueOf(client.failure()));
        assertArrayEquals(records, rest);
        final Memory memory = Memory.of(rest);
        try (RecordOpener opener = new RecordOpener(AeadProviders.best(), client.keys().receiveKeys())) {
            assertEquals(3, opener.open(memory.address(), 25));
            assertEquals(400, opener.open(memory.address() + 25, 422));
            assertEquals(2, opener.recordNumber());
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    @Test
    void shouldRefuseAClientWithoutCertificate() throws Exception {
        final TlsHandshake server = newServer();
        final JdkPeer client = new JdkPeer(true, null, TRUST, CLOCK, "TLSv1.3");
        exchange(client, server);
        assertRefused(server, HandshakeFailure.Cause.TLS);
        assertTrue(server.outputLength() > 0, "an alert goes to the peer");
    }

    @Test
    void shouldRefuseAClientThatOnlySpeaksTls12() throws Exception {
        final TlsHandshake server = newServer();
        final JdkPeer client = new JdkPeer(true, THEIRS, TRUST, CLOCK, "TLSv1.2");
        pump.deliver(client.step(new byte[0]), server);
        assertRefused(server, HandshakeFailure.Cause.TLS);
        assertTrue(server.outputLength() > 0, "an alert goes to the peer");
    }

    @Test
    void shouldRefuseMarkersOfOtherLengthsAndInPieces() throws Exception {
        final byte[] marker = CLIENT_MARKER.octets();
        for (final byte[] wrong : new byte[][] {
            Arrays.copyOf(marker, 1), Arrays.copyOf(marker, 15), Arrays.copyOf(marker, 17), Arrays.copyOf(marker, 16384)}) {
            final TlsHandshake server = newServer();
            final JdkPeer client = new JdkPeer(true, THEIRS, TRUST, CLOCK, "TLSv1.3");
            exchange(client, server);
            pump.deliver(client.message(wrong), server);
            assertRefused(server, HandshakeFailure.Cause.MARKER);
        }
        final TlsHandshake server = newServer();
        final JdkPeer client = new JdkPeer(true, THEIRS, TRUST, CLOCK, "TLSv1.3");
        exchange(client, server);
        pump.deliver(client.message(Arrays.copyOf(marker, 8), Arrays.copyOfRange(marker, 8, 16)), server);
        assertRefused(server, HandshakeFailure.Cause.MARKER);
    }

    @Test
    void shouldNotReadASecondTlsMessageAfterTheMarker() throws Exception {
        final TlsHandshake server = newServer();
        final JdkPeer client = new JdkPeer(true, THEIRS, TRUST, CLOCK, "TLSv1.3");
        exchange(client, server);
        final byte[] marker = client.message(CLIENT_MARKER.octets());
        final byte[] more = client.message(new byte[100]);
        final byte[] both = Arrays.copyOf(marker, marker.length + more.length);
        System.arraycopy(more, 0, both, marker.length, more.length);
        assertArrayEquals(more, pump.deliver(both, server));
        assertTrue(server.isDone());
    }

    /** Runs the handshake proper; the client is the JDK's. */
    private void exchange(final JdkPeer client, final TlsHandshake server) throws Exception {
        byte[] flight = client.step(new byte[0]);
        while (flight.length > 0 && server.failure() == null) {
            pump.deliver(flight, server);
            if (server.failure() == null) {
                flight = client.step(Pump.takeOutput(server));
            }
        }
    }

    private TlsHandshake newServer() {
        return context.newServer((marker, certificates) -> SERVER_MARKER, PeerPolicy.ANYONE);
    }

    private static void assertSecretsEqual(final JdkPeer peer, final SessionKeys keys) throws Exception {
        final byte[] exported = peer.export(LABEL, CLIENT_MARKER.octets(), 64);
        assertArrayEquals(Arrays.copyOf(exported, 32), keys.clientKeys().secret());
        assertArrayEquals(Arrays.copyOfRange(exported, 32, 64), keys.serverKeys().secret());
    }

    private static void assertRefused(final TlsHandshake handshake, final HandshakeFailure.Cause cause) {
        assertNotNull(handshake.failure());
        assertEquals(cause, handshake.failure().cause(), handshake.failure().reason());
        assertNull(handshake.keys());
    }
}
