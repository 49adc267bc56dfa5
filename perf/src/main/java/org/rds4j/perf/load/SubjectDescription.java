package org.rds4j.perf.load;

/**
 * What a measured system is, as the reports name it.
 *
 * @param label     unique in a run and short, for tables: {@code rds}, {@code rds-encrypted}, {@code kernel-tcp}.
 * @param name      of the stack: {@code rds}, or the name of the baseline. Not unique: encryption is told apart below.
 * @param encrypted whether the bytes on the link are ciphertext.
 * @param link      what carries the frames: {@code net_ring}, {@code loopback}.
 * @param mode      how the work is spread over threads, in a word, such as {@code thread-per-end}.
 * @param threads   the same for a human reader: which busy threads there are and what each does.
 */
public record SubjectDescription(String label, String name, boolean encrypted, String link, String mode, String threads) {
    private static final String LAYOUT = "rtt: both ends on one busy thread; throughput: a busy thread for each end";

    /** A stack of the kernel, against which the stack with the same {@link #encrypted()} is compared. */
    static final String BASELINE_PREFIX = "kernel-";

    /**
     * A subject laid out like every other, so that ratios compare like with like: as many busy threads, each for the same part.
     *
     * @param label     unique in a run and short.
     * @param name      of the stack.
     * @param encrypted whether the bytes on the link are ciphertext.
     * @param link      what carries the frames.
     * @param remark    about the layout, empty or beginning with a comma.
     * @return its description.
     */
    public static SubjectDescription of(
        final String label, final String name, final boolean encrypted, final String link, final String remark) {
        return new SubjectDescription(
            label, name, encrypted, link, "thread-per-end", LAYOUT + (encrypted ? ", which also seal and open" : "") + remark);
    }

    /**
     * Whether this is a baseline.
     *
     * @return true for a stack of the kernel.
     */
    public boolean isBaseline() {
        return name.startsWith(BASELINE_PREFIX);
    }
}
