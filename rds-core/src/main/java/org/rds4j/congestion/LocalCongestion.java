package org.rds4j.congestion;

/**
 * Which ports of this host are congested, and since when it was last told to whom. Engine thread only.
 * <p>
 * Nobody is told here: each peer's {@link MapSender} compares {@link #changes()} with what it sent last, so that any number of
 * changes meanwhile go out as one map.
 */
public final class LocalCongestion {
    private final CongestionMaps maps;
    private final int host;
    private long changes;
    private boolean isMemoryShort;

    /**
     * No port is congested.
     *
     * @param maps of all hosts; this host is added.
     * @param high bits 127..64 of this host's address.
     * @param low  bits 63..0 of this host's address.
     */
    public LocalCongestion(final CongestionMaps maps, final long high, final long low) {
        this.maps = maps;
        this.host = maps.add(high, low);
    }

    /**
     * A port has become congested.
     *
     * @param port not marked yet.
     */
    public void set(final int port) {
        maps.set(host, port);
        changes++;
    }

    /**
     * A port is not congested any more.
     *
     * @param port that was marked.
     */
    public void clear(final int port) {
        maps.clear(host, port);
        changes++;
    }

    /**
     * Memory for what congested ports are sent nevertheless has become short, or is short no more.
     *
     * @param isShort whether peers shall keep what they have.
     */
    public void memoryShort(final boolean isShort) {
        if (isShort != isMemoryShort) {
            isMemoryShort = isShort;
            changes++;
        }
    }

    /** Whether peers shall keep what they have for congested ports. */
    boolean isMemoryShort() {
        return isMemoryShort;
    }

    /**
     * How often there was something new to tell.
     *
     * @return 0 at first.
     */
    public long changes() {
        return changes;
    }

    void copyTo(final long target) {
        maps.copyTo(host, target);
    }
}
