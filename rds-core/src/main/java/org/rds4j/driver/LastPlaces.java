package org.rds4j.driver;

/**
 * Who may have one more of what there are only so many of: the last eighth is for processes that have none, so that no process
 * keeps all others out.
 *
 * @param total how many there are.
 */
record LastPlaces(int total) {
    private static final int SHARE = 8;

    /**
     * Whether another may be given.
     *
     * @param taken  by all processes.
     * @param isMore whether the process that asks has some already.
     */
    boolean isFree(final int taken, final boolean isMore) {
        return total - taken > (isMore ? total / SHARE : 0);
    }
}
