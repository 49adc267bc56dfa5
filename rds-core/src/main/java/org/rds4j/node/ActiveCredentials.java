package org.rds4j.node;

import java.time.Instant;
import org.agrona.concurrent.EpochClock;
import org.rds4j.crypto.certificate.ChainVerifier;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.certificate.PeerRefusedException;
import org.rds4j.crypto.handshake.TlsContext;

/** Credentials in the form in which handshakes and live paths are judged by them. Immutable and thread safe. */
final class ActiveCredentials {
    private final Credentials credentials;
    private final long version;
    private final long expiresS;
    private final TlsContext tls;
    private final ChainVerifier verifier;

    ActiveCredentials(final Credentials credentials, final long version, final EpochClock clock) {
        this.credentials = credentials;
        this.version = version;
        this.expiresS = credentials.identity().name().notAfter().getEpochSecond();
        this.tls = new TlsContext(credentials.identity(), credentials.trust(), clock, PathMarker::keyLength);
        this.verifier = new ChainVerifier(credentials.trust());
    }

    long version() {
        return version;
    }

    /** When the node's own certificate expires, in seconds since 1970; as whoever asks may be the engine, it is read once. */
    long expiresS() {
        return expiresS;
    }

    Credentials credentials() {
        return credentials;
    }

    TlsContext tls() {
        return tls;
    }

    /** What peers with the same bundle have against this node's own chain; null when nothing. */
    PeerRefusal judgeOwn(final Instant now) {
        try {
            verifier.verify(credentials.identity().chain(), ChainVerifier.Role.SERVER, now);
            verifier.verify(credentials.identity().chain(), ChainVerifier.Role.CLIENT, now);
            return null;
        } catch (final PeerRefusedException e) {
            return e.refusal();
        }
    }

    /**
     * Whether a chain that was valid once would be trusted today. By the time at which it was proven: that it has expired since
     * is another matter.
     */
    PeerRefusal judge(final SecurePeer peer) {
        final Instant at = peer.provenAt;
        try {
            verifier.verify(peer.chain, peer.role, at);
            return null;
        } catch (final PeerRefusedException e) {
            return e.refusal();
        }
    }
}
