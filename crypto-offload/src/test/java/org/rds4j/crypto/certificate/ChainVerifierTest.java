package org.rds4j.crypto.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.rds4j.crypto.certificate.ChainVerifier.Role;

/** Every way in which a peer's certificate may be wrong, each refused for its own reason; the certificates are OpenSSL's. */
class ChainVerifierTest {
    private static final String NAME = "spiffe://cluster.example/node/a";
    /** After the certificates of this run are made, whatever takes how long. */
    private static Instant today;

    @TempDir
    private static Path directory;
    private static OpenSslAuthority authority;
    private static OpenSslAuthority stranger;
    private static ChainVerifier verifier;

    @BeforeAll
    static void makeAuthorities() throws Exception {
        OpenSslAuthority.require();
        today = Instant.now().plus(Duration.ofHours(1));
        authority = new OpenSslAuthority(directory, "authority");
        stranger = new OpenSslAuthority(directory, "stranger");
        verifier = new ChainVerifier(TrustStore.of("cluster.example", authority.bundle()));
    }

    private static PeerRefusal refusal(final List<X509Certificate> chain, final Role role, final Instant now) {
        final PeerRefusedException refused =
            assertThrows(PeerRefusedException.class, () -> verifier.verify(chain, role, now));
        assertTrue(refused.getMessage().startsWith(refused.refusal().meaning()), refused.getMessage());
        return refused.refusal();
    }

    private static PeerRefusal refusal(final PemIdentity identity) {
        return refusal(identity.chain(), Role.CLIENT, today);
    }

    private static String node(final String names) {
        return OpenSslAuthority.NODE + names;
    }

    @ParameterizedTest
    @EnumSource
    void shouldBelieveAProperNode(final Role role) throws Exception {
        final PemIdentity identity = authority.node("proper", NAME);
        final PeerIdentity peer = verifier.verify(identity.chain(), role, today);
        assertEquals(NAME, peer.id().toString());
        assertEquals(identity.chain().getFirst().getSerialNumber(), peer.serial());
        assertEquals(identity.chain().getFirst().getNotAfter().toInstant(), peer.notAfter());
    }

    @Test
    void shouldTakeOtherKindsOfNamesBesideTheUri() throws Exception {
        final PemIdentity identity =
            authority.sign("beside", node("subjectAltName=URI:" + NAME + ",DNS:a.example,IP:10.0.0.1\n"));
        assertEquals(NAME, verifier.verify(identity.chain(), Role.SERVER, today).id().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "NO_NAME|DNS:node-a.cluster.example",
        "SEVERAL_NAMES|URI:spiffe://cluster.example/node/a,URI:spiffe://cluster.example/node/b",
        "SEVERAL_NAMES|URI:spiffe://cluster.example/node/a,URI:https://cluster.example/a",
        "INVALID_NAME|URI:https://cluster.example/node/a",
        "INVALID_NAME|URI:spiffe://cluster.example/node/*",
        "INVALID_NAME|URI:spiffe://cluster.example",
        "INVALID_NAME|URI:spiffe://cluster.example/node/../a",
        "INVALID_NAME|URI:spiffe://cluster.example/node/%61",
        "INVALID_NAME|URI:spiffe://CLUSTER.example/node/a",
        "FOREIGN_DOMAIN|URI:spiffe://other.example/node/a"})
    void shouldRefuseNamesThatAreNotOneSpiffeId(final PeerRefusal expected, final String names) throws Exception {
        assertEquals(expected, refusal(authority.sign("named", node("subjectAltName=" + names + "\n"))));
    }

