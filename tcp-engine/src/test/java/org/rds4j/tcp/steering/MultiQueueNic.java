package org.rds4j.tcp.steering;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import org.agrona.UnsafeApi;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkCapabilities;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.LinkStatistics;
import org.rds4j.tcp.support.Octets;

/** A device with several queues over one pool, which delivers each frame of a wire to the queue that it is told. */
final class MultiQueueNic {
    private static final int FRAMES = 4096;
    private static final int CAPACITY = 1536;

    final LinkPort[] queues;
    byte[] lastSent;
    private final ToIntFunction<byte[]> placement;
    private final LinkPort wire;
    private final Octets memory = new Octets(FRAMES * CAPACITY);
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final FrameBurst burst = new FrameBurst(64);
    private final FrameBurst one = new FrameBurst(1);

    MultiQueueNic(final LinkPort wire, final int queueCount, final ToIntFunction<byte[]> placement) {
        this.wire = wire;
        this.placement = placement;
        this.queues = new LinkPort[queueCount];
        Arrays.setAll(queues, i -> new Queue());
        for (int i = 0; i < FRAMES; i++) {
            free.add(i);
        }
    }

    /** Moves what has arrived into the queues. */
    void poll() {
        wire.receiveBurst(burst);
        for (int i = 0; i < burst.count(); i++) {
            final byte[] frame = octets(burst, i);
            deliver(placement.applyAsInt(frame), frame);
        }
        wire.release(burst);
    }

    void deliver(final int queue, final byte[] frame) {
        final int slot = free.remove();
        for (int k = 0; k < frame.length; k++) {
            UnsafeApi.putByte(address(slot) + k, frame[k]);
        }
        ((Queue) queues[queue]).arrived.add(new int[] {slot, frame.length});
    }

    private static byte[] octets(final FrameBurst frames, final int index) {
        final byte[] octets = new byte[frames.length(index)];
        for (int k = 0; k < octets.length; k++) {
            octets[k] = UnsafeApi.getByte(frames.address(index) + k);
        }
        return octets;
    }

    boolean isPoolFull() {
        return free.size() == FRAMES;
    }

    private long address(final int slot) {
        return memory.address() + (long) slot * CAPACITY;
    }

    private final class Queue implements LinkPort {
        private final ArrayDeque<int[]> arrived = new ArrayDeque<>();

        @Override
        public LinkCapabilities capabilities() {
            return LinkCapabilities.plain(1500, 64);
        }

        @Override
        public long macAddress() {
            return wire.macAddress();
        }

        @Override
        public boolean isUp() {
            return true;
        }

        @Override
        public int receiveBurst(final FrameBurst frames) {
            frames.clear();
            while (frames.room() > 0 && !arrived.isEmpty()) {
                final int[] frame = arrived.remove();
                frames.add(frame[0], address(frame[0]), frame[1], 0, CAPACITY);
            }
            return frames.count();
        }

        @Override
        public int transmitBurst(final FrameBurst frames) {
            final int count = frames.count();
            for (int i = 0; i < count; i++) {
                one.clear();
                lastSent = octets(frames, i);
                if (wire.allocate(one, 1) == 1) {
                    UnsafeApi.copyMemory(frames.address(i), one.address(0), frames.length(i));
                    one.length(0, frames.length(i));
                    wire.transmitBurst(one);
                    wire.release(one);
                }
            }
            release(frames);
            return count;
        }

        @Override
        public int allocate(final FrameBurst frames, final int count) {
            int given = 0;
            while (given < count && frames.room() > 0 && !free.isEmpty()) {
                final int slot = free.remove();
                frames.add(slot, address(slot), 0, 0, CAPACITY);
                given++;
            }
            return given;
        }

        @Override
        public void release(final FrameBurst frames) {
            for (int i = 0; i < frames.count(); i++) {
                free.add((int) frames.handle(i));
            }
            frames.clear();
        }

        @Override
        public void statistics(final LinkStatistics statistics) {
            statistics.missed = 0;
        }

        @Override
        public void close() {
            arrived.forEach(frame -> free.add(frame[0]));
            arrived.clear();
        }
    }
}
