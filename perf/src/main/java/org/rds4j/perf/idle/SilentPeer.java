package org.rds4j.perf.idle;

import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.carrier.ByteCarrier;
import org.rds4j.carrier.CarrierHandler;
import org.rds4j.carrier.CarrierWatcher;
import org.rds4j.congestion.CongestionMaps;
import org.rds4j.frame.ExtensionHeaderFlyweight;
import org.rds4j.frame.RdsHeaderFlyweight;

/**
 * A carrier whose other end is a host of this kind with one path: it answers the probe that opens the carrier, tells an empty
 * congestion map, acknowledges everything, and says nothing of its own accord. Engine thread only.
 */
final class SilentPeer implements ByteCarrier {
    /** Octets that one says in its life. */
    static final int SAYS_LENGTH = 2 * RdsHeaderFlyweight.LENGTH + CongestionMaps.MAP_LENGTH;

    private static final int GENERATION = 7;

    private final UnsafeBuffer says;
    private CarrierWatcher watcher;
    private long offered;
    private int said = SAYS_LENGTH;

    /**
     * A peer that has heard nothing.
     *
     * @param says memory of {@link #SAYS_LENGTH} octets, all 0, outside the heap; shared with those asked at other times.
     */
    SilentPeer(final UnsafeBuffer says) {
        this.says = says;
    }

    @Override
    public long offer(final long address, final int length) {
        if (offered == 0) {
            answer();
        }
        offered += length;
        watcher.onCarrierEvent();
        return offered;
    }

    private void answer() {
        final ExtensionHeaderFlyweight extensions =
            new ExtensionHeaderFlyweight().clear().pathCount(1).generation(GENERATION).sourcePortIndex();
        final RdsHeaderFlyweight header = new RdsHeaderFlyweight();
        header.wrap(says.addressOffset())
            .write(1, 0, RdsHeaderFlyweight.PING_PORT, RdsHeaderFlyweight.PROBE_PORT, 0)
            .extensions(extensions.high(), extensions.low());
        header.wrap(says.addressOffset() + RdsHeaderFlyweight.LENGTH)
            .write(0, CongestionMaps.MAP_LENGTH, 0, 0, RdsHeaderFlyweight.FLAG_CONG_BITMAP);
        said = 0;
    }

    @Override
    public int receive(final CarrierHandler handler) {
        if (said == SAYS_LENGTH) {
            return 0;
        }
        final int taken = handler.onBytes(says.addressOffset() + said, SAYS_LENGTH - said);
        said += taken;
        return taken;
    }

    @Override
    public int maxChunkLength() {
        return 16 << 10;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public long acknowledgedPosition() {
        return offered;
    }

    @Override
    public void watcher(final CarrierWatcher named) {
        watcher = named;
    }

    @Override
    public CarrierWatcher watcher() {
        return watcher;
    }

    @Override
    public void close() {
        // Nothing is left of it but this object.
    }

    @Override
    public void abort() {
        // As close.
    }

    @Override
    public void discard() {
        // As close.
    }

    @Override
    public boolean isDrained() {
        return said == SAYS_LENGTH;
    }
}
