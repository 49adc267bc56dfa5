package org.rds4j.crypto.handshake;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.agrona.concurrent.EpochClock;
import org.rds4j.crypto.certificate.TrustBundle;

/**
 * Judges a peer's chain: path validation to the trust bundle (RFC 5280 section 6) at the clock's time, then that the
 * peer's own certificate is no CA, may sign, and may be used for its role in TLS.
 */
final class PeerVerifier extends X509ExtendedTrustManager {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final int DIGITAL_SIGNATURE = 0;

    private final List<X509Certificate> authorities;
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final EpochClock clock;

    PeerVerifier(final TrustBundle bundle, final EpochClock clock) {
        this.authorities = bundle.authorities();
        this.clock = clock;
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        verify(chain, CLIENT_AUTH);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
        throws CertificateException {
        verify(chain, CLIENT_AUTH);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
        throws CertificateException {
        verify(chain, CLIENT_AUTH);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        verify(chain, SERVER_AUTH);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
        throws CertificateException {
        verify(chain, SERVER_AUTH);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
        throws CertificateException {
        verify(chain, SERVER_AUTH);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }

    private void verify(final X509Certificate[] chain, final String usage) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("the peer presented no certificate");
        }
        verifyPath(chain);
        final X509Certificate leaf = chain[0];
        if (leaf.getBasicConstraints() >= 0) {
            throw new CertificateException("the peer presented a CA certificate as its own");
        }
        final boolean[] keyUsage = leaf.getKeyUsage();
        if (keyUsage == null || !keyUsage[DIGITAL_SIGNATURE]) {
            throw new CertificateException("the peer's certificate does not allow digital signatures");
        }
        final List<String> extendedKeyUsage = leaf.getExtendedKeyUsage();
        if (extendedKeyUsage == null || !extendedKeyUsage.contains(usage)) {
            throw new CertificateException("the peer's certificate lacks the extended key usage " + usage);
        }
    }

    @SuppressWarnings("JavaUtilDate") // PKIXParameters takes no other kind of time
    private void verifyPath(final X509Certificate[] chain) throws CertificateException {
        try {
            final PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(new Date(clock.time()));
            CertPathValidator.getInstance("PKIX").validate(
                CertificateFactory.getInstance("X.509").generateCertPath(withoutAnchors(chain)), parameters);
        } catch (final GeneralSecurityException e) {
            throw new CertificateException("the peer's chain does not lead to the trust bundle: " + e.getMessage(), e);
        }
    }

    private List<X509Certificate> withoutAnchors(final X509Certificate[] chain) throws CertificateException {
        final List<X509Certificate> path = new ArrayList<>();
        for (final X509Certificate certificate : chain) {
            if (!authorities.contains(certificate)) {
                path.add(certificate);
            }
        }
        if (path.isEmpty()) {
            throw new CertificateException("the peer presented nothing but authorities");
        }
        return path;
    }
}
