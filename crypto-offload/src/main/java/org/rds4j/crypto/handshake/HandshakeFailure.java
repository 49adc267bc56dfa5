package org.rds4j.crypto.handshake;

import org.rds4j.crypto.certificate.PeerRefusal;

/**
 * Why a handshake gave no keys. The TLS alert for the peer, where there is one, already stands in the handshake's output.
 *
 * @param cause   for decisions and counters.
 * @param refusal what this side has against the peer, or null when it is something else.
 * @param reason  for people, one line.
 */
public record HandshakeFailure(Cause cause, PeerRefusal refusal, String reason) {
    /**
     * A failure that is not about who the peer is.
     *
     * @param cause  for decisions and counters.
     * @param reason for people, one line.
     */
    public HandshakeFailure(final Cause cause, final String reason) {
        this(cause, null, reason);
    }

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
