package org.rds4j.node;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.rds4j.carrier.PathKey;
import org.rds4j.crypto.certificate.ChainVerifier;
import org.rds4j.crypto.certificate.PeerIdentity;

/**
 * The peer of one secure carrier: what it proved when its handshake was made, and where it stands. Made by the engine, then
 * looked after by the {@link IdentityAgent}; {@link #gone} is the engine's word that the carrier is no more.
 */
final class SecurePeer {
    final PathKey key;
    final PeerIdentity identity;
    final List<X509Certificate> chain;
    final ChainVerifier.Role role;
    final Instant provenAt;
    final long sinceNs;
    final SecureCarrier carrier;
    private volatile boolean isGone;
    /** The engine's own. */
    boolean isRenewing;
    /** The agent's own. */
    long judgedVersion;
    long renewalNs;
    boolean isSentenced;

    SecurePeer(
        final PathKey key, final SecureCarrier carrier, final PeerIdentity identity, final ChainVerifier.Role role,
        final Instant provenAt, final long sinceNs) {
        this.key = key;
        this.carrier = carrier;
        this.identity = identity;
        this.chain = carrier.session().keys().peerCertificates();
        this.role = role;
        this.provenAt = provenAt;
        this.sinceNs = sinceNs;
    }

    void gone() {
        isGone = true;
    }

    boolean isGone() {
        return isGone;
    }
}
