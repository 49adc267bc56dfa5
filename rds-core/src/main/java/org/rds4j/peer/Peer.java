package org.rds4j.peer;

import org.rds4j.carrier.PathKey;
import org.rds4j.congestion.MapSender;

/** A remote host and the paths to it, one per lane so far. Engine thread only. */
public final class Peer {
    private final long high;
    private final long low;
    private final MapSender mapSender;
    private final PeerPath[] paths = new PeerPath[PathKey.MAX_LANES];

    Peer(final long high, final long low, final MapSender mapSender) {
        this.high = high;
        this.low = low;
        this.mapSender = mapSender;
    }

    boolean is(final long otherHigh, final long otherLow) {
        return high == otherHigh && low == otherLow;
    }

    /**
     * Tells the peer which ports of this host are congested.
     *
     * @return shared by the peer's paths.
     */
    public MapSender mapSender() {
        return mapSender;
    }

    /**
     * The path of a lane.
     *
     * @param lane 0 to {@link PathKey#MAX_LANES} - 1.
     * @return the path, or null while there is none.
     */
    public PeerPath path(final int lane) {
        return paths[lane];
    }

    /**
     * Adds the path of a lane that has none.
     *
     * @param path to add.
     */
    public void add(final PeerPath path) {
        paths[path.key().lane()] = path;
    }
}
