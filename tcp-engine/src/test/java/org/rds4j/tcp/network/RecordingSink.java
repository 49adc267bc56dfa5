package org.rds4j.tcp.network;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameSink;

/** A sink that keeps what was committed, up to a limit that a test may set. */
final class RecordingSink implements FrameSink {
    int room = Integer.MAX_VALUE;
    int lastFlags;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(70_000);
    private final long address = BufferUtil.address(memory);
    private final ArrayDeque<byte[]> frames = new ArrayDeque<>();

    @Override
    public long claim(final int length) {
        UnsafeApi.setMemory(address, 70_000, (byte) 0xee);
        return room > 0 && length <= 70_000 ? address : 0;
    }

    @Override
    public void commit(final int length, final int flags) {
        final byte[] frame = new byte[length];
        memory.get(0, frame);
        frames.add(frame);
        lastFlags = flags;
        room--;
    }

    @Override
    public void abort() {
        // Nothing is kept before the commit.
    }

    int count() {
        return frames.size();
    }

    /** The oldest frame, or null. */
    byte[] next() {
        return frames.poll();
    }
}
