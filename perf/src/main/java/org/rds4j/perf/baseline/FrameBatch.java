package org.rds4j.perf.baseline;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.rds4j.perf.load.MessagePattern;

/** Outgoing messages, framed for {@link FrameReader}, side by side in one buffer: one write sends many. Not thread safe. */
final class FrameBatch {
    private final int size;
    private final int count;
    private final ByteBuffer buffer;
    private final UnsafeBuffer view;
    private long nextIndex;

    /**
     * A batch.
     *
     * @param size  octets of each message.
     * @param count messages in the batch.
     */
    FrameBatch(final int size, final int count) {
        this.size = size;
        this.count = count;
        this.buffer = ByteBuffer.allocateDirect(count * stride()).order(ByteOrder.nativeOrder());
        this.view = new UnsafeBuffer(buffer);
        for (int at = 0; at < buffer.capacity(); at += stride()) {
            view.putInt(at, size);
            MessagePattern.fill(view, at + FrameReader.PREFIX, size);
        }
        buffer.position(buffer.limit());
    }

    /** Makes the messages those of the next indexes, all of them to be written. */
    void renew() {
        for (int at = 0; at < buffer.capacity(); at += stride()) {
            MessagePattern.stamp(view, at + FrameReader.PREFIX, size, nextIndex++);
        }
        buffer.clear();
    }

    /** What is still to be written, between position and limit. */
    ByteBuffer remaining() {
        return buffer;
    }

    /** Messages in the batch. */
    int count() {
        return count;
    }

    private int stride() {
        return FrameReader.PREFIX + size;
    }
}
