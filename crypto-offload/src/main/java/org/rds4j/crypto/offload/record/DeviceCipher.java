package org.rds4j.crypto.offload.record;

import org.rds4j.crypto.offload.OffloadCounter;
import org.rds4j.crypto.offload.OffloadCounters;
import org.rds4j.crypto.offload.queue.SendQueue;
import org.rds4j.crypto.offload.wqe.ControlSegment;
import org.rds4j.crypto.offload.wqe.SendWqe;
import org.rds4j.crypto.offload.wqe.TlsVersion;
import org.rds4j.crypto.offload.wqe.UmrWqe;

/**
 * What the device's cipher for one connection awaits next, and how it is set to something else. The device itself never
 * notices a gap: whatever is posted, it takes for the continuation.
 */
final class DeviceCipher {
    /** Static parameters, progress parameters, fence. */
    static final int PARAMETER_BLOCKS = UmrWqe.BLOCKS + 2;

    private final SendQueue queue;
    private final RecordMap map;
    private final ImageReader image;
    private final OffloadCounters counters;
    private final int mtu;
    private final DeviceContext context;
    private final int tis;
    private int expected;
    private long lastPostedNumber;
    private boolean isLost = true;

    /** Posts nothing yet: whatever is sent first, the device is set to it. */
    DeviceCipher(
        final SendQueue queue,
        final RecordMap map,
        final ImageReader image,
        final OffloadCounters counters,
        final int mtu,
        final DeviceContext context) {
        this.queue = queue;
        this.map = map;
        this.image = image;
        this.counters = counters;
        this.mtu = mtu;
        this.context = context;
        tis = context.tis();
    }

    boolean isExpected(final int sequence) {
        return sequence == expected && !isLost;
    }

    /** Whether a segment can be described by one element. */
    boolean fits(final int sequence, final int length, final int headerLength) {
        return SendWqe.headSegments(headerLength) + image.pieces(sequence, length, length) <= SendWqe.MAX_SEGMENTS;
    }

    /** Units of a segment. */
    int sendBlocks(final int sequence, final int length, final int headerLength) {
        return ControlSegment.blocks(SendWqe.headSegments(headerLength) + image.pieces(sequence, length, length));
    }

    /** Units, at most, of what goes before a segment that is not the expected one. */
    int resyncBlocks(final int slot, final int sequence) {
        return PARAMETER_BLOCKS + image.pieces(map.startOf(slot), sequence - map.startOf(slot), mtu);
    }

    /** Sets the cipher to a record and runs the octets before the sequence number through it. A segment of it must follow. */
    void resync(final int slot, final int sequence) {
        final long number = map.numberOf(slot);
        final boolean isSame = number == lastPostedNumber && !isLost;
        if (!isSame) {
            postStaticParameters(ControlSegment.FENCE, number);
        }
        queue.postProgressParameters(isSame ? ControlSegment.FENCE : 0, tis);
        queue.postFence();
        counters.increment(OffloadCounter.RESYNCS);
        if (isSame) {
            counters.increment(OffloadCounter.RESYNCS_WITHOUT_PARAMETERS);
        }
        dump(map.startOf(slot), sequence);
        expected = sequence;
        isLost = false;
    }

    /** Posts a segment that is the expected one. */
    void send(final int slot, final int sequence, final int length, final int mss, final long header, final int headerLength) {
        queue.beginSend(tis, mss, header, headerLength, image.pieces(sequence, length, length));
        for (int done = 0; done < length;) {
            final int at = sequence + done;
            final int count = image.piece(at, length - done);
            queue.data(count, image.memoryKey(at), image.address(at));
            done += count;
        }
        queue.endSend();
        expected = sequence + length;
        markRead(slot, sequence + length);
    }

    private void dump(final int from, final int to) {
        for (int at = from; at != to;) {
            final int count = image.piece(at, Math.min(mtu, to - at));
            queue.postDump(tis, count, image.memoryKey(at), image.address(at));
            counters.increment(OffloadCounter.DUMP_PACKETS);
            counters.add(OffloadCounter.DUMP_BYTES, count);
            at += count;
        }
    }

    private void markRead(final int firstSlot, final int end) {
        int slot = firstSlot;
        map.onRead(slot, queue.produced());
        while (map.endOf(slot) - end < 0) {
            slot = map.next(slot);
            map.onRead(slot, queue.produced());
        }
    }

    private void postStaticParameters(final int flags, final long number) {
        final KeyEpoch epoch = context.epoch();
        queue.postStaticParameters(flags, tis, TlsVersion.TLS_1_3, number, epoch.salt(), epoch.ivTail(), context.key());
        lastPostedNumber = number;
    }
}
