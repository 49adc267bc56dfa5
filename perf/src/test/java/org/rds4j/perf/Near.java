package org.rds4j.perf;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Comparison of whole numbers that need only be close. */
public final class Near {
    private Near() {
    }

    /**
     * Fails unless two numbers are close.
     *
     * @param expected  the one.
     * @param actual    the other.
     * @param tolerance the most by which they may differ.
     */
    public static void assertNear(final long expected, final long actual, final long tolerance) {
        assertTrue(Math.abs(expected - actual) <= tolerance, () -> "expected about " + expected + ", was " + actual);
    }
}
