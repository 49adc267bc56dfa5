package org.rds4j.tcp.network;

/**
 * How large a packet may be on the way to one host: the link's MTU until a router's message (RFC 1191, RFC 8201) or silence
 * (RFC 4821) says less. One per route and so shared by all connections to the host; changed by the engine's thread only.
 * <p>
 * A router can only lower it, never below a floor, and what it said is forgotten after a while. A black hole, where no router
 * says anything, lowers it to a size that passes everywhere; from there larger sizes are tried by binary search, and again
 * from time to time.
 */
public final class PathMtu {
    /** A search ends when it knows the size to within this, as more precision is not worth a lost packet. */
    private static final int PRECISION = 8;
    /** How often the size that ends a search is tried again: it may have been lost by chance. */
    private static final int CONFIRMATIONS = 2;

    private final NetworkTuning tuning;
    private final int linkMtu;
    private final int floor;
    private int mtu;
    private long expiresNs = Long.MAX_VALUE;
    /** A black hole was met; sizes from here up to {@code searchHigh} are open. */
    private boolean isSearching;
    private int searchHigh;
    /** What passed before the black hole: the search may find that it still does. */
    private int searchTop;
    private int confirmations;
    private long searchNs;
    private long deliveredNs = Long.MIN_VALUE;

    /**
     * A path of which nothing is known but its link.
     *
     * @param linkMtu of the interface.
     * @param floor   below which no message lowers it: 552 by default for IPv4, 1280 for IPv6.
     * @param tuning  lifetimes, and the packet size that is taken to pass everywhere.
     */
    public PathMtu(final int linkMtu, final int floor, final NetworkTuning tuning) {
        this.linkMtu = linkMtu;
        this.floor = Math.min(floor, linkMtu);
        this.tuning = tuning;
        this.mtu = linkMtu;
        this.searchTop = linkMtu;
    }

    /**
     * The largest packet to send now.
     *
     * @return octets, IP header included.
     */
    public int mtu() {
        return mtu;
    }

    /**
     * The MTU of the interface, by which the peer may be told what to send.
     *
     * @return octets.
     */
    public int linkMtu() {
        return linkMtu;
    }

    /**
     * A router dropped a packet of ours as too big. The caller has made sure that the packet was ours.
     *
     * @param told  the router's MTU.
     * @param nowNs the engine's time.
     * @return true when the MTU was lowered.
     */
    public boolean onTooBig(final int told, final long nowNs) {
        final int candidate = Math.max(told, floor);
        if (candidate >= mtu) {
            searchHigh = Math.min(searchHigh, candidate);
            searchTop = Math.min(searchTop, candidate);
            return false;
        }
        mtu = candidate;
        isSearching = false;
        expiresNs = nowNs + tuning.pathMtuLifetimeNs();
        return true;
    }

    /**
     * Full-size packets vanish and nobody says why.
     *
     * @param nowNs the engine's time.
     * @return true when the MTU was lowered to the size that passes everywhere.
     */
    public boolean onBlackHole(final long nowNs) {
        final int base = Math.max(tuning.probeBaseMtu(), floor);
        if (base >= mtu) {
            return false;
        }
        searchTop = mtu;
        searchHigh = mtu - 1;
        confirmations = 0;
        mtu = base;
        isSearching = true;
        searchNs = nowNs;
        expiresNs = Long.MAX_VALUE;
        return true;
    }

    /**
     * The packet size to try next.
     *
     * @param nowNs the engine's time.
     * @return octets, larger than the MTU; 0 when there is nothing to find out now.
     */
    public int probeSize(final long nowNs) {
        if (!isSearching || nowNs < searchNs) {
            return 0;
        }
        return isNarrow() ? confirmedSize() : mtu + (searchHigh - mtu + 1) / 2;
    }

    private boolean isNarrow() {
        return searchHigh - mtu < PRECISION;
    }

    /** The smallest size that was lost, or what passed before the black hole. */
    private int confirmedSize() {
        return Math.min(searchHigh + 1, searchTop);
    }

    /**
     * A packet of a size that was tried has arrived.
     *
     * @param size  octets.
     * @param nowNs the engine's time.
     */
    public void onProbeDelivered(final int size, final long nowNs) {
        if (isSearching && size > mtu) {
            mtu = Math.min(size, linkMtu);
            if (mtu > searchHigh) {
                searchHigh = Math.max(mtu, searchTop); // what was lost below was lost by chance
            }
            confirmations = 0;
            endIfFound(nowNs);
        }
    }

    /**
     * A packet of a size that was tried is lost, which says nothing about congestion.
     *
     * @param size  octets.
     * @param nowNs the engine's time.
     */
    public void onProbeLost(final int size, final long nowNs) {
        if (!isSearching) {
            return;
        }
        if (isNarrow() && size >= confirmedSize()) {
            confirmations++;
        } else {
            searchHigh = Math.max(mtu, Math.min(searchHigh, size - 1));
        }
        endIfFound(nowNs);
    }

    /** The path may change: the search is taken up again after a while. */
    private void endIfFound(final long nowNs) {
        if (isNarrow() && (confirmations == CONFIRMATIONS || confirmedSize() <= mtu)) {
            isSearching = mtu < linkMtu;
            searchHigh = linkMtu;
            searchTop = linkMtu;
            confirmations = 0;
            searchNs = nowNs + tuning.probeIntervalNs();
        }
    }

    /** Forgets everything: the path leads elsewhere. */
    void reset() {
        mtu = linkMtu;
        expiresNs = Long.MAX_VALUE;
        isSearching = false;
        searchTop = linkMtu;
        confirmations = 0;
        deliveredNs = Long.MIN_VALUE;
    }

    /** Whether something is known of the path that the link does not say. */
    boolean isLowered() {
        return mtu < linkMtu || isSearching;
    }

    /**
     * Forgets what a router said when that is long ago.
     *
     * @param nowNs the engine's time.
     */
    public void onTime(final long nowNs) {
        if (nowNs >= expiresNs) {
            expiresNs = Long.MAX_VALUE;
            mtu = linkMtu;
        }
    }

    /**
     * A packet of the full size has arrived.
     *
     * @param sentNs when it had left.
     */
    public void onDelivered(final long sentNs) {
        deliveredNs = Math.max(deliveredNs, sentNs);
    }

    /**
     * Whether the full size passes, as far as is known.
     *
     * @param sentNs a time.
     * @return true if a packet of that size has arrived that left later than then, whoever has sent it.
     */
    public boolean hasDeliveredSince(final long sentNs) {
        return deliveredNs > sentNs;
    }

    /**
     * How many timeouts of one full-size segment mean a black hole.
     *
     * @return a count, 0 if none do.
     */
    public int blackHoleTimeouts() {
        return tuning.probeAfterTimeouts();
    }
}
