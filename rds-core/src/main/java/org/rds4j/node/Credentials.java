package org.rds4j.node;

import org.rds4j.crypto.certificate.PemIdentity;
import org.rds4j.crypto.certificate.TrustStore;

/**
 * Who a node is and whom it takes for a peer; what belongs together and changes together.
 *
 * @param identity its chain and key.
 * @param trust    the bundle of its own trust domain, and those of others.
 * @param peers    who of those with a valid chain may be a peer.
 */
record Credentials(PemIdentity identity, TrustStore trust, PeerList peers) {
}
