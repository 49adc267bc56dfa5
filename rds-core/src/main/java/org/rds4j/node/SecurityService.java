package org.rds4j.node;

import java.util.List;
import org.rds4j.RecordCipher;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.MarkerPolicy;
import org.rds4j.crypto.handshake.PeerPolicy;
import org.rds4j.crypto.record.KeyLimits;

/** A node's identity, and its engine's links to the encryption threads. Engine thread only. */
final class SecurityService {
    private final IdentityAgent identities;
    private final CipherChoice choice;
    private final RecordCipher cipher;
    private final KeyLimits keyLimits;
    private final EncryptionLink[] links;
    private final InlineService inline;

    SecurityService(
        final IdentityAgent identities, final CipherChoice choice, final RecordCipher cipher, final KeyLimits keyLimits,
        final List<EncryptionLink> links, final InlineService inline) {
        this.keyLimits = keyLimits;
        this.identities = identities;
        this.cipher = cipher;
        this.choice = choice;
        this.links = links.toArray(EncryptionLink[]::new);
        this.inline = inline;
    }

    RecordCipher cipher() {
        return cipher;
    }

    /** The device that encrypts, or null. */
    InlineService inline() {
        return inline;
    }

    CipherChoice choice() {
        return choice;
    }

    IdentityAgent identities() {
        return identities;
    }

    /** With the credentials that are in force when the handshake begins. */
    HandshakeTask clientTask(final long id, final Marker marker, final long remoteHigh, final long remoteLow) {
        final PeerPolicy peers = peers(remoteHigh, remoteLow);
        return new HandshakeTask(id, () -> identities.active().tls().newClient(marker, peers), choice.provider(), keyLimits);
    }

    /** With the credentials that are in force when the handshake begins. */
    HandshakeTask serverTask(final long id, final MarkerPolicy policy, final long remoteHigh, final long remoteLow) {
        final PeerPolicy peers = peers(remoteHigh, remoteLow);
        return new HandshakeTask(id, () -> identities.active().tls().newServer(policy, peers), choice.provider(), keyLimits);
    }

    /** Encryption thread: by the list of peers in force when TLS is done. */
    private PeerPolicy peers(final long remoteHigh, final long remoteLow) {
        return (peer, marker) -> identities.active().credentials().peers().judge(
            peer, remoteHigh, remoteLow, identities.levels(PathMarker.lane(marker)));
    }

    /** The thread with the fewest connections takes the next, for as long as it lives. */
    EncryptionLink pin() {
        EncryptionLink fewest = links[0];
        for (final EncryptionLink link : links) {
            fewest = link.connections() < fewest.connections() ? link : fewest;
        }
        fewest.pin();
        return fewest;
    }

    int drain(final CompletionHandler handler) {
        int work = 0;
        for (final EncryptionLink link : links) {
            work += link.drain(handler);
        }
        return work;
    }
}
