package org.rds4j.peer;

import org.rds4j.carrier.PathKey;
import org.rds4j.message.SendLog;

/**
 * Messages of a path that the peer turned out not to have go over another one. Nothing that is forwarded was ever sent to the
 * peer's present life: nobody sends before hearing the peer. Engine thread only.
 */
final class Forwarding {
    private final PathServices services;
    private final Peer peer;
    private final PathKey key;
    private final SendLog log;

    Forwarding(final PathServices services, final Peer peer, final PathKey key, final SendLog log) {
        this.services = services;
        this.peer = peer;
        this.key = key;
        this.log = log;
    }

    /** Whether the path has to hand its messages to another. */
    boolean isDue() {
        return isStranded() || isReplaced();
    }

    /** A path of a lane that the peer turned out not to know. */
    boolean isStranded() {
        return peer.isForeign() && key.lane() != services.defaultLane();
    }

    /**
     * A path beyond those that the peer has. What a peer of this kind was offered in its present life it may have, under numbers
     * of this path; so that goes over this path still. A foreign one that has fewer paths than before has restarted.
     */
    private boolean isReplaced() {
        return isBeyond() && (!log.hasOffered() || peer.isForeign());
    }

    boolean isBeyond() {
        return key.index() > 0 && key.index() >= peer.activePaths();
    }

    /** Moves what may be moved now; how many messages. */
    int forward(final long nowNs) {
        if (!peer.mayForward(key)) {
            return 0;
        }
        final PeerPath target = isStranded() ? firstOfDefaultLane(nowNs)
            : peer.findOrAdd(key.lane(), key.index() & peer.activePaths() - 1, nowNs);
        int moved = 0;
        if (!log.isEmpty()) {
            moved = log.moveTo(target.log());
            peer.onMoved(target);
            target.onQueued();
        }
        if (moved > 0 && isStranded()) {
            peer.onForwarded(key.lane());
        }
        if (log.isEmpty()) {
            peer.spreadMessages();
        }
        return moved;
    }

    /** The path that goes on for all paths of lanes that the peer does not know. */
    PeerPath firstOfDefaultLane(final long nowNs) {
        return peer.findOrAdd(services.defaultLane(), 0, nowNs);
    }
}
