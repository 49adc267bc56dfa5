package org.rds4j.sim.clock;

import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * Virtual time in nanoseconds from 0. Only the simulation that owns the clock moves it; everyone else reads. Not thread
 * safe: a simulation has one thread.
 */
public final class VirtualClock implements NanoClock {
    /** Wall time at virtual time 0 unless told: 2026-01-01T00:00:00Z in milliseconds since 1970. */
    public static final long DEFAULT_EPOCH_MS = 1_767_225_600_000L;

    private static final long NS_PER_MS = 1_000_000L;

    private final long startEpochMs;
    private long nowNs;

    /** A clock at time 0 and {@link #DEFAULT_EPOCH_MS}. */
    public VirtualClock() {
        this(DEFAULT_EPOCH_MS);
    }

    /**
     * A clock at time 0.
     *
     * @param startEpochMs wall time at that moment, in milliseconds since 1970.
     */
    public VirtualClock(final long startEpochMs) {
        this.startEpochMs = startEpochMs;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    /**
     * The same time as milliseconds since 1970, for certificates and the like.
     *
     * @return a view of this clock.
     */
    public EpochClock epochClock() {
        return () -> startEpochMs + nowNs / NS_PER_MS;
    }

    /**
     * The same time as nanoseconds since 1970, for capture files.
     *
     * @return wall time now.
     */
    public long epochNs() {
        return startEpochMs * NS_PER_MS + nowNs;
    }

    /**
     * Moves time; for the simulation that owns the clock, and for tests of single parts.
     *
     * @param timeNs the new time.
     * @throws IllegalArgumentException when it lies in the past.
     */
    public void advanceTo(final long timeNs) {
        if (timeNs < nowNs) {
            throw new IllegalArgumentException("time cannot run back from " + nowNs + " ns to " + timeNs + " ns");
        }
        nowNs = timeNs;
    }
}
