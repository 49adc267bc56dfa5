package org.rds4j.tcp.network;

/**
 * A route that a table keeps, and that leads to another host when nobody needs it for the one it leads to. It is needed while
 * somebody holds it, once it was given to somebody who may keep it without a word, and while the path's MTU is lower than the
 * link's, which nobody should have to find out again. One thread.
 */
abstract class KeptRoute implements NetworkRoute, AddressTable.Entry {
    private int holders;
    private boolean isGiven;

    /** Leads to a host from now on, of the same family as before. */
    abstract void lead(long remoteHigh, long remoteLow, long nextHopHigh, long nextHopLow);

    @Override
    public final void hold() {
        holders++;
    }

    @Override
    public final void release() {
        holders--;
    }

    /** Whoever gets it now may keep it without holding it. */
    final void give() {
        isGiven = true;
    }

    final boolean isNeeded() {
        return holders > 0 || isGiven || pathMtu().isLowered();
    }

    @Override
    public final long high() {
        return remoteHigh();
    }

    @Override
    public final long low() {
        return remoteLow();
    }
}
