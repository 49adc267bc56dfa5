package org.rds4j.node;

import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.collections.Long2ObjectHashMap;
import org.rds4j.carrier.CarrierDownReason;
import org.rds4j.carrier.PathKey;
import org.rds4j.crypto.agent.HandshakeTask;
import org.rds4j.crypto.certificate.ChainVerifier;
import org.rds4j.crypto.certificate.PeerIdentity;
import org.rds4j.crypto.certificate.PeerRefusal;
import org.rds4j.crypto.handshake.HandshakeFailure;
import org.rds4j.tcp.TcpConnection;

/** The engine's side of the {@link IdentityAgent}: tells it of peers, counts refusals, carries out sentences. Engine thread. */
final class PeerWatch {
    private final IdentityAgent identities;
    private final NodeCounters counters;
    private final RefusalCounts refusals = new RefusalCounts();
    private final Long2ObjectHashMap<SecurePeer> peerBySession = new Long2ObjectHashMap<>();
    private final Deque<SecurePeer> unreported = new ArrayDeque<>();

    PeerWatch(final SecurityService security, final NodeCounters counters) {
        this.identities = security.identities();
        this.counters = counters;
    }

    RefusalCounts refusals() {
        return refusals;
    }

    void onUp(
        final PathKey key, final SecureCarrier carrier, final PeerIdentity identity, final boolean isDialed, final long nowNs) {
        final SecurePeer peer = new SecurePeer(key, carrier, identity,
            isDialed ? ChainVerifier.Role.SERVER : ChainVerifier.Role.CLIENT, identities.time(), nowNs);
        peerBySession.put(carrier.session().id(), peer);
        unreported.add(peer);
    }

    void onGone(final SecureCarrier carrier) {
        final SecurePeer peer = peerBySession.remove(carrier.session().id());
        if (peer != null) {
            peer.gone();
        }
    }

    void onHandshakeFailed(final HandshakeTask task, final TcpConnection connection, final boolean isDialed) {
        final HandshakeFailure failure = task.failure();
        if (failure == null) {
            return;
        }
        if (failure.refusal() != null) {
            refusals.count(failure.refusal());
        }
        if (failure.cause() == HandshakeFailure.Cause.TOO_LONG) {
            counters.increment(NodeCounter.HANDSHAKE_TOO_LONG);
        }
        report(new RefusalReport(
            connection.remoteHigh(), connection.remoteLow(), connection.remotePort(), isDialed, failure, task.peer()));
    }

    private void report(final RefusalReport refusal) {
        if (!identities.report(refusal)) {
            counters.increment(NodeCounter.REFUSAL_UNREPORTED);
        }
    }

    int poll() {
        while (!unreported.isEmpty() && identities.report(unreported.peek())) {
            unreported.remove();
        }
        int work = 0;
        for (IdentityAgent.Sentence next = identities.nextSentence(); next != null; next = identities.nextSentence()) {
            work++;
            carryOut(next.peer(), next.refusal());
        }
        return work;
    }

    private void carryOut(final SecurePeer peer, final PeerRefusal refusal) {
        if (peer.isGone() || peer.carrier.isDown()) {
            return;
        }
        if (refusal == null) {
            renew(peer);
            return;
        }
        counters.increment(NodeCounter.PEER_EXPELLED);
        refusals.count(refusal);
        report(new RefusalReport(peer.key.remoteHigh(), peer.key.remoteLow(), peer.carrier.remotePort(),
            peer.role == ChainVerifier.Role.SERVER,
            new HandshakeFailure(HandshakeFailure.Cause.REFUSED, refusal, refusal.meaning()), peer.identity));
        peer.carrier.fail(CarrierDownReason.SECURITY);
    }

    /** In good order first: what is under way arrives; who has not closed by the next time is cut off. */
    private void renew(final SecurePeer peer) {
        if (peer.isRenewing) {
            peer.carrier.abort();
            return;
        }
        peer.isRenewing = true;
        counters.increment(NodeCounter.PATH_RENEWED);
        peer.carrier.close();
    }
}
