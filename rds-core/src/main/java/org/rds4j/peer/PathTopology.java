package org.rds4j.peer;

/** What a {@link Peer} asks of the table that holds all paths of an engine. Engine thread. */
public interface PathTopology {
    /**
     * Makes a path and adds it to the peer and to those that are polled.
     *
     * @param peer  it leads to.
     * @param lane  0 to 15.
     * @param index of the path in its lane, 0 to 7.
     * @param nowNs the engine's time.
     * @return the new path.
     */
    PeerPath add(Peer peer, int lane, int index, long nowNs);

    /** Sockets may take other paths from now on: whoever remembers a path must ask again. */
    void onMappingChanged();
}
