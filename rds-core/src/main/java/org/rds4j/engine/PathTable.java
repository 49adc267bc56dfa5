package org.rds4j.engine;

import java.util.Arrays;
import java.util.function.Supplier;
import org.rds4j.carrier.PathKey;
import org.rds4j.congestion.MapSender;
import org.rds4j.peer.PathServices;
import org.rds4j.peer.Peer;
import org.rds4j.peer.PeerPath;
import org.rds4j.peer.PeerTable;

/** All paths of an engine, by peer and lane and in one row for polling. */
final class PathTable {
    private final PeerTable peers;
    private PathServices services;
    private PeerPath[] all = new PeerPath[0];

    PathTable(final int maxPeers, final Supplier<MapSender> mapSenders) {
        peers = new PeerTable(maxPeers, mapSenders);
    }

    void services(final PathServices pathServices) {
        services = pathServices;
    }

    PeerPath findOrAdd(final long high, final long low, final int lane, final long nowNs) {
        final Peer peer = peers.findOrAdd(high, low);
        if (peer == null) {
            return null;
        }
        final PeerPath path = peer.path(lane);
        return path != null ? path : add(peer, new PeerPath(services, new PathKey(high, low, lane, 0), peer.mapSender(), nowNs));
    }

    private PeerPath add(final Peer peer, final PeerPath path) {
        peer.add(path);
        all = Arrays.copyOf(all, all.length + 1);
        all[all.length - 1] = path;
        return path;
    }

    PeerPath find(final PathKey key) {
        final Peer peer = peers.find(key.remoteHigh(), key.remoteLow());
        return peer == null ? null : peer.path(key.lane());
    }

    int size() {
        return all.length;
    }

    PeerPath path(final int index) {
        return all[index];
    }
}
