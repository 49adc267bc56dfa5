package org.rds4j.tcp.support;

import java.util.Arrays;
import org.rds4j.tcp.link.ForwardingPort;
import org.rds4j.tcp.link.FrameBurst;
import org.rds4j.tcp.link.LinkPort;
import org.rds4j.tcp.link.SmallQueue;

/**
 * A device with a ring before a line: a descriptor for each frame, one more before what it shall cut, and a report in the last of
 * each packet, as Intel's have. It goes by the limit, and keeps how long frames stayed and the line had none.
 */
public final class LinePort extends ForwardingPort implements SmallQueue.Ring {
    private static final int CONTEXT = 1;
    private static final int FRAME_OVERHEAD = 24;

    public boolean reports = true;
    public int speed;
    public long nowNs;
    public long longestNs;
    public long idleNs;
    public int most;
    public int held;
    public int sent;
    private final int descriptors;
    private final boolean[] done;
    private final SmallQueue limit;
    private final FrameBurst waiting;
    private final FrameBurst leaving;
    private final long[] filledNs;
    private long filled;
    private long freed;
    private long freeAtNs;

    public LinePort(final LinkPort port, final int descriptors, final int queues, final int speed) {
        super(port);
        this.descriptors = descriptors;
        this.speed = speed;
        this.done = new boolean[descriptors];
        this.filledNs = new long[descriptors];
        this.waiting = new FrameBurst(descriptors);
        this.leaving = new FrameBurst(descriptors);
        Arrays.fill(done, true);
        final int packet = Math.max(1, port.capabilities().segmentation()) + CONTEXT;
        this.limit = new SmallQueue(this, descriptors, queues, port.capabilities().mtu(), 1 + CONTEXT, packet);
    }

    @Override
    public boolean isSent(final int placesAgo) {
        return done[(int) Math.floorMod(filled - placesAgo, (long) descriptors)];
    }

    @Override
    public int linkSpeed() {
        return speed;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    @Override
    public int transmitRoom() {
        final int room = limit.room();
        held += room == 0 ? 1 : 0;
        return room;
    }

    public int limit() {
        return limit.limit();
    }

    public int inUse() {
        return (int) (filled - freed);
    }

    @Override
    public int transmitBurst(final FrameBurst frames) {
        int accepted = 0;
        while (accepted < frames.count()) {
            final int span = span(frames, accepted);
            final int context = context(frames, accepted);
            if (inUse() + context + span > descriptors) {
                break;
            }
            for (int i = 0; i < span; i++) {
                frames.copyTo(accepted + i, waiting);
            }
            fill(context + span);
            accepted += span;
        }
        frames.discardFirst(accepted);
        most = Math.max(most, inUse());
        return accepted;
    }

    private void fill(final int places) {
        for (int i = 0; i < places; i++) {
            final int place = (int) (filled++ % descriptors);
            done[place] = false;
            filledNs[place] = nowNs;
        }
    }

    private static int span(final FrameBurst frames, final int first) {
        int last = first;
        while ((frames.flags(last) & FrameBurst.FLAG_CONTINUES) != 0) {
            last++;
        }
        return last - first + 1;
    }

    private static int context(final FrameBurst frames, final int index) {
        return (frames.flags(index) & FrameBurst.FLAG_SEGMENT) != 0 ? CONTEXT : 0;
    }

    /** The line sends until then. */
    public void runUntil(final long untilNs) {
        while (waiting.count() > 0 && sendOne(untilNs)) {
            sent++;
        }
        nowNs = untilNs;
    }

    private boolean sendOne(final long untilNs) {
        final int span = span(waiting, 0);
        final int places = context(waiting, 0) + span;
        final long startNs = Math.max(freeAtNs, filledNs[(int) (freed % descriptors)]);
        long octets = 0;
        for (int i = 0; i < span; i++) {
            octets += waiting.length(i) + FRAME_OVERHEAD;
        }
        final long endNs = startNs + octets * 8_000 / speed;
        if (endNs > untilNs) {
            return false;
        }
        idleNs += freeAtNs > 0 ? startNs - freeAtNs : 0;
        freeAtNs = endNs;
        longestNs = Math.max(longestNs, endNs - filledNs[(int) (freed % descriptors)]);
        freed += places;
        done[(int) ((freed - 1) % descriptors)] = reports;
        leave(span);
        return true;
    }

    private void leave(final int span) {
        for (int i = 0; i < span; i++) {
            waiting.copyTo(i, leaving);
        }
        waiting.discardFirst(span);
        super.transmitBurst(leaving);
        release(leaving);
    }
}
