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

    private final NetworkTuning tuning;
    private final int linkMtu;
    private final int floor;
    private int mtu;
    private long expiresNs = Long.MAX_VALUE;
    /** A black hole was met; sizes from here up to {@code searchHigh} are open. */
    private boolean isSearching;
    private int searchHigh;
    private long searchNs;

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
        searchHigh = mtu - 1;
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
        return mtu + (searchHigh - mtu + 1) / 2;
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
            searchHigh = Math.max(searchHigh, mtu);
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
        if (isSearching) {
            searchHigh = Math.max(mtu, Math.min(searchHigh, size - 1));
            endIfFound(nowNs);
        }
    }

    /** The path may change: the search is taken up again after a while. */
    private void endIfFound(final long nowNs) {
        if (searchHigh - mtu < PRECISION) {
            isSearching = mtu < linkMtu;
            searchHigh = linkMtu;
            searchNs = nowNs + tuning.probeIntervalNs();
        }
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
     * How many timeouts of one full-size segment mean a black hole.
     *
     * @return a count.
     */
    public int blackHoleTimeouts() {
        return tuning.probeAfterTimeouts();
    }
}
