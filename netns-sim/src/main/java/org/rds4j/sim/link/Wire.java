package org.rds4j.sim.link;

import java.util.random.RandomGenerator;
import org.agrona.UnsafeApi;
import org.rds4j.sim.random.SimRandom;

/** One direction of a link: queue, rate, delay and faults, and the receive ring of the port at its end. */
final class Wire {
    private static final int OVERHEAD = 24;
    private static final long BIT_NS_PER_OCTET = 8_000_000_000L;

    private final Side from;
    private final FramePool pool;
    private final int maxFrameLength;
    private final FrameTaps taps;
    private final WireCounters counters = new WireCounters();
    private final ArrivalQueue arrivals;
    private final int[] ring;
    private final RandomGenerator lossChance;
    private final RandomGenerator duplicationChance;
    private final RandomGenerator reorderingChance;
    private final RandomGenerator corruptionChance;
    private final Runnable onNewEvent;
    private WireConditions conditions = WireConditions.PERFECT;
    private boolean cut;
    private boolean receiverOpen = true;
    private long wireFreeNs;
    private long wireFreeRemainder;
    private long roomAtNs = Long.MAX_VALUE;
    private int ringHead;
    private int ringCount;

    Wire(final String name, final Side from, final LinkShape shape, final FramePool pool, final FrameTaps taps,
        final SimRandom random, final Runnable onNewEvent) {
        this.from = from;
        this.onNewEvent = onNewEvent;
        this.pool = pool;
        this.taps = taps;
        maxFrameLength = shape.maxFrameLength();
        arrivals = new ArrivalQueue(shape.frames());
        ring = new int[shape.receiveRing()];
        lossChance = random.stream(name + "/" + from + "/loss");
        duplicationChance = random.stream(name + "/" + from + "/duplication");
        reorderingChance = random.stream(name + "/" + from + "/reordering");
        corruptionChance = random.stream(name + "/" + from + "/corruption");
    }

    WireCounters counters() {
        return counters;
    }

    WireConditions conditions() {
        return conditions;
    }

    void conditions(final WireConditions newConditions) {
        conditions = newConditions;
        wireFreeRemainder = 0;
    }

    void cut(final boolean isCut) {
        cut = isCut;
    }

    int inFlight() {
        return arrivals.size();
    }

    int waiting() {
        return ringCount;
    }

    /**
     * When this wire next changes by itself: a frame arrives, or a port that was refused may send again.
     *
     * @return virtual time, {@link Long#MAX_VALUE} for never.
     */
    long nextEventNs() {
        return Math.min(arrivals.headDueNs(), roomAtNs);
    }

    /**
     * Whether a frame of this length would be taken now; when not, remembers when it would be.
     *
     * @param length octets of the frame.
     * @param nowNs  virtual time.
     * @return false to push back.
     */
    boolean hasRoom(final int length, final long nowNs) {
        if (!conditions.pushBack() || !overflows(length, nowNs)) {
            return true;
        }
        counters.increment(WireCounter.REFUSED);
        roomAtNs = Math.max(nowNs + 1, Math.min(wireFreeNs, wireFreeNs - queueLimitNs() + transmissionNs(length)));
        onNewEvent.run();
        return false;
    }

    /**
     * Takes a frame, which the wire owns from now on.
     *
     * @param frame  index in the pool.
     * @param length octets.
     * @param nowNs  virtual time.
     */
    void send(final int frame, final int length, final long nowNs) {
        counters.increment(WireCounter.SENT);
        pool.length(frame, length);
        final WireCounter refusal = refusalOf(frame, length, nowNs);
        if (refusal != null) {
            drop(frame, refusal);
            return;
        }
        mark(frame, length, nowNs);
        final long departureNs = serialise(length, nowNs);
        if (happens(conditions.loss(), lossChance)) {
            drop(frame, WireCounter.LOST);
            return;
        }
        corrupt(frame, length);
        duplicate(frame, length, departureNs);
        schedule(departureNs + conditions.delayNs() + holdUpNs(), frame);
    }

    private void schedule(final long arrivalNs, final int frame) {
        arrivals.add(arrivalNs, frame);
        onNewEvent.run();
    }

    /**
     * Puts a frame on the wire that arrives at once.
     *
     * @param frame  index in the pool, owned by the wire.
     * @param length octets.
     * @param nowNs  virtual time.
     */
    void inject(final int frame, final int length, final long nowNs) {
        counters.increment(WireCounter.INJECTED);
        pool.length(frame, length);
        schedule(nowNs, frame);
    }

    /**
     * Moves every frame whose time has come to the receive ring.
     *
     * @param nowNs virtual time.
     * @return frames that left the wire.
     */
    int deliverDue(final long nowNs) {
        int left = 0;
        while (arrivals.headDueNs() <= nowNs) {
            deliver(arrivals.removeHead(), nowNs);
            left++;
        }
        if (roomAtNs <= nowNs) {
            roomAtNs = Long.MAX_VALUE;
            left++;
        }
        return left;
    }

