package org.rds4j.tcp.support;

import java.util.Random;
import org.rds4j.tcp.TcpEngine;
import org.rds4j.tcp.link.FrameSink;

/**
 * One direction of a path in virtual time: random loss, a queue before a line with a rate, which drops when it is full and marks
 * when it is long, and a delay. Frames are built in place and handed over in place; of those on the way only the headers are
 * kept, since each is built over the payload of the one before. Any number of hosts may send into it.
 */
public final class Pipe implements FrameSink {
    /** Preamble, frame check sequence and gap. */
    private static final int WIRE_OVERHEAD = 24;
    /** Octets between frames: no headers are longer. */
    private static final int STRIDE = 128;
    private static final double NS = 1e9;
    private static final double BITS = 8;

    public long nowNs;
    public long delayNs;
    public double bitsPerSecond;
    public long queueLimit = Long.MAX_VALUE;
    public long markThreshold = Long.MAX_VALUE;
    public double loss;
    public long entered;
    public long lost;
    public long dropped;
    public long marked;
    public long longestQueue;
    private final Random random;
    private final Octets memory;
    private final int frameLength;
    private final int reserve;
    private final long[] arrivals;
    private final int[] lengths;
    private final int mask;
    private double freeNs;
    private int head;
    private int tail;

    /** A perfect pipe without delay, for so many frames on the way (a power of two). */
    public Pipe(final int slots, final int frameLength, final long seed) {
        this.random = new Random(seed);
        this.frameLength = frameLength;
        reserve = frameLength / STRIDE + 1;
        memory = new Octets(Math.multiplyExact(slots, STRIDE) + frameLength);
        arrivals = new long[slots];
        lengths = new int[slots];
        mask = slots - 1;
    }

    private long slot(final int index) {
        return memory.address() + (long) (index & mask) * STRIDE;
    }

    @Override
    public long claim(final int length) {
        return tail - head > mask - reserve || length > frameLength ? 0 : slot(tail);
    }

    @Override
    public void commit(final int length, final int flags) {
        entered++;
        if (loss > 0 && random.nextDouble() < loss) {
            lost++;
            return;
        }
        double departureNs = nowNs;
        if (bitsPerSecond > 0) {
            final double waitNs = Math.max(0, freeNs - nowNs);
            final long queued = (long) (waitNs * bitsPerSecond / BITS / NS);
            if (queued + length > queueLimit) {
                dropped++;
                return;
            }
            longestQueue = Math.max(longestQueue, queued);
            if (queued > markThreshold && PlainRoute.ecnField(slot(tail)) != 0) {
                PlainRoute.mark(slot(tail));
                marked++;
            }
            freeNs = nowNs + waitNs + (length + WIRE_OVERHEAD) * BITS * NS / bitsPerSecond;
            departureNs = freeNs;
        }
        arrivals[tail & mask] = (long) departureNs + delayNs;
        lengths[tail & mask] = length;
        tail++;
    }

    @Override
    public void abort() {
        // nothing was taken
    }

    /** When the next frame arrives. */
    public long nextNs() {
        return head == tail ? Long.MAX_VALUE : arrivals[head & mask];
    }

    public long headAddress() {
        return slot(head);
    }

    /** Hands the next frame over; its checksum counts as verified. */
    public void deliver(final TcpEngine to, final PlainRoute route) {
        final long address = slot(head);
        to.onSegment(
            0, route.remoteLow(), 0, route.localLow(), address + PlainRoute.OVERHEAD,
            lengths[head & mask] - PlainRoute.OVERHEAD, PlainRoute.ecnField(address), true, nowNs);
        head++;
    }
}
