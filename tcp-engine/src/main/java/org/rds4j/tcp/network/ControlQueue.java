package org.rds4j.tcp.network;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameSink;

/**
 * The layer's own frames, ARP, ND and ICMP, between the moment they are called for and the moment the link takes them: a bounded
 * ring of slots, each as long as the longest frame. A frame that finds the ring full is dropped and counted.
 */
final class ControlQueue implements FrameSink {
    private final NetworkCounters counters;
    private final ByteBuffer memory;
    private final long baseAddress;
    private final int slotLength;
    private final int[] lengths;
    private final int[] flags;
    private final int mask;
    private int head;
    private int tail;
    private long queuedNs;

    ControlQueue(final int slots, final int frameLength, final NetworkCounters counters) {
        this.counters = counters;
        this.slotLength = BitUtil.align(frameLength, BitUtil.CACHE_LINE_LENGTH);
        this.memory = ByteBuffer.allocateDirect(slots * slotLength);
        this.baseAddress = BufferUtil.address(memory);
        this.lengths = new int[slots];
        this.flags = new int[slots];
        this.mask = slots - 1;
    }

    /** Notes the time of the frames that are queued next. */
    ControlQueue at(final long nowNs) {
        queuedNs = nowNs;
        return this;
    }

    /** When there is something to drain: the time of the last frame, which is past; otherwise never. */
    long nextDeadlineNs() {
        return isEmpty() ? Long.MAX_VALUE : queuedNs;
    }

    private boolean isEmpty() {
        return head == tail;
    }

    @Override
    public long claim(final int length) {
        if (length > slotLength) {
            return 0;
        }
        if (tail - head > mask) {
            counters.increment(NetworkCounter.CONTROL_QUEUE_FULL);
            return 0;
        }
        return slot(tail);
    }

    @Override
    public void commit(final int length, final int linkFlags) {
        lengths[tail & mask] = length;
        flags[tail & mask] = linkFlags;
        tail++;
    }

    @Override
    public void abort() {
        // The slot is taken only by the commit.
    }

    /** Copies frames to the sink until it has no more room or none is left; returns how many. */
    int drainTo(final FrameSink sink) {
        int drained = 0;
        while (head != tail) {
            final int length = lengths[head & mask];
            final long address = sink.claim(length);
            if (address == 0) {
                break;
            }
            UnsafeApi.copyMemory(slot(head), address, length);
            sink.commit(length, flags[head & mask]);
            counters.increment(NetworkCounter.CONTROL_FRAMES_SENT);
            head++;
            drained++;
        }
        return drained;
    }

    private long slot(final int index) {
        return baseAddress + (long) (index & mask) * slotLength;
    }
}
