package org.rds4j.dpdk;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.dpdk.internal.Native;

/**
 * Empty frames of one mempool in reach of one thread: a stack of handles that goes to the pool only for half a stack at a time.
 * Not thread safe. DPDK's own per-lcore cache would do the same, but serves only threads registered with the EAL.
 */
final class FrameCache {
    private static final int MAX_CAPACITY = 512;
    private static final int SHARE_OF_POOL = 16;

    private final ByteBuffer memory;
    private final long handles;
    private final long pool;
    private final int capacity;
    private final int half;
    private int size;

    /** At most a sixteenth of the pool, so that several ports cannot starve one another by what they hoard. */
    FrameCache(final DpdkMempool mempool) {
        this.half = Math.clamp(mempool.frames() / SHARE_OF_POOL / 2, 1, MAX_CAPACITY / 2);
        this.capacity = 2 * half;
        this.memory = ByteBuffer.allocateDirect(capacity * Long.BYTES);
        this.handles = BufferUtil.address(memory);
        this.pool = mempool.address();
    }

    /** Takes a frame; 0 when cache and pool are empty. */
    long take() {
        if (size == 0) {
            size = Native.takeFrames(pool, handles, half);
            if (size == 0) {
                return 0;
            }
        }
        size--;
        return UnsafeApi.getLong(handles + (long) size * Long.BYTES);
    }

    /** Gives a frame back; ownership passes. */
    void give(final long handle) {
        if (!MbufLayout.isPlain(handle, pool)) {
            Native.freeFrame(handle);
            return;
        }
        if (size == capacity) {
            size = half;
            Native.giveFrames(pool, handles + (long) half * Long.BYTES, half);
        }
        UnsafeApi.putLong(handles + (long) size * Long.BYTES, handle);
        size++;
    }

    /** Gives all cached frames back to the pool. */
    void drain() {
        Native.giveFrames(pool, handles, size);
        size = 0;
    }
}
