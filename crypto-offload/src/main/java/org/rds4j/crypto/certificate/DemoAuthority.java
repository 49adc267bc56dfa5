package org.rds4j.crypto.certificate;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority for demonstrations and tests: its key lives in this object only and is gone with it. Node
 * certificates carry one URI, {@code spiffe://<trust domain>/<path>}, and serve as TLS client and server. Keys are ECDSA
 * P-256. Not thread safe.
 */
public final class DemoAuthority {
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(365);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);
    private static final int SERIAL_BITS = 120;

    private final String trustDomain;
    private final SecureRandom random;
    private final KeyPair keys;
    private final X509Certificate certificate;
    private final Instant now;

    /**
     * A new authority with a new key, valid for a year.
     *
     * @param trustDomain of the names it gives, for example {@code cluster.example}.
     * @param now         the present time.
     * @param random      source of keys and serial numbers.
     */
    public DemoAuthority(final String trustDomain, final Instant now, final SecureRandom random) {
        if (!trustDomain.matches("[a-z0-9._-]{1,255}")) {
            throw new IllegalArgumentException(
                "a trust domain consists of a-z, 0-9, '.', '-' and '_', which \"" + trustDomain + "\" does not");
        }
        this.trustDomain = trustDomain;
        this.now = now;
        this.random = random;
        this.keys = newKeys();
        this.certificate = newAuthorityCertificate();
    }

    /**
     * What nodes need to trust this authority.
     *
     * @return a bundle of one certificate.
     */
    public TrustBundle trustBundle() {
        return new TrustBundle(List.of(certificate));
    }

    /**
     * What nodes of this authority's trust domain need to know.
     *
     * @return the bundle under its domain.
     */
    public TrustStore trustStore() {
        return TrustStore.of(trustDomain, trustBundle());
    }

    /**
     * Makes an identity.
     *
     * @param path     of its name, without the leading slash, for example {@code node/a}.
     * @param validity from now on.
     * @return a certificate signed by this authority, with its key.
     */
    public PemIdentity newIdentity(final String path, final Duration validity) {
        return newIdentity(path, now.minus(CLOCK_SKEW), now.plus(validity));
    }

    /**
     * Makes an identity with a validity of its own, which may be over or not have begun.
     *
     * @param path      of its name, without the leading slash.
     * @param notBefore when it begins to be valid.
     * @param notAfter  when it ends to be valid.
     * @return a certificate signed by this authority, with its key.
     */
    public PemIdentity newIdentity(final String path, final Instant notBefore, final Instant notAfter) {
        if (!path.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")) {
            throw new IllegalArgumentException("\"" + path + "\" is not a path of letters, digits, '.', '-', '_' and '/'");
        }
        final KeyPair nodeKeys = newKeys();
        try {
            final X509v3CertificateBuilder builder =
                builder(notBefore, notAfter, new X500Name("CN=" + path), nodeKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth}));
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(
                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://" + trustDomain + "/" + path)));
            return new PemIdentity(List.of(sign(builder)), nodeKeys.getPrivate());
        } catch (final CertIOException e) {
            throw new IllegalStateException("cannot encode a certificate for " + path, e);
        }
    }

    /**
     * Writes the authority's certificate, for {@link TrustBundle#load}.
     *
     * @param file to be written or replaced.
     */
    public void writeTrustBundle(final Path file) {
        PemFiles.writeCertificates(file, List.of(certificate));
    }

    /**
     * Writes an identity, for {@link PemIdentity#load}. Only the owner may read the key file.
     *
     * @param identity    to be written.
     * @param certificates file of the chain, to be written or replaced.
     * @param key          file of the key, to be written or replaced.
     */
    public static void writeIdentity(final PemIdentity identity, final Path certificates, final Path key) {
        PemFiles.writeCertificates(certificates, identity.chain());
        PemFiles.writePrivateKey(key, identity.key());
    }

    private X509Certificate newAuthorityCertificate() {
        try {
            final X509v3CertificateBuilder builder =
                builder(now.minus(CLOCK_SKEW), now.plus(AUTHORITY_LIFE), name(), keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return sign(builder);
        } catch (final CertIOException e) {
            throw new IllegalStateException("cannot encode the certificate of the authority", e);
        }
    }

    @SuppressWarnings("JavaUtilDate") // the certificate builder takes no other kind of time
    private X509v3CertificateBuilder builder(
        final Instant notBefore, final Instant notAfter, final X500Name subject, final PublicKey publicKey) {
        return new JcaX509v3CertificateBuilder(
            name(), new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS), Date.from(notBefore), Date.from(notAfter),
            subject, publicKey);
    }

    private X500Name name() {
        return new X500Name("O=rds4j demo,CN=" + trustDomain);
    }

    private X509Certificate sign(final X509v3CertificateBuilder builder) {
        try {
            final PrivateKey signer = keys.getPrivate();
            return new JcaX509CertificateConverter().getCertificate(
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (final GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("this Java cannot sign with ECDSA", e);
        }
    }

    private KeyPair newKeys() {
        try {
            final KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no ECDSA P-256", e);
        }
    }
}
