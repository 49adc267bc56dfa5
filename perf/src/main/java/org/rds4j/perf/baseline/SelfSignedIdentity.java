package org.rds4j.perf.baseline;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A P-256 key with a certificate that it signed itself, good for one run. */
final class SelfSignedIdentity {
    static final char[] PASSWORD = new char[0];

    private static final Duration VALIDITY = Duration.ofDays(1);

    private SelfSignedIdentity() {
    }

    /** A key store that holds key and certificate, so that it serves as identity and as the list of the trusted. */
    static KeyStore keyStore() throws GeneralSecurityException, IOException {
        final KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        final KeyPair keys = generator.generateKeyPair();
        final X509Certificate certificate = certificate(keys);
        final KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("identity", keys.getPrivate(), PASSWORD, new Certificate[] {certificate});
        store.setCertificateEntry("trusted", certificate);
        return store;
    }

    private static X509Certificate certificate(final KeyPair keys) throws GeneralSecurityException {
        final X500Principal name = new X500Principal("CN=loopback baseline");
        final Instant now = Instant.now();
        final JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(name, BigInteger.ONE,
            Date.from(now.minus(VALIDITY)), Date.from(now.plus(VALIDITY)), name, keys.getPublic());
        try {
            return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (final OperatorCreationException e) {
            throw new GeneralSecurityException("the certificate cannot be signed", e);
        }
    }
}
