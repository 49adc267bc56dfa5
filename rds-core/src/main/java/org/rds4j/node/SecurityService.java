package org.rds4j.node;

import java.util.ArrayDeque;
import java.util.Deque;
import org.rds4j.RecordCipher;
import org.rds4j.crypto.agent.CompletionHandler;
import org.rds4j.crypto.agent.EncryptionQueue;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.agent.SecureSession;
import org.rds4j.crypto.handshake.Marker;
import org.rds4j.crypto.handshake.MarkerPolicy;
import org.rds4j.crypto.handshake.PeerPolicy;
import org.rds4j.crypto.record.KeyLimits;

/** A node's identity, and its engine's queue to the encryption thread. Engine thread only. */
final class SecurityService {
    private static final int COMPLETIONS_PER_TURN = 64;

    private final IdentityAgent identities;
    private final CipherChoice choice;
    private final RecordCipher cipher;
    private final EncryptionQueue queue;
    private final Deque<Object> wipes = new ArrayDeque<>();

    SecurityService(
        final IdentityAgent identities, final CipherChoice choice, final RecordCipher cipher, final EncryptionQueue queue) {
        this.identities = identities;
        this.cipher = cipher;
        this.choice = choice;
        this.queue = queue;
    }

    RecordCipher cipher() {
        return cipher;
    }

    EncryptionQueue queue() {
        return queue;
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
        return new HandshakeTask(
            id, () -> identities.active().tls().newClient(marker, peers), choice.provider(), KeyLimits.DEFAULT);
    }

    /** With the credentials that are in force when the handshake begins. */
    HandshakeTask serverTask(final long id, final MarkerPolicy policy, final long remoteHigh, final long remoteLow) {
        final PeerPolicy peers = peers(remoteHigh, remoteLow);
        return new HandshakeTask(
            id, () -> identities.active().tls().newServer(policy, peers), choice.provider(), KeyLimits.DEFAULT);
    }

    /** Encryption thread: by the list of peers in force when TLS is done. */
    private PeerPolicy peers(final long remoteHigh, final long remoteLow) {
        return (peer, marker) -> identities.active().credentials().peers().judge(
            peer, remoteHigh, remoteLow, identities.levels(PathMarker.lane(marker)));
    }

    /** Has the session's keys wiped, now or as soon as the queue has room. */
    void close(final SecureSession session) {
        wipes.add(session);
        submitWipes();
    }

    /** Has an unfinished handshake's secrets wiped, now or as soon as the queue has room. */
    void abandon(final HandshakeTask task) {
        wipes.add(task);
        submitWipes();
    }

    int drain(final CompletionHandler handler) {
        final int work = queue.drain(handler, COMPLETIONS_PER_TURN);
        if (!wipes.isEmpty()) {
            submitWipes();
        }
        return work;
    }

    private void submitWipes() {
        while (!wipes.isEmpty() && submit(wipes.peek())) {
            wipes.remove();
        }
    }

    private boolean submit(final Object wipe) {
        return wipe instanceof SecureSession session ? queue.close(session) : queue.abandon((HandshakeTask) wipe);
    }
}
