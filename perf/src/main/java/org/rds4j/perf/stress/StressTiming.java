package org.rds4j.perf.stress;

/**
 * The beat of a run, the original's unless a test hurries.
 *
 * @param tickMs   length of a row and of each of the four dots before the first; tasks begin after two dots.
 * @param drainMs  time for answers under way after the end.
 * @param patienceMs longest wait for the peer on the control connection.
 */
public record StressTiming(long tickMs, long drainMs, long patienceMs) {
    /** Rows of a second. */
    public static final StressTiming ORIGINAL = new StressTiming(1_000, 1_000, 60_000);

    long patienceNs() {
        return patienceMs * 1_000_000;
    }
}
