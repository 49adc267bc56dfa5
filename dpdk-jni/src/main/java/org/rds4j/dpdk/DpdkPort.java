package org.rds4j.dpdk;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.rds4j.dpdk.internal.Native;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkStatistics;
import org.rds4j.tcp.link.SmallQueue;

/**
 * One queue pair of a {@link DpdkDevice}. A burst is one JNI crossing whatever its size, frames are seen in place, and allocating
 * and releasing mostly do not cross at all. Not thread safe; after {@link #close()} every method does nothing.
 * <p>
 * A frame that can never be sent (longer than the MTU allows, headers missing for the checksum it asks for, an offload the device
 * lacks) is accepted, dropped and counted, because left to the caller it would stand before all others for ever.
 */
public final class DpdkPort implements LinkPort {
    private static final int QUEUE_LENGTH = 64;
    private static final int ETHERNET_OVERHEAD = 14 + 4;

    private final DpdkDevice device;
    private final int index;
    private final FrameCache cache;
    private final DpdkPortCounters counters;
    private final ByteBuffer queueMemory = ByteBuffer.allocateDirect(QUEUE_LENGTH);
    private final long queue = BufferUtil.address(queueMemory);
    private final int frameCapacity;
    private LinkCapabilities capabilities;
    /** Null when the ring alone bounds what the device holds. */
    private SmallQueue smallQueue;
    private boolean isHeld;
    private boolean open = true;

    DpdkPort(final DpdkDevice device, final int index, final DpdkMempool mempool, final DpdkPortCounters counters) {
        this.device = device;
        this.index = index;
        this.cache = new FrameCache(mempool);
        this.frameCapacity = mempool.frameCapacity();
        this.counters = counters;
    }

    /** Takes over what the device can do, at opening and when its MTU changes. */
    void capabilities(final LinkCapabilities newCapabilities) {
        capabilities = newCapabilities;
        Native.initQueue(queue, device.portId(), index, newCapabilities.mtu() + ETHERNET_OVERHEAD,
            newCapabilities.transmitChecksum(), newCapabilities.segmentation() > 0, newCapabilities.vlanInsert(),
            counters.address());
        smallQueue = SentDescriptors.limit(this);
    }

    /**
     * The device this is a queue of.
     *
     * @return the device.
     */
    public DpdkDevice device() {
        return device;
    }

    /**
     * The counters of this queue.
     *
     * @return live counters, readable from any thread.
     */
    public DpdkPortCounters counters() {
        return counters;
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public long macAddress() {
        return device.macAddress();
    }

    @Override
    public boolean isUp() {
        return open && device.isUp();
    }

    @Override
    public int receiveBurst(final FrameBurst frames) {
        final int received = open ? Native.receiveBurst(queue, frames.descriptorsAddress(), frames.capacity()) : 0;
        frames.count(received);
        return received;
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        final int count = frames.count();
        if (count == 0 || !open) {
            return 0;
        }
        final int accepted = Native.transmitBurst(queue, frames.descriptorsAddress(), count);
        frames.discardFirst(accepted);
        return accepted;
    }

    @Override
    public int transmitRoom() {
        if (smallQueue == null || !open) {
            return Integer.MAX_VALUE;
        }
        final int room = smallQueue.room();
        if (room == 0 && !isHeld) {
            counters.increment(DpdkPortCounter.TRANSMIT_HELD);
        }
        isHeld = room == 0;
        return room;
    }

    /** What the driver says of a transmit descriptor; the port must be open. */
    int transmitStatus(final int offset) {
        return Native.transmitStatus(queue, offset);
    }

    @Override
    public int allocate(final FrameBurst frames, final int count) {
        final int wanted = open ? Math.min(count, frames.room()) : 0;
        for (int i = 0; i < wanted; i++) {
            final long handle = cache.take();
            if (handle == 0) {
                counters.increment(DpdkPortCounter.NO_FRAMES);
                return i;
            }
            frames.add(handle, MbufLayout.frameAddress(handle), 0, 0, frameCapacity);
        }
        return wanted;
    }

    /** {@inheritDoc} After {@link #close()} frames still go back to the pool, each by itself. */
    @Override
    public void release(final FrameBurst frames) {
        final int count = frames.count();
        for (int i = 0; i < count; i++) {
            cache.give(frames.handle(i));
        }
        frames.clear();
        if (!open) {
            cache.drain();
        }
    }

    /**
     * {@inheritDoc} Frames, octets and this module's drops are those of the queue; what only the device counts (missed, errors,
     * pool found empty) stands with queue 0, so that a sum over queues is right.
     */
    @Override
    public void statistics(final LinkStatistics statistics) {
        statistics.receivedFrames = counters.get(DpdkPortCounter.RECEIVED_FRAMES);
        statistics.receivedBytes = counters.get(DpdkPortCounter.RECEIVED_BYTES);
        statistics.transmittedFrames = counters.get(DpdkPortCounter.TRANSMITTED_FRAMES);
        statistics.transmittedBytes = counters.get(DpdkPortCounter.TRANSMITTED_BYTES);
        statistics.receiveErrors = counters.get(DpdkPortCounter.RECEIVE_SEGMENTED);
        statistics.transmitErrors =
            counters.get(DpdkPortCounter.TRANSMIT_OVERSIZED) + counters.get(DpdkPortCounter.TRANSMIT_MALFORMED);
        statistics.noFrames = counters.get(DpdkPortCounter.NO_FRAMES);
        statistics.missed = 0;
        if (index == 0) {
            addDeviceTotals(statistics);
        }
    }

    private void addDeviceTotals(final LinkStatistics statistics) {
        final DeviceTotals totals = device.totals();
        statistics.missed = totals.missed();
        statistics.receiveErrors += totals.receiveErrors();
        statistics.transmitErrors += totals.transmitErrors();
        statistics.noFrames += totals.noFrames();
    }

    /** Gives the cached frames back; the last queue to close closes the device. Idempotent. */
    @Override
    public void close() {
        if (open) {
            open = false;
            cache.drain();
            device.onPortClosed();
        }
    }
}
