package org.rds4j.socket;

import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;

/**
 * Datagrams in a submit ring that wait for room, while those behind them to others go on.
 * <pre>
 *   consumer                          scanned             producer
 *      |                                 |                    |
 *   ---+--------+------+--------+--------+--------+-----------+---
 *      | waits  | gone | waits  | gone   | not looked at yet  |
 *   ---+--------+------+--------+--------+--------+-----------+---
 * </pre>
 * A refused datagram stays where it is and names its queue, which is a destination of this socket; until the queue has room
 * again all to the same queue wait behind it, so that their order stays. What went on from among them is made padding; when
 * there is much of that, those that wait are moved up behind it, so that the ring's space is used again. Nothing is refused
 * for long that has room, and a destination without room takes no more than its own datagrams' part of the ring.
 * <p>
 * At most {@value #MAX_QUEUES} queues of a socket are told apart; a datagram to one more stops the scan. Engine thread only:
 * application threads look at nothing between consumer and producer position but what they write themselves.
 */
public final class SubmitBacklog {
    /** Takes datagrams out of a submit ring. */
    public interface Taker {
        /**
         * Names, together with the address, the queue of a datagram.
         *
         * @param index of the {@link DatagramRecord}.
         * @return the same for datagrams whose order matters.
         */
        int queueOf(int index);

        /**
         * Takes a datagram, if there is room.
         *
         * @param type  of the record.
         * @param index of the {@link DatagramRecord}.
         * @return false when it must wait.
         */
        boolean take(int type, int index);

        /**
         * Whether a datagram that had to wait would be taken now.
         *
         * @param high   bits 127..64 of its destination.
         * @param low    bits 63..0 of its destination.
         * @param queue  as of {@link #queueOf}.
         * @param level  service level.
         * @param length octets of payload that want a place; none when they are lent.
         * @return true when it is worth a try.
         */
        boolean hasRoom(long high, long low, int queue, int level, int length);
    }

    /** Hears of datagrams that were taken out of the ring to be forgotten. */
    @FunctionalInterface
    public interface CancelHandler {
        /**
         * One datagram.
         *
         * @param type  of the record.
         * @param index of the {@link DatagramRecord}.
         */
        void onCancelled(int type, int index);
    }

    /** Most queues of one socket that may wait while others go on. */
    public static final int MAX_QUEUES = 16;

    /** What became of a record; UNKNOWN when its queue cannot be told from others any more. */
    private enum Fate { GONE, TAKEN, WAITS, UNKNOWN }

    private static final int PADDING = -1;
    private static final int SMALLEST_RECORD =
        BitUtil.align(RecordDescriptor.HEADER_LENGTH + DatagramRecord.HEADER_LENGTH, RecordDescriptor.ALIGNMENT);
    /** The ring is put in order when this part of it has gone on. */
    private static final int RECLAIM_PART = 8;

    private final SubmitReader ring;
    private final AtomicBuffer buffer;
    private final int mask;
    private boolean isActive;
    private long scanned;
    /** Octets of records that wait, before the scanned position. */
    private long waiting;
    private boolean isToRescan;

    private final long[] highs = new long[MAX_QUEUES];
    private final long[] lows = new long[MAX_QUEUES];
    private final int[] queues = new int[MAX_QUEUES];
    private final int[] levels = new int[MAX_QUEUES];
    private final int[] lengths = new int[MAX_QUEUES];
    private final boolean[] isRefused = new boolean[MAX_QUEUES];
    private int count;
    private int asked;

    SubmitBacklog(final SubmitReader ring) {
        this.ring = ring;
        this.buffer = ring.buffer();
        this.mask = ring.capacity() - 1;
    }

    /**
     * Positions of records that {@link #poll} needs room for.
     *
     * @param ringLength octets of a submit ring.
     * @return most records in it.
     */
    public static int mostRecords(final int ringLength) {
        return ringLength / SMALLEST_RECORD + 1;
    }

    /**
     * Whether datagrams wait, so that {@link #poll} reads the ring instead of its own reading methods.
     *
     * @return true from a {@link #poll} until nothing waits.
     */
    public boolean isActive() {
        return isActive;
    }

    /**
     * Octets of datagrams, with their record headers, that were not taken; up to a place that a thread has not filled.
     *
     * @return 0 or more.
     */
    public long unreadLength() {
        final long end = ring.position() + ring.size();
        long position = ring.position();
        long unread = 0;
        while (position < end) {
            final int step = ring.look(position);
            if (step == 0) {
                return unread;
            }
            unread += ring.isPadding() ? 0 : step;
            position += step;
        }
        return unread;
    }

    /**
     * Has datagrams taken that have room, old ones to a queue before new ones.
     *
     * @param taker   takes them.
     * @param limit   most datagrams.
     * @param scratch for {@link #mostRecords} positions.
     * @return how many were taken.
     */
    public int poll(final Taker taker, final int limit, final int[] scratch) {
        if (!isActive) {
            isActive = true;
            scanned = ring.position();
            waiting = 0;
            count = 0;
            isToRescan = false;
        }
        final boolean isRescan = isToRescan || hasRoom(taker);
        for (int i = 0; i < count; i++) {
            isRefused[i] = !isRescan;
        }
        asked = isRescan ? 0 : count;
        final int taken = scan(taker, limit, isRescan ? ring.position() : scanned);
        reclaim(scratch);
        return taken;
    }

    private boolean hasRoom(final Taker taker) {
        for (int i = 0; i < count; i++) {
            if (taker.hasRoom(highs[i], lows[i], queues[i], levels[i], lengths[i])) {
                return true;
            }
        }
        return false;
    }

