package org.rds4j.congestion;

import org.rds4j.RdsContext;
import org.rds4j.status.RdsCounter;
import org.rds4j.status.RdsCounters;

/** Everything an engine knows about congestion. Engine thread only, but for {@link #maps()}. */
public final class Congestion {
    private static final int MAX_HOSTS = 131_071;

    private final RdsCounters counters;
    private final long intervalNs;
    private final CongestionMaps maps;
    private final LocalCongestion local;
    private final MapMessages messages;

    /**
     * Nothing is congested.
     *
     * @param context    concluded.
     * @param generation of this host, which its maps are numbered in.
     * @param counters   of the engine.
     */
    public Congestion(final RdsContext context, final int generation, final RdsCounters counters) {
        this.counters = counters;
        this.intervalNs = context.congestionMapIntervalNs();
        this.maps = CongestionMaps.inMemory(Math.min(MAX_HOSTS, context.maxPeers()) + 1);
        this.local = new LocalCongestion(maps, context.localAddress().high(), context.localAddress().low());
        this.messages = new MapMessages(local, generation, counters);
    }

    /**
     * What hosts said; for any thread that sends.
     *
     * @return always the same.
     */
    public CongestionMaps maps() {
        return maps;
    }

    /**
     * This host's own ports.
     *
     * @return always the same.
     */
    public LocalCongestion local() {
        return local;
    }

    /**
     * Tells a peer of this host's ports.
     *
     * @return for one peer.
     */
    public MapSender newSender() {
        return new MapSender(messages, intervalNs);
    }

    /** A map has come from a peer that was older than one which came before: ignored. */
    public void onOldMap() {
        counters.increment(RdsCounter.CONG_UPDATE_RECEIVED);
        counters.increment(RdsCounter.CONG_DROP_OLD);
    }

    /**
     * A map has come from a peer. One of another length is ignored, as Linux does.
     *
     * @param high    bits 127..64 of the peer's address.
     * @param low     bits 63..0 of the peer's address.
     * @param payload address of the map; borrowed for the call.
     * @param length  octets of payload.
     */
    public void onMap(final long high, final long low, final long payload, final int length) {
        counters.increment(RdsCounter.CONG_UPDATE_RECEIVED);
        final int host = length == CongestionMaps.MAP_LENGTH ? maps.add(high, low) : CongestionMaps.FULL;
        if (host == CongestionMaps.FULL) {
            counters.increment(RdsCounter.CONG_DROP);
        } else {
            maps.replace(host, payload);
        }
    }
}
