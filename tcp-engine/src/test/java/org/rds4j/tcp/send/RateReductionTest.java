package org.rds4j.tcp.send;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9937 section 6.2. */
class RateReductionTest {
    private static final int MSS = 1000;
    private final RateReduction reduction = new RateReduction();

    /** With no losses beyond the first the window goes down evenly to the threshold over a round trip. */
    @ParameterizedTest
    @CsvSource({"20, 10", "20, 14", "100, 70", "7, 5"})
    void shouldSpreadTheReductionOverTheFlight(final int flight, final int threshold) {
        reduction.begin((long) flight * MSS);
        long inFlight = (flight - 1L) * MSS;
        int out = 0;
        for (int i = 1; i <= flight - 1; i++) {
            inFlight -= MSS;
            final long window = reduction.window(MSS, inFlight, (long) threshold * MSS, MSS, false);
            while (inFlight + MSS <= window) {
                inFlight += MSS;
                out++;
                reduction.onSent(MSS);
            }
            final double even = (double) i * threshold / flight;
            assertTrue(Math.abs(out - even) < 2, out + " sent after " + i + " delivered");
        }
    }

    @Test
    void shouldGrowBackByOneSegmentMoreForAnAcknowledgementThatIsSafe() {
        reduction.begin(20 * MSS);
        reduction.window(MSS, 19 * MSS, 10 * MSS, MSS, false);
        reduction.onSent(MSS);
        assertEquals(4 * MSS + MSS, reduction.window(MSS, 4 * MSS, 10 * MSS, MSS, false));
        reduction.onSent(MSS);
        assertEquals(4 * MSS + 2 * MSS, reduction.window(MSS, 4 * MSS, 10 * MSS, MSS, true));
        assertEquals(10 * MSS, reduction.window(20 * MSS, 9 * MSS, 10 * MSS, MSS, true), "never beyond the threshold");
    }

    @Test
    void shouldLetTheFirstRepairGoAtOnce() {
        reduction.begin(20 * MSS);
        assertEquals(20 * MSS, reduction.window(MSS, 19 * MSS, 10 * MSS, MSS, false));
        reduction.onSent(MSS);
        assertEquals(18 * MSS, reduction.window(MSS, 18 * MSS, 10 * MSS, MSS, false), "two delivered, one sent: nothing yet");
    }
}
