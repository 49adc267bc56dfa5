package org.rds4j.sim.link;

import org.agrona.concurrent.NanoClock;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkStatistics;

/** One end of a simulated link. */
final class SimPort implements LinkPort {
    private static final int MAX_BURST = 64;

    private final Side side;
    private final LinkCapabilities capabilities;
    private final long macAddress;
    private final NanoClock clock;
    private final FramePool pool;
    private final Wire outgoing;
    private final Wire incoming;
    private boolean open = true;
    private long receivedFrames;
    private long receivedBytes;
    private long transmittedFrames;
    private long transmittedBytes;
    private long noFrames;

    SimPort(final Side side, final int mtu, final long macAddress, final NanoClock clock, final FramePool pool,
        final Wire outgoing, final Wire incoming) {
        this.side = side;
        this.capabilities = LinkCapabilities.plain(mtu, MAX_BURST);
        this.macAddress = macAddress;
        this.clock = clock;
        this.pool = pool;
        this.outgoing = outgoing;
        this.incoming = incoming;
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public long macAddress() {
        return macAddress;
    }

    /** A cut is somewhere along the way: the port does not see it. */
    @Override
    public boolean isUp() {
        return open;
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        frames.clear();
        incoming.deliverDue(clock.nanoTime());
        while (frames.room() > 0 && incoming.waiting() > 0) {
            final int frame = incoming.takeReceived();
            final int length = pool.length(frame);
            pool.fromWireToCaller(frame, side);
            frames.add(frame, pool.addressOf(frame), length, 0, pool.frameCapacity());
            receivedFrames++;
            receivedBytes += length;
        }
        return frames.count();
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        final long nowNs = clock.nanoTime();
        final int count = open ? frames.count() : 0;
        int accepted = 0;
        while (accepted < count && outgoing.hasRoom(frames.length(accepted), nowNs)) {
            transmit(frames.handle(accepted), frames.length(accepted), nowNs);
            accepted++;
        }
        frames.discardFirst(accepted);
        return accepted;
    }

    private void transmit(final long handle, final int length, final long nowNs) {
        if (pool.fromCallerToWire(handle)) {
            transmittedFrames++;
            transmittedBytes += length;
            outgoing.send((int) handle, length, nowNs);
        }
    }

    @Override
    public int allocate(final FrameBurst frames, final int count) {
        int added = 0;
        while (added < count && frames.room() > 0) {
            final int frame = open ? pool.takeForCaller(side) : FramePool.NONE;
            if (frame == FramePool.NONE) {
                noFrames++;
                break;
            }
            frames.add(frame, pool.addressOf(frame), 0, 0, pool.frameCapacity());
            added++;
        }
        return added;
    }

    @Override
    public void release(final FrameBurst frames) {
        for (int i = 0; i < frames.count(); i++) {
            pool.fromCallerHome(frames.handle(i));
        }
        frames.clear();
    }

    @Override
    public void statistics(final LinkStatistics statistics) {
        statistics.receivedFrames = receivedFrames;
        statistics.receivedBytes = receivedBytes;
        statistics.transmittedFrames = transmittedFrames;
        statistics.transmittedBytes = transmittedBytes;
        statistics.missed = incoming.counters().get(WireCounter.MISSED);
        statistics.receiveErrors = 0;
        statistics.transmitErrors = outgoing.counters().get(WireCounter.OVERSIZED);
        statistics.noFrames = noFrames;
    }

    @Override
    public void close() {
        open = false;
        incoming.closeReceiver();
    }
}
