package org.rds4j.crypto.handshake;

import java.security.cert.X509Certificate;
import java.util.List;

/** A server's answer to a client whose chain is already validated. Called on the encryption thread; must not block. */
@FunctionalInterface
public interface MarkerPolicy {
    /**
     * Decides about a client.
     *
     * @param clientMarker     the connection identity the client sent.
     * @param peerCertificates validated chain, the client's own certificate first.
     * @return the marker to answer with, or null to refuse the client.
     */
    Marker onClientMarker(Marker clientMarker, List<X509Certificate> peerCertificates);
}
