package org.rds4j.crypto.handshake;

import java.security.cert.X509Certificate;
import java.util.List;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * What a handshake yields: the traffic keys of both directions, and who the peer proved to be.
 *
 * @param clientKeys       of what the TLS client sends; wiped with the session that takes them.
 * @param serverKeys       of what the TLS server sends; wiped with the session that takes them.
 * @param isClient         whether this side was the TLS client.
 * @param cipherSuite      negotiated, for example {@code TLS_AES_128_GCM_SHA256}.
 * @param peerCertificates validated chain, the peer's own certificate first.
 * @param peerMarker       the 16 octets the peer ended its handshake with.
 */
public record SessionKeys(
    TrafficKeys clientKeys,
    TrafficKeys serverKeys,
    boolean isClient,
    String cipherSuite,
    List<X509Certificate> peerCertificates,
    Marker peerMarker) implements AutoCloseable {
    /**
     * The keys of what this side sends.
     *
     * @return the keys, not copied.
     */
    public TrafficKeys sendKeys() {
        return isClient ? clientKeys : serverKeys;
    }

    /**
     * The keys of what this side receives.
     *
     * @return the keys, not copied.
     */
    public TrafficKeys receiveKeys() {
        return isClient ? serverKeys : clientKeys;
    }

    /** Wipes both directions' keys. */
    @Override
    public void close() {
        clientKeys.close();
        serverKeys.close();
    }
}
