package org.rds4j.node;

import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.handshake.HandshakeFailure;

/**
 * A peer that did not become, or ceased to be, a peer.
 *
 * @param high     bits 127..64 of its address.
 * @param low      bits 63..0 of its address.
 * @param port     its port.
 * @param isDialed whether this node dialed.
 * @param failure  why.
 * @param peer     who it proved to be, or null.
 */
record RefusalReport(long high, long low, int port, boolean isDialed, HandshakeFailure failure, PeerIdentity peer) {
}