    @Test
    void shouldRefuseACertificateWithoutAnyName() throws Exception {
        assertEquals(PeerRefusal.NO_NAME, refusal(authority.sign("nameless", node(""))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "AUTHORITY|CA:TRUE|digitalSignature|clientAuth,serverAuth",
        "KEY_USAGE|CA:FALSE|keyEncipherment|clientAuth,serverAuth",
        "KEY_USAGE|CA:FALSE|digitalSignature,keyCertSign|clientAuth,serverAuth",
        "KEY_USAGE|CA:FALSE|digitalSignature,cRLSign|clientAuth,serverAuth",
        "EXTENDED_KEY_USAGE|CA:FALSE|digitalSignature|serverAuth",
        "EXTENDED_KEY_USAGE|CA:FALSE|digitalSignature|codeSigning"})
    void shouldRefuseOtherUses(
        final PeerRefusal expected, final String constraints, final String usage, final String extendedUsage) throws Exception {
        assertEquals(expected, refusal(authority.sign("used", "basicConstraints=critical," + constraints + "\nkeyUsage=critical,"
            + usage + "\nextendedKeyUsage=" + extendedUsage + "\nsubjectAltName=URI:" + NAME + "\n")));
    }

    @Test
    void shouldRefuseACertificateThatIsForTheOtherRole() throws Exception {
        final PemIdentity identity = authority.sign("server", "basicConstraints=critical,CA:FALSE\n"
            + "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=URI:" + NAME + "\n");
        verifier.verify(identity.chain(), Role.SERVER, today);
        assertEquals(PeerRefusal.EXTENDED_KEY_USAGE, refusal(identity.chain(), Role.CLIENT, today));
    }

    @Test
    void shouldRefuseTimesBeforeAndAfterValidity() throws Exception {
        final PemIdentity identity = authority.node("timed", NAME);
        assertEquals(PeerRefusal.EXPIRED, refusal(identity.chain(), Role.CLIENT, today.plus(Duration.ofDays(6))));
        assertEquals(PeerRefusal.NOT_YET_VALID, refusal(identity.chain(), Role.CLIENT, today.minus(Duration.ofDays(1))));
    }

    @Test
    void shouldRefuseAnotherAuthorityAndItsOwnSignature() throws Exception {
        assertEquals(PeerRefusal.UNTRUSTED, refusal(stranger.node("strange", NAME)));
        final PemIdentity ours = authority.node("mixed", NAME);
        assertEquals(PeerRefusal.UNTRUSTED, refusal(
            List.of(stranger.node("strange", NAME).chain().getFirst(), authority.bundle().authorities().getFirst()),
            Role.CLIENT, today));
        assertEquals(PeerRefusal.NO_NAME, refusal(
            List.of(authority.bundle().authorities().getFirst(), ours.chain().getFirst()), Role.CLIENT, today),
            "the first certificate is the peer's");
        assertEquals(PeerRefusal.NO_CERTIFICATE, refusal(List.of(), Role.CLIENT, today));
    }

    @Test
    void shouldRefuseAChainUnderAnAuthorityWhoseOwnTimeIsOver() throws Exception {
        final DemoAuthority old =
            new DemoAuthority("cluster.example", today.minus(Duration.ofDays(400)), new SecureRandom());
        final PemIdentity identity = old.newIdentity("node/a", today.minusSeconds(60), today.plusSeconds(60));
        final PeerRefusedException refused = assertThrows(PeerRefusedException.class,
            () -> new ChainVerifier(old.trustStore()).verify(identity.chain(), Role.CLIENT, today));
        assertEquals(PeerRefusal.UNTRUSTED, refused.refusal());
    }

    @Test
    void shouldLetNoAuthorityVouchForAnotherDomain() throws Exception {
        final ChainVerifier both = new ChainVerifier(new TrustStore(
            Map.of("cluster.example", authority.bundle(), "partner.example", stranger.bundle())));
        final String partner = "spiffe://partner.example/node/a";
        assertEquals(partner, both.verify(stranger.node("p", partner).chain(), Role.CLIENT, today).id().toString());
        for (final PemIdentity crossed : List.of(stranger.node("c", NAME), authority.node("d", partner))) {
            assertEquals(PeerRefusal.UNTRUSTED,
                assertThrows(PeerRefusedException.class, () -> both.verify(crossed.chain(), Role.CLIENT, today)).refusal());
        }
    }

    @Test
    void shouldKeepWhatAPeerWritesOutOfTheLinesOfALog() throws Exception {
        final PemIdentity identity = authority.sign("evil", node("subjectAltName=@names\n[names]\n"
            + "URI.1=spiffe://cluster.example/a WARN%0aforged " + "x".repeat(400) + "\n"));
        final PeerRefusedException refused =
            assertThrows(PeerRefusedException.class, () -> verifier.verify(identity.chain(), Role.CLIENT, today));
        assertTrue(refused.getMessage().length() < 500 && refused.getMessage().chars().allMatch(c -> c >= ' ' && c < 127),
            refused.getMessage());
        assertEquals("a?b?c", PeerRefusedException.printable("a\nb\u001bc"));
    }
}
