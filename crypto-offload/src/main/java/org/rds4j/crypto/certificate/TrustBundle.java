package org.rds4j.crypto.certificate;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The authorities whose word a node takes for who its peers are.
 *
 * @param authorities CA certificates.
 */
public record TrustBundle(List<X509Certificate> authorities) {
    /** Copies the list and checks that all are authorities. */
    public TrustBundle {
        authorities = List.copyOf(authorities);
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("a trust bundle needs at least one CA certificate");
        }
        for (final X509Certificate authority : authorities) {
            if (authority.getBasicConstraints() < 0) {
                throw new IllegalArgumentException(
                    authority.getSubjectX500Principal() + " is not a CA certificate and has no place in a trust bundle");
            }
        }
    }

    /**
     * Reads a bundle.
     *
     * @param certificates PEM file of one or more CA certificates.
     * @return the bundle.
     * @throws PemException when the file is missing, unreadable or not what it should be.
     */
    public static TrustBundle load(final Path certificates) {
        try {
            return new TrustBundle(PemFiles.certificates(certificates));
        } catch (final IllegalArgumentException e) {
            throw new PemException(certificates + ": " + e.getMessage(), e);
        }
    }
}
