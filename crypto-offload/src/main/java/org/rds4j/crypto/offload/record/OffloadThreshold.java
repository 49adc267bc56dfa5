package org.rds4j.crypto.offload.record;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.NanoClock;
import org.rds4j.crypto.offload.queue.QueueMemory;
import org.rds4j.crypto.offload.queue.RingEnd;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.Completion;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.provider.AeadProvider;
import org.rds4j.crypto.record.KeyLimits;
import org.rds4j.crypto.record.RecordHeaderFlyweight;
import org.rds4j.crypto.record.RecordSealer;
import org.rds4j.crypto.record.TrafficKeys;

/**
 * From what size on a record is cheaper for this machine's processor when a device encrypts it: then it is copied, hashed, and
 * as a rule preceded by the elements that set the device to it, since smaller ones went before; otherwise it is sealed. What
 * the device itself takes is not known here.
 */
public final class OffloadThreshold {
    private static final int SMALLEST = 256;
    private static final int WARM_UP = 2_000;
    private static final int ROUNDS = 200;
    private static final int TIMES = 5;
    private static final int BLOCKS = 1 << 15;

    private final NanoClock clock;
    private final RecordSealer sealer;
    private final ByteBuffer content = ByteBuffer.allocateDirect(RecordHeaderFlyweight.MAX_CONTENT_LENGTH);
    private final ByteBuffer record = ByteBuffer.allocateDirect(RecordImage.length(RecordHeaderFlyweight.MAX_CONTENT_LENGTH));
    private final ByteBuffer memory = BufferUtil.allocateDirectAligned(
        BLOCKS * (ControlSegment.BLOCK_LENGTH + Completion.LENGTH) + 3 * Long.BYTES, BitUtil.CACHE_LINE_LENGTH);
    private SendQueue queue = emptyQueue();
    private long digest;

    private OffloadThreshold(final AeadProvider provider, final NanoClock clock) {
        this.clock = clock;
        sealer = new RecordSealer(provider, TrafficKeys.derive(new byte[32], 16), KeyLimits.DEFAULT);
    }

    /**
     * Measures for some milliseconds.
     *
     * @param provider what software would seal with.
     * @param clock    to measure by.
     * @return octets of content, 256 to 16384: the least from which on the device is worth its elements, or the most there is.
     */
    public static int measure(final AeadProvider provider, final NanoClock clock) {
        final OffloadThreshold threshold = new OffloadThreshold(provider, clock);
        try {
            return threshold.find();
        } finally {
            threshold.sealer.close();
        }
    }

    private int find() {
        for (int i = 0; i < WARM_UP; i++) {
            seal(SMALLEST);
            hand(SMALLEST);
        }
        int length = SMALLEST;
        while (length < RecordHeaderFlyweight.MAX_CONTENT_LENGTH && best(length, false) <= best(length, true)) {
            length *= 2;
        }
        return length;
    }

    private long best(final int length, final boolean isByDevice) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TIMES; i++) {
            final long beginNs = clock.nanoTime();
            for (int round = 0; round < ROUNDS; round++) {
                if (isByDevice) {
                    hand(length);
                } else {
                    seal(length);
                }
            }
            best = Math.min(best, clock.nanoTime() - beginNs);
        }
        return best;
    }

    private void seal(final int length) {
        sealer.seal(BufferUtil.address(content), length, BufferUtil.address(record));
    }

    private void hand(final int length) {
        sealer.frame(BufferUtil.address(content), length, BufferUtil.address(record));
        digest += ImageDigest.of(BufferUtil.address(record), RecordImage.length(length));
        if (!queue.hasRoom(2 * DeviceCipher.PARAMETER_BLOCKS, DeviceCipher.PARAMETER_BLOCKS)) {
            queue = emptyQueue();
        }
        queue.postStaticParameters(ControlSegment.FENCE, 1, TlsVersion.TLS_1_3, digest, 1, 1, 1);
        queue.postProgressParameters(0, 1);
        queue.postFence();
    }

    /** Nobody reads this one. */
    private SendQueue emptyQueue() {
        final long ring = BufferUtil.address(memory);
        final long completions = ring + BLOCKS * (long) ControlSegment.BLOCK_LENGTH;
        final long counters = completions + BLOCKS * (long) Completion.LENGTH;
        return new SendQueue(new QueueMemory(
            1, ring, BLOCKS, counters, counters + Long.BYTES, completions, BLOCKS, counters + 2 * Long.BYTES), RingEnd.PAD);
    }
}
