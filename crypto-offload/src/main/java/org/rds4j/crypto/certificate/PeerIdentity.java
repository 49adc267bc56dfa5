package org.rds4j.crypto.certificate;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who a certificate says its owner is. Whether that is to be believed is {@link ChainVerifier}'s to say.
 *
 * @param id       the one URI of the certificate.
 * @param serial   of the certificate.
 * @param notAfter end of its validity.
 */
public record PeerIdentity(SpiffeId id, BigInteger serial, Instant notAfter) {
    private static final int URI = 6;

    /**
     * Reads a certificate: it must have exactly one URI among its subject alternative names, which is a SPIFFE ID.
     *
     * @param presented of a node, by whatever library.
     * @return its identity.
     * @throws PeerRefusedException when it names nobody, or more than one.
     */
    public static PeerIdentity of(final X509Certificate presented) throws PeerRefusedException {
        final X509Certificate certificate = reread(presented);
        final List<String> uris = uris(certificate);
        if (uris.isEmpty()) {
            throw new PeerRefusedException(PeerRefusal.NO_NAME, subject(certificate));
        }
        if (uris.size() > 1) {
            throw new PeerRefusedException(PeerRefusal.SEVERAL_NAMES, PeerRefusedException.printable(String.join(", ", uris)));
        }
        try {
            return new PeerIdentity(
                SpiffeId.parse(uris.getFirst()), certificate.getSerialNumber(), certificate.getNotAfter().toInstant());
        } catch (final IllegalArgumentException e) {
            throw new PeerRefusedException(
                PeerRefusal.INVALID_NAME, PeerRefusedException.printable(uris.getFirst()) + ": " + e.getMessage());
        }
    }

    /** What a TLS library's own parser makes of a certificate does not count: one parser decides whose it is. */
    static X509Certificate reread(final X509Certificate presented) throws PeerRefusedException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(presented.getEncoded()));
        } catch (final GeneralSecurityException e) {
            throw new PeerRefusedException(PeerRefusal.UNTRUSTED, "a certificate of it cannot be read");
        }
    }

    private static List<String> uris(final X509Certificate certificate) throws PeerRefusedException {
        final List<String> uris = new ArrayList<>();
        try {
            final Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (final List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.getFirst().equals(URI)) {
                    uris.add(String.valueOf(name.get(1)));
                }
            }
        } catch (final CertificateParsingException e) {
            throw new PeerRefusedException(PeerRefusal.INVALID_NAME, "its subject alternative names cannot be read");
        }
        return uris;
    }

    private static String subject(final X509Certificate certificate) {
        return "subject " + PeerRefusedException.printable(certificate.getSubjectX500Principal().getName());
    }
}
