package org.rds4j.qos.schedule;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.rds4j.qos.status.QosCounters;

/** A link in virtual time: every frame takes its octets and the overhead at the link rate; lanes are backlogged or idle. */
final class VirtualWire implements LaneBacklog {
    static final int OVERHEAD = 24;

    final EgressArbiter arbiter;
    final QosCounters counters;
    final long[] wireBytes;
    final long[] lastServedNs;
    final long[] longestGapNs;
    long nowNs;
    private final long bitsPerSecond;
    private final IntUnaryOperator frameLengthOfLane;
    private final int[] next;
    private final boolean[] busy;
    private long busyBits;

    VirtualWire(
        final EgressArbiter arbiter,
        final QosCounters counters,
        final long bitsPerSecond,
        final IntUnaryOperator frameLengthOfLane) {
        this.arbiter = arbiter;
        this.counters = counters;
        this.bitsPerSecond = bitsPerSecond;
        this.frameLengthOfLane = frameLengthOfLane;
        final int lanes = counters.laneCount();
        next = new int[lanes];
        busy = new boolean[lanes];
        wireBytes = new long[lanes];
        lastServedNs = new long[lanes];
        longestGapNs = new long[lanes];
    }

    VirtualWire backlogged(final int... lanes) {
        for (final int lane : lanes) {
            busy[lane] = true;
            next[lane] = frameLengthOfLane.applyAsInt(lane);
            lastServedNs[lane] = nowNs;
        }
        return this;
    }

    void idle(final int... lanes) {
        for (final int lane : lanes) {
            busy[lane] = false;
        }
    }

    @Override
    public int nextFrameLength(final int lane) {
        return busy[lane] ? next[lane] : 0;
    }

    /** Sends one frame. */
    int step() {
        final int lane = arbiter.pick(this, nowNs);
        if (lane != EgressArbiter.NONE) {
            final int wire = next[lane] + OVERHEAD;
            arbiter.charge(lane, next[lane]);
            longestGapNs[lane] = Math.max(longestGapNs[lane], nowNs - lastServedNs[lane]);
            lastServedNs[lane] = nowNs;
            wireBytes[lane] += wire;
            next[lane] = frameLengthOfLane.applyAsInt(lane);
            busyBits += wire * 8L;
            nowNs = busyBits * 1_000L / (bitsPerSecond / 1_000_000L);
        }
        return lane;
    }

    void runFrames(final int frames) {
        for (int i = 0; i < frames; i++) {
            step();
        }
    }

    void runUntil(final long endNs) {
        while (nowNs < endNs) {
            step();
        }
    }

    void forgetBytes() {
        Arrays.fill(wireBytes, 0);
    }

    double share(final int lane) {
        long total = 0;
        for (final long bytes : wireBytes) {
            total += bytes;
        }
        return (double) wireBytes[lane] / total;
    }
}
