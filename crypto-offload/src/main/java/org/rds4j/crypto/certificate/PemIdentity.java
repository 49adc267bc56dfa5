package org.rds4j.crypto.certificate;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who a node is: its certificate chain and the private key of the first certificate.
 *
 * @param chain the node's own certificate first, then the authorities between it and the trust bundle's.
 * @param key   of the first certificate.
 */
public record PemIdentity(List<X509Certificate> chain, PrivateKey key) {
    private static final byte[] TRIAL = "is this key of this certificate?".getBytes(StandardCharsets.US_ASCII);

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
        final List<X509Certificate> chain = PemFiles.certificates(certificates);
        final PrivateKey privateKey = PemFiles.privateKey(key);
        if (!isPair(chain.getFirst().getPublicKey(), privateKey)) {
            throw new PemException(key + " is not the key of the first certificate in " + certificates
                + ": they belong to different identities, or only one of them has been replaced so far");
        }
        return new PemIdentity(chain, privateKey);
    }

    /**
     * The node's name, by the same rules as a peer's.
     *
     * @return who the first certificate says it is.
     * @throws PemException when it is no name that a peer would take.
     */
    public PeerIdentity name() {
        try {
            return PeerIdentity.of(chain.getFirst());
        } catch (final PeerRefusedException e) {
            throw new PemException("no peer would take this node's certificate: " + e.getMessage() + "; "
                + e.refusal().remedy(), e);
        }
    }

    private static boolean isPair(final PublicKey publicKey, final PrivateKey privateKey) {
        final String algorithm = switch (publicKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "Ed25519";
        };
        try {
            final Signature signature = Signature.getInstance(algorithm);
            signature.initSign(privateKey);
            signature.update(TRIAL);
            final byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(TRIAL);
            return signature.verify(signed);
        } catch (final GeneralSecurityException e) {
            return false;
        }
    }

    /** Says whose certificate it is, and nothing of the key. */
    @Override
    public String toString() {
        return "PemIdentity[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
