package org.rds4j.perf.load;

/** Hears how far a run is. */
@FunctionalInterface
public interface LoadProgress {
    /**
     * A cell is about to be measured for one round.
     *
     * @param done  rounds of cells finished so far.
     * @param total rounds of cells of the run.
     * @param what  is measured now, for a human reader.
     */
    void onCell(int done, int total, String what);
}
