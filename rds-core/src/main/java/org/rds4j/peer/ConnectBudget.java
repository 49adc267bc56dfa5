package org.rds4j.peer;

/**
 * How many connections a host may try to open in any second, over all its peers. Whoever wants to try reserves a moment;
 * moments are given in the order of asking, so that no peer waits behind the attempts that another makes later. Engine thread
 * only.
 */
public final class ConnectBudget {
    private static final long SECOND_NS = 1_000_000_000L;

    /** Moments of the last attempts reserved, as many as a second may have. */
    private final long[] moments;
    private long reserved;

    /**
     * A budget of which nothing is spent.
     *
     * @param attemptsPerSecond most attempts in any second, above 0.
     */
    public ConnectBudget(final int attemptsPerSecond) {
        moments = new long[attemptsPerSecond];
    }

    /**
     * Whether an attempt may be made at once.
     *
     * @param nowNs the engine's time.
     * @return false when enough were made or reserved.
     */
    public boolean isFree(final long nowNs) {
        return reserved < moments.length || moments[(int) (reserved % moments.length)] + SECOND_NS <= nowNs;
    }

    /**
     * Reserves the next attempt.
     *
     * @param nowNs the engine's time.
     * @return when it may be made: now, or a second after the one that is as many attempts ago as a second may have.
     */
    public long reserve(final long nowNs) {
        final int slot = (int) (reserved % moments.length);
        final long momentNs = reserved < moments.length ? nowNs : Math.max(nowNs, moments[slot] + SECOND_NS);
        moments[slot] = momentNs;
        reserved++;
        return momentNs;
    }
}
