package org.rds4j.frame;

import org.agrona.concurrent.NanoClock;

/**
 * When the message that is being handed on arrived: the first octet of its header, its first octet of payload, and all of it.
 * Taken while a socket of the engine wants to know; else it costs the look at a flag. Engine thread only.
 */
public final class ArrivalTimes {
    private final NanoClock clock;
    private int watchers;
    private long headerNs;
    private long startNs;
    private long endNs;

    /**
     * Times that nobody wants to know yet.
     *
     * @param clock of the engine and of the applications.
     */
    public ArrivalTimes(final NanoClock clock) {
        this.clock = clock;
    }

    /**
     * Someone wants to know, or no more.
     *
     * @param isWatching whether they do.
     */
    public void watch(final boolean isWatching) {
        watchers += isWatching ? 1 : -1;
    }

    /**
     * Whether anyone wants to know.
     *
     * @return false when times need not be taken.
     */
    public boolean isOn() {
        return watchers > 0;
    }

    long now() {
        return clock.nanoTime();
    }

    /**
     * The times of the message that is being handed on.
     *
     * @param header when the first octet of its header was seen; 0 for when all of it was.
     * @param start  when the header was whole; 0 for when all of it was.
     * @param end    when all of it was seen.
     */
    public void set(final long header, final long start, final long end) {
        headerNs = header == 0 ? end : header;
        startNs = start == 0 ? end : start;
        endNs = end;
    }

    /** The message came from this host, all of it now. */
    public void setNow() {
        set(0, 0, now());
    }

    /**
     * When the first octet of the header was seen.
     *
     * @return by the clock.
     */
    public long headerNs() {
        return headerNs;
    }

    /**
     * When the header was whole.
     *
     * @return by the clock.
     */
    public long startNs() {
        return startNs;
    }

    /**
     * When the message was whole.
     *
     * @return by the clock.
     */
    public long endNs() {
        return endNs;
    }
}
