package org.rds4j.crypto.certificate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemFilesTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private final DemoAuthority authority = new DemoAuthority("cluster.example", NOW, new SecureRandom());

    @TempDir
    private Path directory;

    @Test
    void shouldReadBackWhatItWrote() {
        final PemIdentity identity = authority.newIdentity("node/a", Duration.ofDays(1));
        DemoAuthority.writeIdentity(identity, file("a.pem"), file("a.key"));
        authority.writeTrustBundle(file("ca.pem"));
        final PemIdentity read = PemIdentity.load(file("a.pem"), file("a.key"));
        assertEquals(identity.chain(), read.chain());
        assertArrayEquals(identity.key().getEncoded(), read.key().getEncoded());
        assertEquals(authority.trustBundle(), TrustBundle.load(file("ca.pem")));
    }

    @Test
    void shouldLetOnlyTheOwnerReadTheKeyEvenWhenAFileStoodThere() throws Exception {
        Files.writeString(file("a.key"), "old");
        Files.setPosixFilePermissions(file("a.key"), PosixFilePermissions.fromString("rw-rw-rw-"));
        DemoAuthority.writeIdentity(authority.newIdentity("node/a", Duration.ofDays(1)), file("a.pem"), file("a.key"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file("a.key"))));
    }

    @Test
    void shouldNameANodeByExactlyOneUri() throws Exception {
        final X509Certificate certificate = authority.newIdentity("rack/7/node-a", Duration.ofDays(1)).chain().getFirst();
        final int uri = 6;
        assertEquals(
            List.of(List.of(uri, "spiffe://cluster.example/rack/7/node-a")),
            List.copyOf(certificate.getSubjectAlternativeNames()));
        assertEquals(-1, certificate.getBasicConstraints());
        assertTrue(certificate.getKeyUsage()[0]);
        assertFalse(certificate.getKeyUsage()[5]);
        assertEquals(List.of("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
    }

    @Test
    void shouldSayWhichFileIsWrongAndWhatToDo() throws Exception {
        assertSays("cannot read", () -> TrustBundle.load(file("missing.pem")));
        Files.writeString(file("empty.pem"), "");
        assertSays("holds no certificate", () -> TrustBundle.load(file("empty.pem")));
        Files.writeString(file("junk.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertSays("is not a PEM file", () -> TrustBundle.load(file("junk.pem")));
        authority.writeTrustBundle(file("ca.pem"));
        Files.writeString(file("ec.key"), "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
        assertSays("openssl pkcs8", () -> PemIdentity.load(file("ca.pem"), file("ec.key")));
        Files.writeString(file("bad.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertSays("not supported", () -> PemIdentity.load(file("ca.pem"), file("bad.key")));
    }

    @Test
    void shouldRefuseAKeyOfAnotherCertificate() {
        DemoAuthority.writeIdentity(authority.newIdentity("node/a", Duration.ofDays(1)), file("a.pem"), file("a.key"));
        DemoAuthority.writeIdentity(authority.newIdentity("node/a", Duration.ofDays(1)), file("b.pem"), file("b.key"));
        final PemException refusal =
            assertThrows(PemException.class, () -> PemIdentity.load(file("a.pem"), file("b.key")));
        assertTrue(refusal.getMessage().contains("only one of them has been replaced"), refusal.getMessage());
    }

    @Test
    void shouldRefuseABundleThatIsCutAnywhereButBetweenCertificates() throws Exception {
        final DemoAuthority second = new DemoAuthority("cluster.example", NOW, new SecureRandom());
        PemFiles.writeCertificates(file("both.pem"),
            List.of(authority.trustBundle().authorities().getFirst(), second.trustBundle().authorities().getFirst()));
        final String whole = Files.readString(file("both.pem"));
        final int between = whole.indexOf("-----END CERTIFICATE-----") + "-----END CERTIFICATE-----".length();
        for (int length = 0; length < whole.length() - 1; length++) {
            Files.writeString(file("cut.pem"), whole.substring(0, length));
            if (length < between || length > between + 1) {
                assertThrows(PemException.class, () -> TrustBundle.load(file("cut.pem")), "cut at " + length);
            }
        }
    }

    /** Whatever is wrong with a file of a key: nothing that is thrown repeats any of it. */
    @Test
    void shouldTellNothingOfAKey() throws Exception {
        final PemIdentity identity = authority.newIdentity("node/a", Duration.ofDays(1));
        DemoAuthority.writeIdentity(identity, file("a.pem"), file("a.key"));
        final String whole = Files.readString(file("a.key"));
        final int body = whole.indexOf('\n') + 1;
        for (int i = 0; i < whole.length(); i++) {
            Files.writeString(file("cut.key"), whole.substring(0, i));
            requireSilence(whole.substring(body), () -> PemIdentity.load(file("a.pem"), file("cut.key")));
            final char wrong = whole.charAt(i) == '!' ? '?' : '!';
            Files.writeString(file("cut.key"), whole.substring(0, i) + wrong + whole.substring(i + 1));
            requireSilence(whole.substring(body), () -> PemIdentity.load(file("a.pem"), file("cut.key")));
        }
        Files.writeString(file("swapped.pem"), whole);
        requireSilence(whole.substring(body), () -> PemIdentity.load(file("swapped.pem"), file("a.key")));
        requireSilence(whole.substring(body), () -> TrustBundle.load(file("swapped.pem")));
        assertFalse(identity.toString().contains(whole.substring(body, body + 20)));
    }

    private static void requireSilence(final String secret, final Runnable load) {
        final StringWriter text = new StringWriter();
        try {
            load.run();
        } catch (final RuntimeException e) {
            e.printStackTrace(new PrintWriter(text));
        }
        for (int i = 0; i + 8 <= 64; i++) {
            assertFalse(text.toString().contains(secret.substring(i, i + 8)), text.toString());
        }
    }

    @Test
    void shouldRefuseANodeCertificateInATrustBundle() {
        final X509Certificate node = authority.newIdentity("node/a", Duration.ofDays(1)).chain().getFirst();
        assertThrows(IllegalArgumentException.class, () -> new TrustBundle(List.of(node)));
        assertThrows(IllegalArgumentException.class, () -> new TrustBundle(List.of()));
    }

    @Test
    void shouldRefuseNamesThatAreNotNames() {
        assertThrows(IllegalArgumentException.class, () -> new DemoAuthority("Not A Domain", NOW, new SecureRandom()));
        assertThrows(IllegalArgumentException.class, () -> authority.newIdentity("../x/", Duration.ofDays(1)));
    }

    private void assertSays(final String words, final Runnable load) {
        final PemException refusal = assertThrows(PemException.class, load::run);
        assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(directory.toString()), refusal.getMessage());
    }

    private Path file(final String name) {
        return directory.resolve(name);
    }
}
