package org.rds4j.tcp.send;

/**
 * The least of the samples of a recent time, by Kathleen Nichols' estimator, which keeps three: the least, the least after that
 * one, and the least after that, each from a later part of the window. When the least leaves the window the next takes its place,
 * which may then be the least of only a part of it. One thread.
 */
final class WindowedMinimum {
    private final long windowNs;
    private long firstNs;
    private long firstAtNs;
    private long secondNs;
    private long secondAtNs;
    private long thirdNs;
    private long thirdAtNs;

    /** No sample yet. */
    WindowedMinimum(final long windowNs) {
        this.windowNs = windowNs;
    }

    void reset() {
        firstNs = 0;
    }

    /** The least sample, 0 while there is none. */
    long value() {
        return firstNs;
    }

    /** Takes a sample of more than 0; time does not run backwards. */
    void add(final long sampleNs, final long nowNs) {
        if (firstNs == 0 || sampleNs <= firstNs || nowNs - thirdAtNs > windowNs) {
            first(sampleNs, nowNs);
            second(sampleNs, nowNs);
            third(sampleNs, nowNs);
            return;
        }
        if (sampleNs <= secondNs) {
            second(sampleNs, nowNs);
            third(sampleNs, nowNs);
        } else if (sampleNs <= thirdNs) {
            third(sampleNs, nowNs);
        }
        age(sampleNs, nowNs);
    }

    private void age(final long sampleNs, final long nowNs) {
        final long ageNs = nowNs - firstAtNs;
        if (ageNs > windowNs) {
            advance(sampleNs, nowNs);
            if (nowNs - firstAtNs > windowNs) {
                advance(sampleNs, nowNs);
            }
        } else if (secondAtNs == firstAtNs && ageNs > windowNs / 4) {
            second(sampleNs, nowNs);
            third(sampleNs, nowNs);
        } else if (thirdAtNs == secondAtNs && ageNs > windowNs / 2) {
            third(sampleNs, nowNs);
        }
    }

    /** The least has left the window. */
    private void advance(final long sampleNs, final long nowNs) {
        first(secondNs, secondAtNs);
        second(thirdNs, thirdAtNs);
        third(sampleNs, nowNs);
    }

    private void first(final long sampleNs, final long atNs) {
        firstNs = sampleNs;
        firstAtNs = atNs;
    }

    private void second(final long sampleNs, final long atNs) {
        secondNs = sampleNs;
        secondAtNs = atNs;
    }

    private void third(final long sampleNs, final long atNs) {
        thirdNs = sampleNs;
        thirdAtNs = atNs;
    }
}
