package org.rds4j.congestion;

/**
 * Which of a peer's maps are news. They come over any of its paths, and one path may be read much later than another: a host of
 * this kind numbers what its map says, in the header's sequence number, and tells which of its lives that was. The map of another
 * host, whose number is 0, is as new as its arrival. Engine thread only.
 */
public final class MapOrder {
    /** Number of a map that has none. */
    static final long UNNUMBERED = 0;

    private int generation;
    private long newest;

    /**
     * Whether a map is to be taken, which it then is.
     *
     * @param number         of the map, or 0.
     * @param mapGeneration  the life of the peer that it is of.
     * @param peerGeneration the life that the peer is known to be in.
     * @return false when a newer one was taken before.
     */
    public boolean isNews(final long number, final int mapGeneration, final int peerGeneration) {
        if (number == UNNUMBERED) {
            return true;
        }
        if (mapGeneration != peerGeneration || (mapGeneration == generation && number < newest)) {
            return false;
        }
        generation = mapGeneration;
        newest = number;
        return true;
    }
}