    private int scan(final Taker taker, final int limit, final long from) {
        final long end = ring.position() + ring.size();
        long position = from;
        int taken = 0;
        while (position < end && taken < limit) {
            if (asked == count && position < scanned) {
                position = scanned; // all between go to queues that have refused again
                continue;
            }
            final int step = ring.look(position);
            if (step == 0) {
                break;
            }
            final Fate fate = ring.isPadding() ? Fate.GONE : offer(taker, recordOf(position));
            if (fate == Fate.UNKNOWN) {
                break;
            }
            if (fate == Fate.TAKEN) {
                ring.forget(position);
                taken++;
            }
            waiting += waits(fate, position < scanned, step);
            position += step;
        }
        isToRescan = position < scanned;
        if (!isToRescan) {
            scanned = position;
            forgetEmptyQueues();
        }
        return taken;
    }

    /** Change of what waits before the scanned position. */
    private static int waits(final Fate fate, final boolean isOld, final int length) {
        if (isOld) {
            return fate == Fate.TAKEN ? -length : 0;
        }
        return fate == Fate.WAITS ? length : 0;
    }

    private int recordOf(final long position) {
        return RecordDescriptor.encodedMsgOffset((int) position & mask);
    }

    private Fate offer(final Taker taker, final int index) {
        final int queue = find(index, taker);
        if (queue >= 0 && isRefused[queue]) {
            return Fate.WAITS;
        }
        if (queue < 0 && count == MAX_QUEUES) {
            return Fate.UNKNOWN;
        }
        if (taker.take(ring.type(), index)) {
            return Fate.TAKEN;
        }
        refuse(queue < 0 ? add(index, taker) : queue, ring.isLent() ? 0 : ring.length());
        return Fate.WAITS;
    }

    private int find(final int index, final Taker taker) {
        final long high = ring.high();
        final long low = ring.low();
        final int queue = taker.queueOf(index);
        for (int i = 0; i < count; i++) {
            if (lows[i] == low && queues[i] == queue && highs[i] == high) {
                return i;
            }
        }
        return -1;
    }

    private int add(final int index, final Taker taker) {
        highs[count] = ring.high();
        lows[count] = ring.low();
        queues[count] = taker.queueOf(index);
        levels[count] = ring.level();
        return count++;
    }

    private void refuse(final int queue, final int length) {
        lengths[queue] = length;
        isRefused[queue] = true;
        asked++;
    }

    private void forgetEmptyQueues() {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (isRefused[i]) {
                highs[kept] = highs[i];
                lows[kept] = lows[i];
                queues[kept] = queues[i];
                levels[kept] = levels[i];
                lengths[kept] = lengths[i];
                isRefused[kept++] = true;
            }
        }
        count = kept;
    }

    /** Gives space of what has gone on back to the applications. */
    private void reclaim(final int[] scratch) {
        ring.skipPadding();
        if (scanned - ring.position() - waiting >= ring.capacity() / RECLAIM_PART) {
            moveUp(scratch);
            ring.skipPadding();
        }
        if (isActive && ring.position() >= scanned) {
            isActive = false;
        }
    }

    /**
     * Moves what waits up to the scanned position, last one first, and makes one padding of what is before. Lengths that are not
     * those of before are an application's that shares the memory; what they add up to must fit all the same.
     */
    private void moveUp(final int[] scratch) {
        final long start = ring.position();
        final int records = findWaiting(start, scratch);
        long target = scanned;
        for (int i = records - 1; i >= 0; i--) {
            final int length = ring.look(start + scratch[i]);
            long lap = target - 1 & ~mask;
            if (target - length < lap) {
                pad(lap, target);
                target = lap;
                lap -= ring.capacity();
            }
            target -= length;
            if (length == 0 || target < Math.max(start, lap)) {
                ring.corrupt();
                return;
            }
            buffer.putBytes((int) target & mask, buffer, (int) (start + scratch[i]) & mask, length);
        }
        final long lap = target - 1 & ~mask;
        if (start < lap) {
            pad(lap, target);
            pad(start, lap);
        } else {
            pad(start, target);
        }
    }

    private int findWaiting(final long start, final int[] scratch) {
        int records = 0;
        long position = start;
        while (position < scanned && records < scratch.length) {
            final int step = ring.look(position);
            if (step == 0) {
                ring.corrupt();
                return 0;
            }
            if (!ring.isPadding()) {
                scratch[records++] = (int) (position - start);
            }
            position += step;
        }
        return records;
    }

    private void pad(final long from, final long to) {
        if (from < to) {
            final int record = (int) from & mask;
            buffer.putInt(RecordDescriptor.lengthOffset(record), (int) (to - from));
            buffer.putInt(RecordDescriptor.typeOffset(record), PADDING);
        }
    }

    /**
     * Takes datagrams to a destination out of the ring.
     *
     * @param high    bits 127..64 of the destination.
     * @param low     bits 63..0 of the destination.
     * @param port    of the destination.
     * @param handler hears of each.
     * @return how many, or -1 when a thread is about to submit one, behind which none was looked at: try again.
     */
    public int cancel(final long high, final long low, final int port, final CancelHandler handler) {
        final long end = ring.position() + ring.size();
        long position = ring.position();
        int cancelled = 0;
        isToRescan = isActive; // a queue may have nothing left that waits
        while (position < end) {
            final int step = ring.look(position);
            if (step == 0) {
                return -1;
            }
            if (!ring.isPadding() && isTo(high, low, port)) {
                handler.onCancelled(ring.type(), recordOf(position));
                ring.forget(position);
                waiting -= isActive && position < scanned ? step : 0;
                cancelled++;
            }
            position += step;
        }
        ring.skipPadding();
        scanned = Math.max(scanned, ring.position());
        return cancelled;
    }

    private boolean isTo(final long high, final long low, final int port) {
        return ring.port() == port && ring.low() == low && ring.high() == high;
    }
}
