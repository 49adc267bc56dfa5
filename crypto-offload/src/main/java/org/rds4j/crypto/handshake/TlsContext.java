package org.rds4j.crypto.handshake;

import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.agrona.concurrent.EpochClock;
import org.conscrypt.Conscrypt;
import org.rds4j.crypto.certificate.ChainVerifier;
import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.certificate.TrustStore;

/**
 * A node's side of every TLS handshake: who it is, whom it trusts. TLS 1.3 only, certificates both ways, no session
 * tickets. Immutable and thread safe.
 */
public final class TlsContext {
    private static final int AES_128_KEY_LENGTH = 16;
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private final SSLContext context;
    private final KeyLengthRule keyLengthRule;

    /**
     * A context whose records are under AES-128-GCM.
     *
     * @param identity of this node.
     * @param trust    whom it believes.
     * @param clock    for the validity of certificates, milliseconds since 1970.
     */
    public TlsContext(final PemIdentity identity, final TrustStore trust, final EpochClock clock) {
        this(identity, trust, clock, (client, server) -> AES_128_KEY_LENGTH);
    }

    /**
     * A context.
     *
     * @param identity      of this node.
     * @param trust         whom it believes.
     * @param clock         for the validity of certificates, milliseconds since 1970.
     * @param keyLengthRule decides between AES-128-GCM and AES-256-GCM for records.
     */
    public TlsContext(
        final PemIdentity identity, final TrustStore trust, final EpochClock clock, final KeyLengthRule keyLengthRule) {
        this.keyLengthRule = keyLengthRule;
        try {
            final Provider provider = Conscrypt.newProviderBuilder().build();
            context = SSLContext.getInstance("TLSv1.3", provider);
            context.init(
                new KeyManager[] {new IdentityKeyManager(identity)},
                new TrustManager[] {new PeerVerifier(new ChainVerifier(trust), clock)},
                null);
        } catch (final GeneralSecurityException | UnsatisfiedLinkError e) {
            throw new IllegalStateException("TLS is not available: Conscrypt has no native library for this machine ("
                + e.getMessage() + "); it needs Linux on x86-64 or aarch64", e);
        }
    }

    /**
     * Begins a handshake as the side that connects.
     *
     * @param marker identity of the connection, sent to the server and bound into the keys.
     * @param peers  decides about the server before the marker is sent.
     * @return a handshake whose first {@link TlsHandshake#onInput} makes the ClientHello.
     */
    public TlsHandshake newClient(final Marker marker, final PeerPolicy peers) {
        return new TlsHandshake(engine(true), marker, null, peers, keyLengthRule);
    }

    /**
     * Begins a handshake as the side that accepts.
     *
     * @param policy gives the answering marker.
     * @param peers  decides about the client before that.
     * @return a handshake that waits for a ClientHello.
     */
    public TlsHandshake newServer(final MarkerPolicy policy, final PeerPolicy peers) {
        return new TlsHandshake(engine(false), null, policy, peers, keyLengthRule);
    }

    /** The suites of TLS 1.3 are fixed in the library, which prefers AES-128-GCM; the outcome is checked at the end. */
    private SSLEngine engine(final boolean isClient) {
        final SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(isClient);
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setNeedClientAuth(!isClient);
        Conscrypt.setUseSessionTickets(engine, false);
        return engine;
    }
}
