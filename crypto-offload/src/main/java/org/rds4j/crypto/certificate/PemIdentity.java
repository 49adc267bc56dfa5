package org.rds4j.crypto.certificate;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who a node is: its certificate chain and the private key of the first certificate.
 *
 * @param chain the node's own certificate first, then the authorities between it and the trust bundle's.
 * @param key   of the first certificate.
 */
public record PemIdentity(List<X509Certificate> chain, PrivateKey key) {
    /** Copies the chain and checks that there is one. */
    public PemIdentity {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("an identity needs at least one certificate");
        }
        if (!chain.getFirst().getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            throw new IllegalArgumentException("the private key is " + key.getAlgorithm() + ", but the certificate is for "
                + chain.getFirst().getPublicKey().getAlgorithm());
        }
    }

    /**
     * Reads an identity.
     *
     * @param certificates PEM file of the chain, the node's own certificate first.
     * @param key          PEM file of the unencrypted PKCS#8 private key.
     * @return the identity.
     * @throws PemException when a file is missing, unreadable or not what it should be.
     */
    public static PemIdentity load(final Path certificates, final Path key) {
        return new PemIdentity(PemFiles.certificates(certificates), PemFiles.privateKey(key));
    }

    /** Says whose certificate it is, and nothing of the key. */
    @Override
    public String toString() {
        return "PemIdentity[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
