package org.rds4j.crypto.certificate;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Judges a peer's chain: exactly one SPIFFE ID; path validation (RFC 5280 section 6) to the bundle of the trust domain it
 * presents; a certificate that is no authority, may sign, may not sign certificates, and is for its role in TLS. Immutable
 * and thread safe.
 */
public final class ChainVerifier {
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private final TrustStore trust;

    /** Which side of a TLS connection a peer is on. */
    public enum Role {
        /** The peer dialed. */
        CLIENT("1.3.6.1.5.5.7.3.2"),
        /** The peer was dialed. */
        SERVER("1.3.6.1.5.5.7.3.1");

        private final String usage;

        Role(final String usage) {
            this.usage = usage;
        }
    }

    /**
     * A verifier.
     *
     * @param trust whom it believes.
     */
    public ChainVerifier(final TrustStore trust) {
        this.trust = trust;
    }

    /**
     * Judges a chain.
     *
     * @param presented the peer's own certificate first, then those between it and the bundle's.
     * @param role      the peer's.
     * @param now       time by which validity is judged.
     * @return who the peer is.
     * @throws PeerRefusedException when it is not to be believed.
     */
    public PeerIdentity verify(final List<X509Certificate> presented, final Role role, final Instant now)
        throws PeerRefusedException {
        if (presented.isEmpty()) {
            throw new PeerRefusedException(PeerRefusal.NO_CERTIFICATE, "an empty chain");
        }
        final List<X509Certificate> chain = reread(presented);
        final PeerIdentity peer = PeerIdentity.of(chain.getFirst());
        final TrustBundle bundle = trust.bundle(peer.id().trustDomain());
        if (bundle == null) {
            throw new PeerRefusedException(PeerRefusal.FOREIGN_DOMAIN, peer.id().toString());
        }
        verifyUsage(chain.getFirst(), peer, role);
        verifyTimes(chain, peer, now);
        verifyPath(chain, bundle, peer, now);
        return peer;
    }

    private static List<X509Certificate> reread(final List<X509Certificate> presented) throws PeerRefusedException {
        final List<X509Certificate> chain = new ArrayList<>();
        for (final X509Certificate certificate : presented) {
            chain.add(PeerIdentity.reread(certificate));
        }
        return chain;
    }

    private static void verifyUsage(final X509Certificate leaf, final PeerIdentity peer, final Role role)
        throws PeerRefusedException {
        if (leaf.getBasicConstraints() >= 0) {
            throw new PeerRefusedException(PeerRefusal.AUTHORITY, peer.id().toString());
        }
        final boolean[] usage = leaf.getKeyUsage();
        if (usage == null || !usage[DIGITAL_SIGNATURE] || usage[KEY_CERT_SIGN] || usage[CRL_SIGN]) {
            throw new PeerRefusedException(PeerRefusal.KEY_USAGE, peer.id().toString());
        }
        if (!extendedKeyUsage(leaf).contains(role.usage)) {
            throw new PeerRefusedException(PeerRefusal.EXTENDED_KEY_USAGE, peer.id().toString());
        }
    }

    private static List<String> extendedKeyUsage(final X509Certificate leaf) throws PeerRefusedException {
        try {
            final List<String> usages = leaf.getExtendedKeyUsage();
            return usages == null ? List.of() : usages;
        } catch (final GeneralSecurityException e) {
            throw new PeerRefusedException(PeerRefusal.EXTENDED_KEY_USAGE, "it cannot be read");
        }
    }

    private static void verifyTimes(final List<X509Certificate> chain, final PeerIdentity peer, final Instant now)
        throws PeerRefusedException {
        for (final X509Certificate certificate : chain) {
            final Instant from = certificate.getNotBefore().toInstant();
            final Instant until = certificate.getNotAfter().toInstant();
            if (now.isAfter(until)) {
                throw new PeerRefusedException(PeerRefusal.EXPIRED, peer.id() + ", at " + until);
            }
            if (now.isBefore(from)) {
                throw new PeerRefusedException(PeerRefusal.NOT_YET_VALID, peer.id() + ", before " + from);
            }
        }
    }

    @SuppressWarnings("JavaUtilDate") // PKIXParameters takes no other kind of time
    private static void verifyPath(
        final List<X509Certificate> chain, final TrustBundle bundle, final PeerIdentity peer, final Instant now)
        throws PeerRefusedException {
        final List<X509Certificate> path = new ArrayList<>(chain);
        path.removeAll(bundle.authorities());
        try {
            final PKIXParameters parameters = new PKIXParameters(anchors(bundle, peer, now));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX").validate(
                CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (final CertPathValidatorException e) {
            throw new PeerRefusedException(
                PeerRefusal.UNTRUSTED, peer.id() + ": " + PeerRefusedException.printable(String.valueOf(e.getMessage())));
        } catch (final GeneralSecurityException e) {
            throw new PeerRefusedException(PeerRefusal.UNTRUSTED, peer.id() + ": its chain is malformed");
        }
    }

    /** Path validation does not ask whether an anchor's own time is over. */
    private static Set<TrustAnchor> anchors(final TrustBundle bundle, final PeerIdentity peer, final Instant now)
        throws PeerRefusedException {
        final Set<TrustAnchor> anchors = new HashSet<>();
        for (final X509Certificate authority : bundle.authorities()) {
            if (!now.isBefore(authority.getNotBefore().toInstant()) && !now.isAfter(authority.getNotAfter().toInstant())) {
                anchors.add(new TrustAnchor(authority, null));
            }
        }
        if (anchors.isEmpty()) {
            throw new PeerRefusedException(
                PeerRefusal.UNTRUSTED, peer.id() + ": no authority of the bundle is valid at this time");
        }
        return anchors;
    }
}
