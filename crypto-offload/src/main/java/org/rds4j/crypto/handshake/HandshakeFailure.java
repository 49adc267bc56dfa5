package org.rds4j.crypto.handshake;

/**
 * Why a handshake gave no keys. The TLS alert for the peer, where there is one, already stands in the handshake's output.
 *
 * @param cause  for decisions and counters.
 * @param reason for people, one line.
 */
public record HandshakeFailure(Cause cause, String reason) {
    /** What kind of failure it was. */
    public enum Cause {
        /** What came is not TLS. */
        NOT_TLS,
        /** TLS itself refused: no common version or suite, a bad or missing certificate, an alert of the peer. */
        TLS,
        /** The peer's marker was missing, of another length, or followed by something. */
        MARKER,
        /** The local side did not accept the peer after TLS was done. */
        REFUSED,
        /** The peer sent more than a handshake may need. */
        TOO_LONG,
        /** The local side gave up. */
        ABANDONED
    }
}
