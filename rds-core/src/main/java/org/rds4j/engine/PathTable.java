package org.rds4j.engine;

import java.util.Arrays;
import org.rds4j.carrier.PathKey;
import org.rds4j.peer.PathSchedule;
import org.rds4j.peer.PathServices;
import org.rds4j.peer.PathTopology;
import org.rds4j.peer.Peer;
import org.rds4j.peer.PeerPath;
import org.rds4j.peer.PeerTable;

/** All paths of an engine, by peer and lane and index, and in one row for whoever looks at all. */
final class PathTable implements PathTopology {
    private final int maxPeers;
    private final Runnable onMappingChanged;
    private final PathSchedule schedule = new PathSchedule();
    private PeerTable peers;
    private PathServices services;
    private PeerPath[] all = new PeerPath[16];
    private int size;

    /**
     * A table without peers.
     *
     * @param maxPeers         most peers.
     * @param onMappingChanged run when sockets must look their paths up again.
     */
    PathTable(final int maxPeers, final Runnable onMappingChanged) {
        this.maxPeers = maxPeers;
        this.onMappingChanged = onMappingChanged;
    }

    void services(final PathServices pathServices) {
        services = pathServices;
        peers = new PeerTable(pathServices, maxPeers);
    }

    /** The path for messages of a socket, or null when there are too many peers. */
    PeerPath route(final long high, final long low, final int lane, final int port, final long nowNs) {
        final Peer peer = peers.findOrAdd(high, low);
        return peer == null ? null : peer.route(lane, port, nowNs);
    }

    Peer peer(final long high, final long low) {
        return peers.find(high, low);
    }

    Peer findOrAddPeer(final long high, final long low) {
        return peers.findOrAdd(high, low);
    }

    PeerPath find(final PathKey key) {
        final Peer peer = peers.find(key.remoteHigh(), key.remoteLow());
        return peer == null ? null : peer.path(key.lane(), key.index());
    }

    @Override
    public PeerPath add(final Peer peer, final int lane, final int index, final long nowNs) {
        final PeerPath path = new PeerPath(services, peer, peer.keyOf(lane, index), nowNs);
        peer.add(path);
        if (size == all.length) {
            all = Arrays.copyOf(all, 2 * size);
        }
        all[size++] = path;
        schedule.reserve(size);
        path.touch();
        return path;
    }

    @Override
    public void onMappingChanged() {
        onMappingChanged.run();
    }

    PathSchedule schedule() {
        return schedule;
    }

    /** Something has happened that concerns every path with a carrier. */
    void touchAll() {
        for (int i = 0; i < size; i++) {
            if (all[i].hasCarrier()) {
                all[i].touch();
            }
        }
    }

    int size() {
        return size;
    }

    PeerPath path(final int index) {
        return all[index];
    }
}
