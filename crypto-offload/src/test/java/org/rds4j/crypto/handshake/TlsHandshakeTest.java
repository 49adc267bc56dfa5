package org.rds4j.crypto.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.EpochClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rds4j.crypto.certificate.DemoAuthority;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.PemIdentity;

class TlsHandshakeTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final EpochClock CLOCK = NOW::toEpochMilli;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final DemoAuthority AUTHORITY = new DemoAuthority("cluster.example", NOW, RANDOM);
    private static final DemoAuthority STRANGER = new DemoAuthority("cluster.example", NOW, RANDOM);
    private static final Duration DAY = Duration.ofDays(1);
    private static final PemIdentity A = AUTHORITY.newIdentity("node/a", DAY);
    private static final PemIdentity B = AUTHORITY.newIdentity("node/b", DAY);
    private static final Marker CLIENT_MARKER = new Marker(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
    private static final Marker SERVER_MARKER = new Marker(-1, -2);
    /** In a ClientHello: behind the headers of record and message, the version and the random value. */
    private static final int SESSION_ID_OFFSET = 5 + 4 + 2 + 32;
    private static final MarkerPolicy ANSWER = (marker, certificates) -> SERVER_MARKER;

    private final TlsContext clientContext = new TlsContext(A, AUTHORITY.trustStore(), CLOCK);
    private final TlsContext serverContext = new TlsContext(B, AUTHORITY.trustStore(), CLOCK);

    @Test
    void shouldAgreeOnKeysIdentitiesAndMarkers() {
        final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final AtomicReference<Marker> seen = new AtomicReference<>();
        final TlsHandshake server = serverContext.newServer((marker, certificates) -> {
            seen.set(marker);
            assertEquals(A.chain(), certificates);
            return SERVER_MARKER;
        }, PeerPolicy.ANYONE);
        assertEquals(0, new Pump(Integer.MAX_VALUE).run(client, server).length);
        assertAgreed(client, server);
        assertEquals(CLIENT_MARKER, seen.get());
        assertEquals(SERVER_MARKER, client.keys().peerMarker());
        assertEquals(CLIENT_MARKER, server.keys().peerMarker());
        assertEquals(B.chain(), client.keys().peerCertificates());
        assertEquals(A.chain(), server.keys().peerCertificates());
        assertEquals("TLS_AES_128_GCM_SHA256", client.keys().cipherSuite());
        assertEquals(16, client.keys().clientKeys().key().length);
    }

    @Test
    void shouldTakeTheKeyLengthFromBothMarkers() {
        final KeyLengthRule rule = (client, server) -> client.equals(CLIENT_MARKER) && server.equals(SERVER_MARKER) ? 32 : 16;
        final TlsHandshake client =
            new TlsContext(A, AUTHORITY.trustStore(), CLOCK, rule).newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server =
            new TlsContext(B, AUTHORITY.trustStore(), CLOCK, rule).newServer(ANSWER, PeerPolicy.ANYONE);
        new Pump(Integer.MAX_VALUE).run(client, server);
        assertAgreed(client, server);
        assertEquals(32, client.keys().clientKeys().key().length);
        assertEquals(32, server.keys().serverKeys().key().length);
    }

    @Test
    void shouldNotCareHowTheStreamIsCut() {
        for (final int pieceLength : new int[] {1, 2, 3, 4, 5, 6, 7, 100, 1000}) {
            final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
            final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
            new Pump(pieceLength).run(client, server);
            assertAgreed(client, server);
        }
    }

    @Test
    void shouldNotCareWhereTheStreamIsCutInTwo() {
        final TlsHandshake whole = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        final TlsHandshake first = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        first.onInput(0, 0);
        final int helloLength = first.outputLength();
        whole.close();
        for (int cut = 0; cut <= helloLength; cut++) {
            final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
            final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
            client.onInput(0, 0);
            final byte[] hello = Pump.takeOutput(client);
            final Pump pump = new Pump(Integer.MAX_VALUE);
            pump.deliver(Arrays.copyOf(hello, cut), server);
            assertEquals(cut == hello.length, server.outputLength() > 0);
            pump.deliver(Arrays.copyOfRange(hello, cut, hello.length), server);
            assertTrue(server.outputLength() > 0);
            client.close();
            server.close();
        }
    }

    @Test
    void shouldLeaveWhatFollowsTheMarkerToTheRecordLayer() {
        final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        final Pump pump = new Pump(Integer.MAX_VALUE);
        client.onInput(0, 0);
        pump.deliver(Pump.takeOutput(client), server);
        pump.deliver(Pump.takeOutput(server), client);
        final byte[] last = Pump.takeOutput(client);
        pump.deliver(last, server);
        final byte[] record = {23, 3, 3, 0, 17, 9, 9, 9};
        final byte[] answer = Pump.takeOutput(server);
        final byte[] both = Arrays.copyOf(answer, answer.length + record.length);
        System.arraycopy(record, 0, both, answer.length, record.length);
        assertArrayEquals(record, pump.deliver(both, client));
        assertAgreed(client, server);
        assertEquals(0, Pump.feed(client, record));
    }

    @Test
    void shouldGiveOtherKeysForAnotherMarkerAndAnotherHandshake() {
        final TlsHandshake first = agreedClient(CLIENT_MARKER);
        final TlsHandshake second = agreedClient(CLIENT_MARKER);
        assertFalse(Arrays.equals(first.keys().clientKeys().secret(), second.keys().clientKeys().secret()));
        assertFalse(Arrays.equals(first.keys().clientKeys().secret(), first.keys().serverKeys().secret()));
    }

    @Test
    void shouldRefuseAServerSignedByAStranger() {
        final TlsContext foreign = new TlsContext(STRANGER.newIdentity("node/b", DAY), AUTHORITY.trustStore(), CLOCK);
        final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server = foreign.newServer(ANSWER, PeerPolicy.ANYONE);
        new Pump(Integer.MAX_VALUE).run(client, server);
        assertRefused(client, "trust bundle");
        assertRefused(server, "");
    }

    @Test
    void shouldRefuseAClientSignedByAStranger() {
        final TlsContext foreign = new TlsContext(STRANGER.newIdentity("node/a", DAY), AUTHORITY.trustStore(), CLOCK);
        final TlsHandshake client = foreign.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        new Pump(Integer.MAX_VALUE).run(client, server);
        assertRefused(server, "trust bundle");
        assertRefused(client, "");
    }

    @Test
    void shouldRefuseExpiredAndFutureCertificatesOnEitherSide() {
        final List<PemIdentity> invalid = List.of(
            AUTHORITY.newIdentity("node/x", NOW.minus(DAY), NOW.minusSeconds(1)),
            AUTHORITY.newIdentity("node/x", NOW.plusSeconds(1), NOW.plus(DAY)));
        for (final PemIdentity identity : invalid) {
            final TlsContext bad = new TlsContext(identity, AUTHORITY.trustStore(), CLOCK);
            final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
            final TlsHandshake badServer = bad.newServer(ANSWER, PeerPolicy.ANYONE);
            new Pump(Integer.MAX_VALUE).run(client, badServer);
            assertRefused(client, "");
            final TlsHandshake badClient = bad.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
            final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
            new Pump(Integer.MAX_VALUE).run(badClient, server);
            assertRefused(server, "");
        }
    }

    @Test
    void shouldLetTheServerRefuseAnAuthenticClient() {
        final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server = serverContext.newServer((marker, certificates) -> null, PeerPolicy.ANYONE);
        new Pump(Integer.MAX_VALUE).run(client, server);
        assertEquals(HandshakeFailure.Cause.REFUSED, server.failure().cause());
        assertNull(server.keys());
        assertRefused(client, "");
    }

    @Test
    void shouldLetEitherSideRefuseWhomItsPolicyDoesNotWant() {
        for (final boolean isClients : new boolean[] {true, false}) {
            final PeerPolicy strict = (peer, marker) -> {
                assertEquals(isClients ? "/node/b" : "/node/a", peer.id().path());
                assertEquals(CLIENT_MARKER, marker);
                return PeerRefusal.ADDRESS;
            };
            final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, isClients ? strict : PeerPolicy.ANYONE);
            final AtomicReference<Marker> seen = new AtomicReference<>();
            final TlsHandshake server = serverContext.newServer((marker, certificates) -> {
                seen.set(marker);
                return SERVER_MARKER;
            }, isClients ? PeerPolicy.ANYONE : strict);
            new Pump(Integer.MAX_VALUE).run(client, server);
            final TlsHandshake refusing = isClients ? client : server;
            assertEquals(HandshakeFailure.Cause.REFUSED, refusing.failure().cause());
            assertEquals(PeerRefusal.ADDRESS, refusing.failure().refusal());
            assertNull(seen.get(), "no marker of a refused peer is looked at, or sent to one");
            assertNull(client.keys());
            assertNull(server.keys());
            assertNotNull(isClients ? server.failure() : client.failure());
        }
    }

    /** Its exporter secret gives every key of the connection away; without this it stays until a collector comes by. */
    @Test
    void shouldFreeTheStateOfTheLibraryWhenTheHandshakeIsDone() throws ReflectiveOperationException {
        final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        new Pump(Integer.MAX_VALUE).run(client, server);
        assertTrue(client.isDone() && server.isDone());
        assertTrue(isFreed(client));
        assertTrue(isFreed(server));
    }

    private static boolean isFreed(final TlsHandshake handshake) throws ReflectiveOperationException {
        final Object ssl = field(field(field(handshake, "engine"), "delegate"), "ssl");
        final Method isClosed = ssl.getClass().getDeclaredMethod("isClosed");
        isClosed.setAccessible(true);
        return (boolean) isClosed.invoke(ssl);
    }

    private static Object field(final Object of, final String name) throws ReflectiveOperationException {
        final Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    /** What a session is made of shows in no text that a log or an exception might take up. */
    @Test
    void shouldShowNoKeysInTexts() {
        final SessionKeys keys = agreedClient(CLIENT_MARKER).keys();
        final String text = keys.toString();
        final HexFormat hex = HexFormat.of();
        for (final byte[] secret : new byte[][] {
            keys.clientKeys().secret(), keys.clientKeys().key(), keys.clientKeys().iv(), keys.serverKeys().secret(),
            keys.serverKeys().key(), keys.serverKeys().iv()}) {
            assertFalse(text.toLowerCase(Locale.ROOT).contains(hex.formatHex(secret, 0, 8)), text);
            assertFalse(text.contains(Arrays.toString(Arrays.copyOf(secret, 4)).replace("]", "")), text);
        }
    }

    @Test
    void shouldRefuseWhatIsNotTls() {
        for (final byte[] start : new byte[][] {
            new byte[48], {'G', 'E', 'T', ' ', '/'}, {22, 2, 0, 0, 10}, {22, 3, 1, 0, 0}, {22, 3, 1, 0x7f, 0}}) {
            final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
            Pump.feed(server, start);
            assertEquals(HandshakeFailure.Cause.NOT_TLS, server.failure().cause());
            assertEquals(0, server.outputLength());
        }
    }

    @Test
    void shouldRefuseEndlessInput() {
        final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        final byte[] warning = {21, 3, 3, 0, 2, 1, 90};
        long sent = 0;
        while (server.failure() == null && sent < 2L * TlsHandshake.MAX_INPUT_LENGTH) {
            sent += Pump.feed(server, warning);
        }
        assertNotNull(server.failure());
        assertTrue(server.receivedOctets() <= TlsHandshake.MAX_INPUT_LENGTH);
    }

    /** Flights of several records, of either side. */
    @Test
    void shouldTakeLongChainsAndRefuseThoseThatAreTooLong() {
        for (final int extra : new int[] {0, 20, 60, 140, 200}) {
            for (final boolean isClients : new boolean[] {true, false}) {
                final List<X509Certificate> chain = new ArrayList<>((isClients ? A : B).chain());
                chain.addAll(Collections.nCopies(extra, AUTHORITY.trustBundle().authorities().getFirst()));
                final TlsContext wordy =
                    new TlsContext(new PemIdentity(chain, (isClients ? A : B).key()), AUTHORITY.trustStore(), CLOCK);
                final TlsHandshake client =
                    (isClients ? wordy : clientContext).newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
                final TlsHandshake server = (isClients ? serverContext : wordy).newServer(ANSWER, PeerPolicy.ANYONE);
                new Pump(1000).run(client, server);
                if (extra < 200) {
                    assertAgreed(client, server);
                } else {
                    final TlsHandshake reader = isClients ? server : client;
                    assertEquals(HandshakeFailure.Cause.TOO_LONG, reader.failure().cause(), reader.failure().reason());
                    assertTrue(reader.receivedOctets() <= TlsHandshake.MAX_INPUT_LENGTH);
                }
            }
        }
    }

    /** Integrity without secrecy (RFC 9150), no protection at all, and what TLS 1.2 had. */
    @ParameterizedTest
    @ValueSource(ints = {0xc0b4, 0xc0b5, 0x0000, 0x0001, 0x002f, 0xc02b})
    void shouldRefuseAClientThatOffersNoCipherOfTls13(final int suite) {
        final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        client.onInput(0, 0);
        final ByteBuffer hello = ByteBuffer.wrap(Pump.takeOutput(client));
        final int suites = SESSION_ID_OFFSET + 1 + hello.get(SESSION_ID_OFFSET);
        for (int i = 0; i < hello.getShort(suites); i += Short.BYTES) {
            hello.putShort(suites + Short.BYTES + i, (short) suite);
        }
        new Pump(Integer.MAX_VALUE).deliver(hello.array(), server);
        assertRefused(server, "NO_SHARED_CIPHER");
        final byte[] answer = Pump.takeOutput(server);
        assertEquals(21, answer[0], "an alert and nothing else");
        assertEquals(7, answer.length);
    }

    @Test
    void shouldRefuseATamperedFlight() {
        final TlsHandshake client = clientContext.newClient(CLIENT_MARKER, PeerPolicy.ANYONE);
        final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        client.onInput(0, 0);
        final Pump pump = new Pump(Integer.MAX_VALUE);
        pump.deliver(Pump.takeOutput(client), server);
        final byte[] flight = Pump.takeOutput(server);
        flight[flight.length - 20] ^= 1;
        pump.deliver(flight, client);
        assertRefused(client, "");
        assertTrue(client.outputLength() > 0, "an alert goes to the peer");
    }

    private TlsHandshake agreedClient(final Marker marker) {
        final TlsHandshake client = clientContext.newClient(marker, PeerPolicy.ANYONE);
        final TlsHandshake server = serverContext.newServer(ANSWER, PeerPolicy.ANYONE);
        new Pump(Integer.MAX_VALUE).run(client, server);
        assertAgreed(client, server);
        return client;
    }

    private static void assertRefused(final TlsHandshake handshake, final String reason) {
        assertFalse(handshake.isDone());
        assertNull(handshake.keys());
        assertNotNull(handshake.failure());
        assertEquals(HandshakeFailure.Cause.TLS, handshake.failure().cause());
        assertTrue(handshake.failure().reason().contains(reason), handshake.failure().reason());
    }

    private static void assertAgreed(final TlsHandshake client, final TlsHandshake server) {
        assertNull(client.failure());
        assertNull(server.failure());
        assertTrue(client.isDone());
        assertTrue(server.isDone());
        assertArrayEquals(client.keys().clientKeys().secret(), server.keys().clientKeys().secret());
        assertArrayEquals(client.keys().serverKeys().secret(), server.keys().serverKeys().secret());
        assertTrue(client.keys().isClient());
        assertFalse(server.keys().isClient());
    }
}
