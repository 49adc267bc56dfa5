package org.rds4j.crypto.handshake;

/**
 * Decides the key length of a connection's records from both markers, so that both sides come to the same answer. The TLS
 * cipher suite has no say: its keys end with the handshake.
 */
@FunctionalInterface
public interface KeyLengthRule {
    /**
     * The key length of the connection. Called on the encryption thread.
     *
     * @param client marker of the side that connected.
     * @param server marker of the side that accepted.
     * @return 16 for AES-128-GCM or 32 for AES-256-GCM.
     */
    int keyLength(Marker client, Marker server);
}
