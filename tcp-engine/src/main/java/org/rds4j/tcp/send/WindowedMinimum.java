package org.rds4j.tcp.send;

/**
 * The least of the samples of a recent time: of the present third of a window, which begins with a sample, and of the one before.
 * What counts is never older than the window, and nothing of its last third is forgotten. Small, as every connection has one.
 * Units of samples and time are the caller's; times may wrap round. One thread.
 */
final class WindowedMinimum {
    private int present;
    private int before;
    private int startedAt;

    void reset() {
        present = 0;
    }

    /** The least sample, 0 while there is none. */
    int value() {
        return Math.min(present, before);
    }

    /** Takes a sample of more than 0; time does not run backwards. A third of the window is always the same. */
    void add(final int sample, final int now, final int third) {
        final int age = now - startedAt;
        if (present == 0) {
            begin(sample, sample, now);
        } else if (Integer.compareUnsigned(age, third) > 0) {
            begin(sample, Integer.compareUnsigned(age, 2 * third) > 0 ? sample : present, now);
        } else {
            present = Math.min(present, sample);
        }
    }

    private void begin(final int sample, final int least, final int now) {
        present = sample;
        before = least;
        startedAt = now;
    }
}
