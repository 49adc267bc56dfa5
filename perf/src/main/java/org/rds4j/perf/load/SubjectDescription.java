package org.rds4j.perf.load;

/**
 * What a measured system is, as the reports name it.
 *
 * @param label     unique in a run and short, for tables: {@code rds}, {@code rds-encrypted}, {@code kernel-tcp}.
 * @param name      of the stack: {@code rds}, or the name of the baseline. Not unique: encryption is told apart below.
 * @param encrypted whether the bytes on the link are ciphertext.
 * @param link      what carries the frames: {@code net_ring}, {@code loopback}.
 * @param mode      how the work is spread over threads, in a word: {@code invoker}, {@code two-threads}.
 * @param threads   the same for a human reader: which busy threads there are and what each does.
 */
public record SubjectDescription(String label, String name, boolean encrypted, String link, String mode, String threads) {
    /** A stack of the kernel, against which the stack with the same {@link #encrypted()} is compared. */
    static final String BASELINE_PREFIX = "kernel-";

    /**
     * Whether this is a baseline.
     *
     * @return true for a stack of the kernel.
     */
    public boolean isBaseline() {
        return name.startsWith(BASELINE_PREFIX);
    }
}
