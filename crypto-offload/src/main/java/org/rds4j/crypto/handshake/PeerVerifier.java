package org.rds4j.crypto.handshake;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.agrona.concurrent.EpochClock;
import org.rds4j.crypto.certificate.ChainVerifier;
import org.rds4j.crypto.certificate.ChainVerifier.Role;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.PeerRefusedException;

/** Lets a {@link ChainVerifier} judge what a TLS library presents, at the clock's time. */
final class PeerVerifier extends X509ExtendedTrustManager {
    private final ChainVerifier verifier;
    private final EpochClock clock;

    PeerVerifier(final ChainVerifier verifier, final EpochClock clock) {
        this.verifier = verifier;
        this.clock = clock;
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        verify(chain, Role.CLIENT);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
        throws CertificateException {
        verify(chain, Role.CLIENT);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
        throws CertificateException {
        verify(chain, Role.CLIENT);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        verify(chain, Role.SERVER);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final Socket socket)
        throws CertificateException {
        verify(chain, Role.SERVER);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
        throws CertificateException {
        verify(chain, Role.SERVER);
    }

    /** None are named to a client: it has one identity, and who is trusted is nobody else's business. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private void verify(final X509Certificate[] chain, final Role role) throws CertificateException {
        if (chain == null) {
            throw new PeerRefusedException(PeerRefusal.NO_CERTIFICATE, "no chain");
        }
        verifier.verify(List.of(chain), role, Instant.ofEpochMilli(clock.time()));
    }
}
