package org.rds4j.crypto.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.EpochClock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.OpenSslAuthority;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.certificate.TrustStore;

/** Our handshake against openssl's s_client and s_server, with the certificates that a peer should have and with others. */
@Timeout(120)
class OpenSslPeerTest {
    private static final String LABEL = "EXPERIMENTAL rds-tcp tls13 v1";
    private static final EpochClock CLOCK = () -> System.currentTimeMillis() + 60_000L;
    private static final Marker MARKER = Marker.of("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    private static final MarkerPolicy ANSWER = (marker, certificates) -> new Marker(5, 6);
    private static final Pattern EXPORTED = Pattern.compile("Keying material: ([0-9A-F]{128})");

    @TempDir
    private static Path directory;
    private static PemIdentity ours;
    private static TrustStore trust;

    @BeforeAll
    static void makeIdentities() throws Exception {
        OpenSslAuthority.require();
        final OpenSslAuthority authority = new OpenSslAuthority(directory, "trust");
        trust = TrustStore.of("cluster.example", authority.bundle());
        ours = authority.node("ours", "spiffe://cluster.example/node/ours");
        authority.node("peer", "spiffe://cluster.example/node/peer");
        authority.node("elsewhere", "spiffe://other.example/node/peer");
        authority.sign("dns", OpenSslAuthority.NODE + "subjectAltName=DNS:node.cluster.example\n");
        authority.sign("two", OpenSslAuthority.NODE
            + "subjectAltName=URI:spiffe://cluster.example/a,URI:spiffe://cluster.example/b\n");
        authority.sign("weak", """
            basicConstraints=critical,CA:FALSE
            keyUsage=critical,keyEncipherment
            extendedKeyUsage=clientAuth,serverAuth
            subjectAltName=URI:spiffe://cluster.example/node/peer
            """);
        authority.sign("other", """
            basicConstraints=critical,CA:FALSE
            keyUsage=critical,digitalSignature
            extendedKeyUsage=emailProtection
            subjectAltName=URI:spiffe://cluster.example/node/peer
            """);
        new OpenSslAuthority(directory, "stranger").node("strange", "spiffe://cluster.example/node/peer");
        final DemoAuthority old = new DemoAuthority("cluster.example", Instant.now(), new SecureRandom());
        old.writeTrustBundle(directory.resolve("old-trust.pem"));
        DemoAuthority.writeIdentity(old.newIdentity("node/old", Instant.now().minus(Duration.ofDays(2)),
            Instant.now().minus(Duration.ofDays(1))), directory.resolve("expired.pem"), directory.resolve("expired.key"));
    }

    private static TlsContext context() {
        return new TlsContext(ours, trust, CLOCK);
    }

    private static String[] client(final String identity, final String... more) {
        final String[] arguments = {"-CAfile", "trust.pem", "-cert", identity + ".pem", "-key", identity + ".key", "-ign_eof"};
        return concatenate(arguments, more);
    }

    private static String[] concatenate(final String[] first, final String... second) {
        final String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** Both sides are content, and openssl exports what we do, but for the context, which its command line cannot give. */
    @Test
    void shouldCompleteWithAClientOfOpenSsl() throws Exception {
        final TlsHandshake server = context().newServer(ANSWER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.client(directory, client("peer", "-tls1_3", "-verify_return_error"))) {
            peer.say(MARKER.octets());
            peer.run(server);
            final String transcript = peer.transcript();
            assertNull(server.failure(), transcript);
            assertTrue(server.isDone(), transcript);
            assertEquals("spiffe://cluster.example/node/peer", server.peer().id().toString());
            assertEquals(MARKER, server.keys().peerMarker());
            assertTrue(transcript.contains("Verify return code: 0 (ok)"), transcript);
            assertTrue(transcript.contains("New, TLSv1.3, Cipher is TLS_AES_"), transcript);
            assertTrue(transcript.contains("No client certificate CA names sent"), transcript);
            assertTrue(!transcript.contains("Post-Handshake New Session Ticket"), transcript);
        }
    }

    @Test
    void shouldCompleteWithAServerOfOpenSsl() throws Exception {
        final TlsHandshake client = context().newClient(MARKER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.server(directory, concatenate(client("peer", "-tls1_3"),
            "-Verify", "1", "-verify_return_error", "-num_tickets", "0", "-keymatexport", LABEL, "-keymatexportlen", "64"))) {
            peer.run(client);
            peer.say("0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII));
            peer.run(client);
            final String transcript = peer.transcript();
            assertNull(client.failure(), transcript);
            assertTrue(client.isDone(), transcript);
            assertEquals("spiffe://cluster.example/node/peer", client.peer().id().toString());
            assertTrue(transcript.contains("0123456789abcdef"), "the marker comes out of TLS there: " + transcript);
            final Matcher exported = EXPORTED.matcher(transcript);
            assertTrue(exported.find(), transcript);
            final byte[] withoutContext = HexFormat.of().parseHex(exported.group(1).toLowerCase(Locale.ROOT));
            assertEquals(64, withoutContext.length);
            assertTrue(!Arrays.equals(
                Arrays.copyOf(withoutContext, 32), client.keys().clientKeys().secret()), "the marker is in the keys");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "strange, UNTRUSTED", "expired, EXPIRED", "elsewhere, FOREIGN_DOMAIN", "dns, NO_NAME", "two, SEVERAL_NAMES",
        "other, EXTENDED_KEY_USAGE"})
    void shouldRefuseWrongClientsAndAlertThem(final String identity, final PeerRefusal expected) throws Exception {
        final TlsHandshake server = context().newServer(ANSWER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.client(directory, client(identity, "-tls1_3"))) {
            peer.say(MARKER.octets());
            peer.run(server);
            assertEquals(expected, server.failure().refusal(), server.failure().reason());
            assertNull(server.keys());
            final String transcript = peer.transcript();
            assertTrue(transcript.contains("alert certificate unknown"), transcript);
        }
    }

    /** The library looks at this one itself, and answers with an alert of its own. */
    @Test
    void shouldRefuseAKeyThatMayNotSign() throws Exception {
        final TlsHandshake server = context().newServer(ANSWER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.client(directory, client("weak", "-tls1_3"))) {
            peer.run(server);
            assertEquals(PeerRefusal.KEY_USAGE, server.failure().refusal(), server.failure().reason());
            final String transcript = peer.transcript();
            assertTrue(transcript.contains(" alert "), transcript);
        }
    }

    @Test
    void shouldDemandACertificateOfAClient() throws Exception {
        final TlsHandshake server = context().newServer(ANSWER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.client(directory, "-CAfile", "trust.pem", "-ign_eof", "-tls1_3")) {
            peer.say(MARKER.octets());
            peer.run(server);
            assertEquals(PeerRefusal.NO_CERTIFICATE, server.failure().refusal(), server.failure().reason());
            final String transcript = peer.transcript();
            assertTrue(transcript.contains("alert certificate required"), transcript);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "strange, UNTRUSTED", "expired, EXPIRED", "elsewhere, FOREIGN_DOMAIN", "dns, NO_NAME", "two, SEVERAL_NAMES",
        "other, EXTENDED_KEY_USAGE"})
    void shouldRefuseWrongServersBeforeAnythingIsSaid(final String identity, final PeerRefusal expected) throws Exception {
        final TlsHandshake client = context().newClient(MARKER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.server(directory, client(identity, "-tls1_3"))) {
            peer.run(client);
            assertEquals(expected, client.failure().refusal(), client.failure().reason());
            assertNull(client.keys());
            final String transcript = peer.transcript();
            assertTrue(!transcript.contains("0123456789abcdef"), transcript);
            assertTrue(transcript.contains("alert certificate unknown"), transcript);
        }
    }

    /** What openssl has against our certificate, where it is ours that is wrong. */
    @ParameterizedTest
    @CsvSource({
        "strange, trust.pem, unable to get local issuer certificate",
        "expired, old-trust.pem, certificate has expired",
        "other, trust.pem, unsuitable certificate purpose"})
    void shouldBeRefusedByOpenSslForWhatIsWrongWithIt(final String identity, final String authorities, final String verdict)
        throws Exception {
        final PemIdentity wrong =
            PemIdentity.load(directory.resolve(identity + ".pem"), directory.resolve(identity + ".key"));
        final TlsHandshake server = new TlsContext(wrong, trust, CLOCK).newServer(ANSWER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.client(directory, "-CAfile", authorities, "-cert", "peer.pem", "-key",
            "peer.key", "-ign_eof", "-tls1_3", "-verify", "2", "-verify_return_error", "-purpose", "sslserver")) {
            peer.run(server);
            final String transcript = peer.transcript();
            assertTrue(transcript.contains(verdict), transcript);
            assertNull(server.keys());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_1", "-tls1"})
    void shouldNotGoDownToAnOlderTls(final String version) throws Exception {
        final TlsHandshake server = context().newServer(ANSWER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.client(
            directory, client("peer", version, "-cipher", "ALL:eNULL:@SECLEVEL=0"))) {
            peer.run(server);
            assertEquals(HandshakeFailure.Cause.TLS, server.failure().cause());
            final String transcript = peer.transcript();
            assertTrue(transcript.contains("alert protocol version"), transcript);
        }
    }

    @Test
    void shouldOfferNothingOlderToAServer() throws Exception {
        final TlsHandshake client = context().newClient(MARKER, PeerPolicy.ANYONE);
        try (OpenSslProcess peer = OpenSslProcess.server(directory, client("peer", "-tls1_2"))) {
            peer.run(client);
            assertEquals(HandshakeFailure.Cause.TLS, client.failure().cause());
            assertTrue(peer.transcript().contains("unsupported protocol"));
        }
    }

    @Test
    void shouldRefuseByPolicyWithoutAWord() throws Exception {
        final TlsHandshake client = context().newClient(MARKER, (peer, marker) -> PeerRefusal.ADDRESS);
        try (OpenSslProcess peer = OpenSslProcess.server(
            directory, concatenate(client("peer", "-tls1_3"), "-Verify", "1", "-num_tickets", "0"))) {
            peer.run(client);
            assertEquals(HandshakeFailure.Cause.REFUSED, client.failure().cause());
            assertEquals(PeerRefusal.ADDRESS, client.failure().refusal());
            assertTrue(!peer.transcript().contains("0123456789abcdef"));
            assertArrayEquals(new byte[0], Pump.takeOutput(client));
        }
    }
}
