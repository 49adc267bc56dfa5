package org.rds4j.perf.load;

/**
 * How long a run may measure, and how that time is shared. A cell is one subject at one size; its time falls into equal
 * rounds, and each round into a warm-up, which is not recorded, and the measurement.
 *
 * @param totalNs for all cells together, preparation included.
 * @param maxCellNs most for one cell, so that a run of few cells is short.
 * @param rounds  of each cell. Subjects take turns round by round, so that noise of the machine hits all alike.
 */
public record TimeBudget(long totalNs, long maxCellNs, int rounds) {
    /** The default run: with six subjects under three minutes, start of the JVM and of the subjects included. */
    public static final TimeBudget FULL = new TimeBudget(115_000_000_000L, 3_000_000_000L, 3);
    /** The quick run: with six subjects under 45 seconds. */
    public static final TimeBudget QUICK = new TimeBudget(27_000_000_000L, 1_500_000_000L, 2);

    /**
     * One part in this many of a cell is spent before the rounds, on code that the JVM has not compiled yet: on two processors
     * its compiler and two busy threads are in each other's way, so that less leaves the first cells unfinished.
     */
    private static final int PREPARATION_SHARE = 2;
    /** One part in this many of a round is its warm-up. */
    private static final int WARM_UP_SHARE = 5;

    /**
     * Time of one cell.
     *
     * @param cells in the run, at least 1.
     * @return nanoseconds.
     */
    public long cellNs(final int cells) {
        return Math.min(maxCellNs, totalNs / cells);
    }

    /**
     * Time that a cell runs before its rounds: its share, and of what a run of few cells leaves over as much as it is long.
     *
     * @param cells in the run, at least 1.
     * @return nanoseconds.
     */
    public long preparationNs(final int cells) {
        final long cellNs = cellNs(cells);
        return cellNs / PREPARATION_SHARE + Math.min(cellNs, totalNs / cells - cellNs);
    }

    /**
     * Unrecorded time at the start of each round.
     *
     * @param cells in the run, at least 1.
     * @return nanoseconds.
     */
    public long warmUpNs(final int cells) {
        return roundNs(cells) / WARM_UP_SHARE;
    }

    /**
     * Recorded time of each round.
     *
     * @param cells in the run, at least 1.
     * @return nanoseconds.
     */
    public long measuredNs(final int cells) {
        return roundNs(cells) - warmUpNs(cells);
    }

    private long roundNs(final int cells) {
        return (cellNs(cells) - cellNs(cells) / PREPARATION_SHARE) / rounds;
    }
}
