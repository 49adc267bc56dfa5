package org.rds4j.crypto.handshake;

import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.certificate.PeerRefusal;

/** Decides about a peer whose chain is already validated. Called on the encryption thread; must not block. */
@FunctionalInterface
public interface PeerPolicy {
    /** Accepts whoever has a valid chain. */
    PeerPolicy ANYONE = (peer, clientMarker) -> null;

    /**
     * Decides about a peer, before anything but certificates has gone to it.
     *
     * @param peer         who it proved to be.
     * @param clientMarker the connection identity that the dialing side sends, whichever side this is.
     * @return null to go on, or what this side has against it.
     */
    PeerRefusal onPeer(PeerIdentity peer, Marker clientMarker);
}