    int takeReceived() {
        final int frame = ring[ringHead];
        ringHead = ringHead + 1 == ring.length ? 0 : ringHead + 1;
        ringCount--;
        return frame;
    }

    void closeReceiver() {
        receiverOpen = false;
        dropReceived();
    }

    void dropReceived() {
        while (ringCount > 0) {
            pool.fromWireHome(takeReceived());
        }
    }

    private WireCounter refusalOf(final int frame, final int length, final long nowNs) {
        if (length <= 0 || length > maxFrameLength) {
            return WireCounter.OVERSIZED;
        }
        if (cut) {
            return WireCounter.CUT;
        }
        if (overflows(length, nowNs)) {
            return WireCounter.TAIL_DROPPED;
        }
        return taps.onEntering(from, pool.addressOf(frame), length, nowNs) ? null : WireCounter.TAKEN;
    }

    private void deliver(final int frame, final long nowNs) {
        if (cut) {
            drop(frame, WireCounter.CUT);
            return;
        }
        taps.onLeaving(from, pool.addressOf(frame), pool.length(frame), nowNs);
        if (!receiverOpen || ringCount == ring.length) {
            drop(frame, WireCounter.MISSED);
            return;
        }
        counters.increment(WireCounter.DELIVERED);
        final int tail = ringHead + ringCount;
        ring[tail >= ring.length ? tail - ring.length : tail] = frame;
        ringCount++;
    }

    private void drop(final int frame, final WireCounter why) {
        counters.increment(why);
        pool.fromWireHome(frame);
    }

    private boolean overflows(final int length, final long nowNs) {
        final long backlogNs = wireFreeNs - nowNs;
        return conditions.bitsPerSecond() > 0 && backlogNs > 0 && backlogNs + transmissionNs(length) > queueLimitNs();
    }

    private long queueLimitNs() {
        return conditions.queueLimit() * BIT_NS_PER_OCTET / conditions.bitsPerSecond();
    }

    private long transmissionNs(final int length) {
        return (length + OVERHEAD) * BIT_NS_PER_OCTET / conditions.bitsPerSecond();
    }

    /** Books the frame on the wire, carrying fractions of a nanosecond over while the wire is busy. */
    private long serialise(final int length, final long nowNs) {
        if (conditions.bitsPerSecond() == 0) {
            return nowNs;
        }
        if (wireFreeNs < nowNs) {
            wireFreeNs = nowNs;
            wireFreeRemainder = 0;
        }
        final long work = (length + OVERHEAD) * BIT_NS_PER_OCTET + wireFreeRemainder;
        wireFreeNs += work / conditions.bitsPerSecond();
        wireFreeRemainder = work % conditions.bitsPerSecond();
        return wireFreeNs;
    }

    /** Marks what comes behind a long queue, if it says that it can be marked. */
    private void mark(final int frame, final int length, final long nowNs) {
        final long waitingNs = wireFreeNs - nowNs;
        if (conditions.bitsPerSecond() > 0 && waitingNs > 0 &&
            waitingNs * (double) conditions.bitsPerSecond() > conditions.markThreshold() * (double) BIT_NS_PER_OCTET &&
            CongestionMark.mark(pool.addressOf(frame), length)) {
            counters.increment(WireCounter.MARKED);
        }
    }

    private void corrupt(final int frame, final int length) {
        if (happens(conditions.corruption(), corruptionChance)) {
            final int bit = corruptionChance.nextInt(length * Byte.SIZE);
            final long address = pool.addressOf(frame) + bit / Byte.SIZE;
            UnsafeApi.putByte(address, (byte) (UnsafeApi.getByte(address) ^ (1 << (bit % Byte.SIZE))));
            counters.increment(WireCounter.CORRUPTED);
        }
    }

    private void duplicate(final int frame, final int length, final long departureNs) {
        if (happens(conditions.duplication(), duplicationChance)) {
            final int copy = pool.takeForWire();
            if (copy == FramePool.NONE) {
                counters.increment(WireCounter.NO_COPY);
                return;
            }
            UnsafeApi.copyMemory(pool.addressOf(frame), pool.addressOf(copy), length);
            pool.length(copy, length);
            counters.increment(WireCounter.DUPLICATED);
            schedule(departureNs + conditions.delayNs() + holdUpNs(), copy);
        }
    }

    private long holdUpNs() {
        if (happens(conditions.reordering(), reorderingChance)) {
            counters.increment(WireCounter.REORDERED);
            return reorderingChance.nextLong(1, conditions.reorderDelayNs() + 1);
        }
        return 0;
    }

    private static boolean happens(final double chance, final RandomGenerator stream) {
        return chance > 0 && stream.nextDouble() < chance;
    }
}
